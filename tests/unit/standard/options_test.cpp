// Which options open() refuses, and that it says which one.

#include <filesystem>
#include <fstream>
#include <memory>

#include "coffeeauth/memory/memory.hpp"
#include "coffeeauth/testing/list_judge.hpp"
#include "tests/temporary_folder.hpp"
#include "tests/unit/standard/fixture.hpp"

using namespace coffeeauth;
using namespace coffeeauth::standard;
using coffeeauth::testing::TemporaryFolder;

namespace {

template <class Change>
std::string refusal_with(Change change) {
  InMemory world;
  auto options = world.options();
  change(options);
  return refusal_of(std::move(options));
}

/// Delivers to what the options say.
template <class Change>
std::string refusal_of_mail(Change change) {
  return refusal_with([&](Options& options) {
    options.mailer = nullptr;
    change(options);
  });
}

}  // namespace

TEST_CASE("the database that is wrong or missing is named") {
  const auto said = [](std::string url) {
    return refusal_with([&](Options& options) { options.database_url = std::move(url); });
  };
  CHECK(said("memory:") == "nothing");
  CHECK(said("").starts_with("database_url: expected "));
  for (const auto* const url : {"mysql://canary", "sqlite://canary", "sqlite:///canary?mode=ro",
                                "postgresql://u:canary@db", "postgresql://u:canary/2@db/app"}) {
    CAPTURE(url);
    CHECK(said(url).starts_with("database_url: "));
    CHECK(said(url).find("canary") == std::string::npos);
  }
  const TemporaryFolder folder;
  CHECK(said("sqlite:///" + folder.file("none/users.db")) ==
        "database_url: " + folder.file("none") + " is no folder");
  CHECK_FALSE(std::filesystem::exists(folder.file("none")));
}

TEST_CASE("a store of one's own takes the place of a database and its rooms") {
  const auto store = memory::make_memory_store();
  CHECK(refusal_with([&](Options& options) {
          options.store = store.get();
        }).starts_with("store: database_url "));
  const sql::RoomMigrations room{.feature = "room", .sqlite = {{1, "0001_room", "SELECT 1;"}}};
  CHECK(refusal_with([&](Options& options) {
          options.database_url.clear();
          options.store = store.get();
          options.rooms = {room};
        }).starts_with("rooms: "));
  CHECK(refusal_with([&](Options& options) { options.rooms = {room}; }).starts_with("rooms: "));
  // One that cannot be is named, too.
  const TemporaryFolder folder;
  CHECK(refusal_with([&](Options& options) {
          options.database_url = "sqlite:///" + folder.file("users.db");
          options.rooms = {{.feature = "room", .sqlite = {{2, "0002_room", "SELECT 1;"}}}};
        }).starts_with("rooms: the migrations of room: "));
}

TEST_CASE("mails that would go nowhere, or to two places, are refused") {
  CHECK(refusal_of_mail([](Options&) {}).starts_with("smtp_url or mail_folder: mails need "));
  // Before anybody connects to a database.
  CHECK(refusal_of_mail([](Options& options) {
          options.database_url = "postgresql://u:p@db.invalid/app";
        }).starts_with("smtp_url or mail_folder: mails need "));
  const auto store = memory::make_memory_store();
  CHECK(refusal_of_mail([&](Options& options) {
          options.database_url.clear();
          options.store = store.get();
        }).starts_with("smtp_url or mail_folder: mails need "));
  CHECK(refusal_of_mail([](Options& options) { options.mail_folder = "mails"; }) == "nothing");
  CHECK(refusal_of_mail([](Options& options) { options.delivers_mails = false; }) == "nothing");

  const auto to_server = [](Options& options) {
    options.smtp_url = "smtp://mail.example.com";
    options.from_email = "Shop <shop@example.com>";
  };
  CHECK(refusal_of_mail(to_server) == "nothing");
  CHECK(refusal_with(to_server).starts_with("mailer: smtp_url "));
  CHECK(refusal_with([](Options& options) {
          options.mail_folder = "mails";
        }).starts_with("mailer: mail_folder "));
  CHECK(refusal_of_mail([&](Options& options) {
          to_server(options);
          options.mail_folder = "mails";
        }).starts_with("mail_folder: smtp_url "));
}

TEST_CASE("a mail server, and who mails are from, have to be right") {
  const auto said = [](std::string url, std::string from) {
    return refusal_of_mail([&](Options& options) {
      options.smtp_url = std::move(url);
      options.from_email = std::move(from);
    });
  };
  CHECK(said("smtp://mail.example.com", "").starts_with("from_email: "));
  CHECK(said("smtp://mail.example.com", "nobody").starts_with("from_email: "));
  for (const auto* const url : {"http://canary", "smtp://u:canary/2@mail.example.com",
                                "smtp://mail.example.com?ca_file=/canary.pem"}) {
    CAPTURE(url);
    CHECK(said(url, "shop@example.com").starts_with("smtp_url: "));
  }
  CHECK(said("smtp://u:canary/2@mail.example.com", "shop@example.com").find("canary") ==
        std::string::npos);
}

