// What open() opens, from the database to the end of the last thread.

#include <fstream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include "coffeeauth/memory/memory.hpp"
#include "coffeeauth/smtp/smtp.hpp"
#include "coffeeauth/sql/database.hpp"
#include "coffeeauth/sql/query.hpp"
#include "tests/temporary_folder.hpp"
#include "tests/unit/standard/fixture.hpp"

using namespace coffeeauth;
using namespace coffeeauth::standard;
using coffeeauth::testing::TemporaryFolder;

namespace {

Options in_file(const TemporaryFolder& folder, testing::FastHasher& hasher) {
  return {.database_url = sql::sqlite_url(folder.file("users.db")),
          .secret_key = a_key(),
          .hasher = &hasher};
}

/// A route that says how many users there are.
http::Route count_route(Auth& auth) {
  return {.method = "GET",
          .path = "/count",
          .access = http::Access::anyone,
          .handler = [&auth](const http::RouteContext&) -> Result<http::Response> {
            const auto count = auth.parts().store.users().count({}, 10).value_or(0);
            http::Response response;
            response.body = std::make_shared<const std::string>(std::to_string(count));
            return response;
          }};
}

std::string get(Accounts& accounts, std::string target) {
  return std::string{accounts.api().handle({.method = "GET", .target = std::move(target)}).text()};
}

/// Keeps the room's own table, one row a sign-up.
class Visits final : public Feature, private Recorder {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "visits"; }
  [[nodiscard]] Contributions attach(Kernel&) override { return {.recorders = {this}}; }

  static sql::RoomMigrations tables() {
    constexpr std::string_view table =
        "CREATE TABLE visits_users (user_id text NOT NULL REFERENCES users (id));";
    return {.feature = "visits",
            .sqlite = {{1, "0001_visits", table}},
            .postgresql = {{1, "0001_visits", table}}};
  }
  static std::int64_t count(Store& store) {
    return sql::query(store, {"SELECT count(*) FROM visits_users", "n"}).front().number(0);
  }

 private:
  void record(Transaction& tx, const Event& event) override {
    if (event.kind != EventKind::signed_up) return;
    sql::query(tx, {"INSERT INTO visits_users (user_id) VALUES ($1)"}, {event.user->str()});
  }
};

}  // namespace

TEST_CASE("a file and a key are enough for accounts, with mails in a folder beside the file") {
  const TemporaryFolder folder;
  testing::FastHasher hasher;
  {
    auto accounts = open(in_file(folder, hasher));
    CHECK_OK(sign_up(accounts));
    CHECK(accounts.worker().run_once() == 1);
  }
  const auto mails = smtp::list_folder(folder.path() / "mail", 10);
  REQUIRE(mails.size() == 1);
  CHECK(mails.front().to == "ada@example.org");
  const auto digits = mails.front().text.find_first_of("0123456789");
  auto code = VerificationCode::parse(mails.front().text.substr(digits, 6)).value();

  // All of it is there the next time.
  auto accounts = open(in_file(folder, hasher));
  CHECK_OK(accounts.auth().verification().verify({.email = ada(), .code = std::move(code)}, {}));
  const auto tokens = tokens_of(accounts.auth().sessions().log_in(ada(), her_password(), {}));
  REQUIRE_OK(tokens);
  const auto& access = tokens->access_token;
  CHECK_OK(accounts.auth().sessions().authenticate_token(access.expose_secret()));
  CHECK(accounts.auth().config().tokens.algorithm == SigningAlgorithm::es256);
}

TEST_CASE("another secret key than that of the database is found out at once") {
  const TemporaryFolder folder;
  testing::FastHasher hasher;
  {
    auto accounts = open(in_file(folder, hasher));
    accounts.auth().tokens().require_signer();
  }
  auto options = in_file(folder, hasher);
  options.secret_key = a_key('x');
  CHECK_THROWS_AS(static_cast<void>(open(std::move(options))), SecretKeyMismatch);

  // Unless it is the next one, and the one before is known.
  options = in_file(folder, hasher);
  options.secret_key = [] {
    std::vector<Secret> previous;
    previous.push_back(a_key());
    return SecretKeys{a_key('x'), std::move(previous)};
  }();
  CHECK_NOTHROW(static_cast<void>(open(std::move(options))));
}

TEST_CASE("a database that cannot be opened is named") {
  const TemporaryFolder folder;
  testing::FastHasher hasher;
  std::ofstream{folder.file("users.db")} << "something else, and long enough to be looked at";
  std::string said;
  try {
    static_cast<void>(open(in_file(folder, hasher)));
  } catch (const std::runtime_error& failure) {
    said = failure.what();
  }
  CAPTURE(said);
  CHECK(said.starts_with("database_url: sqlite:" + folder.file("users.db") + ": "));
}

