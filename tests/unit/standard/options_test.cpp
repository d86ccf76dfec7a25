// Which options open() refuses, and that it says which one.

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
  CHECK(refusal_of_mail([](Options&) {}).starts_with("smtp_url: mails need "));
  // Before anybody connects to a database.
  CHECK(refusal_of_mail([](Options& options) {
          options.database_url = "postgresql://u:p@db.invalid/app";
        }).starts_with("smtp_url: mails need "));
  const auto store = memory::make_memory_store();
  CHECK(refusal_of_mail([&](Options& options) {
          options.database_url.clear();
          options.store = store.get();
        }).starts_with("smtp_url: mails need "));
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