TEST_CASE("what else cannot be is named") {
  testing::ListJudge judge;
  CHECK(refusal_with([](Options& options) {
          options.redis_url = "http://cache";
        }).starts_with("redis_url: "));
  CHECK(refusal_with([](Options& options) {
          options.config.codes.attempts = 0;
        }).starts_with("config: CODE_ATTEMPTS must be "));
  CHECK(refusal_with([](Options& options) {
          options.password_min_strength = 5;
        }).starts_with("password_min_strength: "));
  CHECK(refusal_with([&](Options& options) {
          options.password_min_strength = 5;
          options.judge = &judge;
        }) == "nothing");
  CHECK(refusal_with([](Options& options) {
          options.public_url = "http://shop.example";
        }).starts_with("public_url: "));
  CHECK(refusal_with([](Options& options) {
          options.public_url = "https://shop.example";
          options.api.public_url = "https://elsewhere.example";
        }).starts_with("public_url: api.public_url "));
  CHECK(refusal_with([](Options& options) {
          options.mails = {{.name = "Odd", .words = {}}};
        }).starts_with("mails: "));
  CHECK(refusal_with([](Options& options) {
          options.mail_frame.layout = "{{";
        }).starts_with("mail_frame: "));
  const auto templates = make_default_templates("Shop");
  CHECK(refusal_with([&](Options& options) {
          options.templates = templates.get();
          options.mail_frame.code = "{{code}}";
        }).starts_with("mail_frame: templates "));
  CHECK(refusal_with([&](Options& options) { options.features = {nullptr}; }) ==
        "coffeeauth: a feature is a null pointer");
}

TEST_CASE("every refusal begins with the option, and says what to do") {
  const TemporaryFolder folder;
  std::ofstream{folder.file("file")} << "not a folder";
  const auto in_folder = "sqlite:///" + folder.file("users.db");
  const auto expected =
      "database_url: expected sqlite:///path, postgresql://user:password@host/name or memory:";
  struct Row {
    std::string url;
    std::string mail_folder;
    std::string said;
  };
  // Nothing else is set: no mail server and no mailer.
  for (const auto& row : {
           Row{"sqlite:users.db", "", expected},
           Row{"users.db", "", expected},
           Row{"mysql://u:canary@db/app", "", expected},
           Row{"memory", "", expected},
           Row{"memory", "mails", expected},
           Row{"postgresql://db/app", "", "database_url: "},
           Row{"postgresql://db/app", folder.file("file"), "database_url: "},
           Row{"sqlite:///", "", "database_url: the URL names no file"},
           Row{"sqlite:///" + folder.file("no/such/users.db"), "",
               "database_url: " + folder.file("no/such") + " is no folder"},
           Row{"sqlite:///" + folder.file("file/users.db"), "",
               "database_url: " + folder.file("file") + " is no folder"},
           Row{"memory:", "", "smtp_url or mail_folder: mails need "},
           Row{"memory:", folder.file("file"), "mail_folder: " + folder.file("file") + " "},
           Row{"memory:", folder.file("file/mail"), "mail_folder: " + folder.file("file/mail")},
           Row{in_folder, folder.file("file/mail"), "mail_folder: " + folder.file("file/mail")},
       }) {
    CAPTURE(row.url);
    CAPTURE(row.mail_folder);
    const auto said = refusal_of_mail([&](Options& options) {
      options.database_url = row.url;
      options.mail_folder = row.mail_folder;
    });
    CAPTURE(said);
    CHECK(said.starts_with(row.said));
    CHECK(said.find("canary") == std::string::npos);
  }
  CHECK_FALSE(std::filesystem::exists(folder.file("no")));
  CHECK_FALSE(std::filesystem::exists(folder.file("users.db")));
}

TEST_CASE("a secret key that is too short is named, and not shown") {
  for (const std::string key : {"", "canary"}) {
    std::string said;
    try {
      static_cast<void>(refusal_with([&](Options& options) { options.secret_key = Secret{key}; }));
    } catch (const std::invalid_argument& refusal) {
      said = refusal.what();
    }
    CHECK(said == "secret_key: has " + std::to_string(key.size()) +
                      " bytes, needs 32 or more; for instance one made by "
                      "`openssl rand -base64 48`");
  }
}

namespace {

/// Is off without a public URL, as recovery is, or for `reason`.
class Plain final : public Bundle, public Feature {
 public:
  explicit Plain(std::string reason = {}, std::string fault = {})
      : reason_(std::move(reason)), fault_(std::move(fault)) {}

  [[nodiscard]] std::string_view name() const noexcept override { return "plain"; }
  [[nodiscard]] std::string why_off(const Surroundings& at) const override {
    CHECK(at.by_options);
    return at.public_url.empty() ? "public_url: is not set" : reason_;
  }
  [[nodiscard]] Feature& open(Store&, const Surroundings&) override {
    if (!fault_.empty()) throw std::invalid_argument(fault_);
    return *this;
  }
  [[nodiscard]] std::vector<http::Route> routes(Auth&) override { return {}; }
  [[nodiscard]] Contributions attach(Kernel&) override { return {}; }

 private:
  std::string reason_;
  std::string fault_;
};

std::string refusal_of_bundle(std::shared_ptr<Bundle> bundle, std::string public_url) {
  return refusal_with([&](Options& options) {
    options.public_url = std::move(public_url);
    options.bundles = {std::move(bundle)};
  });
}

}  // namespace

TEST_CASE("a bundle that cannot work is refused in the name of the option that is missing") {
  const auto* const url = "https://shop.example";
  CHECK(refusal_of_bundle(std::make_shared<Plain>(), url) == "nothing");
  CHECK(refusal_of_bundle(std::make_shared<Plain>(), "") == "public_url: is not set");
  CHECK(refusal_of_bundle(std::make_shared<Plain>("it is Sunday"), url) ==
        "bundles: plain: it is Sunday");
  CHECK(refusal_of_bundle(std::make_shared<Plain>("", "RATE: is 0"), url) ==
        "bundles: plain: RATE: is 0");
  CHECK(refusal_of_bundle(nullptr, url) == "bundles: one is a null pointer");
}