TEST_CASE("what is started delivers until it is stopped, and can be started again") {
  InMemory world;
  auto accounts = open(world.options());
  CHECK(accounts.stop());
  accounts.start();
  accounts.start();
  CHECK_OK(sign_up(accounts));
  CHECK(world.mailer.wait_for(ada(), 1));
  CHECK(accounts.stop());
  CHECK(accounts.stop());
  accounts.start();
  const auto other = EmailAddress::parse("eve@example.org").value();
  CHECK_OK(accounts.auth().users().sign_up({.email = other, .password = her_password()}, {}));
  CHECK(world.mailer.wait_for(other, 1));
}

TEST_CASE("what runs when it is destroyed comes to its end before what it needs") {
  const TemporaryFolder folder;
  InMemory world;
  for (int round = 0; round < 5; ++round) {
    auto options = in_file(folder, world.hasher);
    options.mailer = &world.mailer;
    auto accounts = open(std::move(options));
    accounts.start();
    static_cast<void>(sign_up(accounts));
  }
  // Of every mail that was tried the verdict is in the database: none is there twice.
  auto options = in_file(folder, world.hasher);
  options.mailer = &world.mailer;
  auto accounts = open(std::move(options));
  while (accounts.worker().run_once() > 0) {
  }
  CHECK(world.mailer.attempts() == world.mailer.delivered().size());
  CHECK(world.mailer.count_for(ada()) >= 1);
}

TEST_CASE("accounts can be moved while they run, and what was taken from them stays good") {
  InMemory world;
  InMemory other_world;
  auto accounts = open(world.options());
  accounts.start();
  auto& auth = accounts.auth();
  auto moved = std::move(accounts);
  CHECK(&moved.auth() == &auth);
  CHECK_OK(sign_up(moved));
  CHECK(world.mailer.wait_for(ada(), 1));

  moved = open(other_world.options());
  CHECK_OK(sign_up(moved));
  CHECK(moved.worker().run_once() == 1);
  CHECK(other_world.mailer.count_for(ada()) == 1);
}

TEST_CASE("a process that leaves mails to another one has no worker, and needs no mail server") {
  const TemporaryFolder folder;
  InMemory world;
  auto options = in_file(folder, world.hasher);
  options.delivers_mails = false;
  auto accounts = open(std::move(options));
  accounts.start();
  CHECK_OK(sign_up(accounts));
  CHECK_THROWS_AS(static_cast<void>(accounts.worker()), std::logic_error);
  CHECK(accounts.stop());
  CHECK_FALSE(std::filesystem::exists(folder.path() / "mail"));

  auto delivering = in_file(folder, world.hasher);
  delivering.mailer = &world.mailer;
  CHECK(open(std::move(delivering)).worker().run_once() == 1);
}

TEST_CASE("a feature brings its tables and its work along") {
  const TemporaryFolder folder;
  Visits visits;
  testing::FastHasher hasher;
  auto options = in_file(folder, hasher);
  options.features = {&visits};
  options.rooms = {Visits::tables()};
  auto accounts = open(std::move(options));
  CHECK_OK(sign_up(accounts));
  CHECK(Visits::count(accounts.store()) == 1);
  CHECK(&accounts.kernel() == &accounts.auth().kernel());
}

TEST_CASE("the API has routes of one's own, those that need the Auth included") {
  InMemory world;
  auto options = world.options();
  options.public_url = "https://shop.example/accounts";
  options.api.extra_routes = {{.method = "GET",
                               .path = "/hello",
                               .handler = [](const http::RouteContext&) -> Result<http::Response> {
                                 http::Response response;
                                 response.body = std::make_shared<const std::string>("hello");
                                 return response;
                               }}};
  options.routes = [](Auth& auth) { return std::vector{count_route(auth)}; };
  auto accounts = open(std::move(options));
  CHECK(get(accounts, "/hello") == "hello");
  CHECK(get(accounts, "/count") == "0");
  CHECK_OK(sign_up(accounts));
  CHECK(get(accounts, "/count") == "1");
  CHECK(accounts.api().openapi().find("https://shop.example/accounts") != std::string::npos);
}

TEST_CASE("words of one's own stand in the mails") {
  InMemory world;
  auto options = world.options();
  options.mails = {{.name = std::string{mail_kind::verification_code},
                    .words = {{.language = "en", .text = "Subject: Hello\n\nYours: {{code}}\n"}}}};
  auto accounts = open(std::move(options));
  CHECK_OK(sign_up(accounts));
  CHECK(accounts.worker().run_once() == 1);
  CHECK(world.mailer.last_to(ada())->subject == "Hello");
}
