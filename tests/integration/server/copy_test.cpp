// sql::copy() of a database in which every table of the program has rows: those of the library and
// of each feature that the program is built with.
#include "coffeeauth/sql/copy.hpp"

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "bundles.hpp"
#include "coffeeauth/email_login/sql.hpp"
#include "coffeeauth/passkeys/sql.hpp"
#include "coffeeauth/recovery/recovery.hpp"
#include "coffeeauth/recovery/sql.hpp"
#include "coffeeauth/second_factor/sql.hpp"
#include "coffeeauth/sms/sql.hpp"
#include "coffeeauth/testing/doctest.hpp"
#include "coffeeauth/testing/test_auth.hpp"
#include "tests/parsed.hpp"
#include "tests/postgres_server.hpp"
#include "tests/temporary_folder.hpp"
#include "tests/whole_database.hpp"

namespace coffeeauth::server {
namespace {

using namespace std::chrono_literals;
using recovery::Recovery;
using testing::email;
using testing::password;
using testing::PostgresServer;
using testing::TemporaryFolder;

constexpr std::string_view first_password = "correct horse battery";
constexpr std::string_view new_password = "a new and longer passphrase";
const ClientContext somewhere{.address = "203.0.113.7", .user_agent = "Firefox/130 Linux"};

VerificationCode wrong_code() { return VerificationCode::parse_number(1).value(); }

/// With the tables of every feature: a new one makes the test fail until Filled has rows for it.
sql::Database with_rooms(sql::Database database) {
  add_tables(make_bundles(), database);
  return database;
}
sql::Database in_file(const TemporaryFolder& folder, const std::string& name) {
  return with_rooms(sql::SqliteOptions{.path = folder.file(name)});
}
sql::Database on_server(const std::string& database) {
  static PostgresServer server;
  server.create_database(database);
  return with_rooms(server.options(database));
}

/// The token behind that mark in the newest mail that has one.
std::optional<Secret> token_in(testing::TestAuth& t, const std::string& kind) {
  const auto mark = "#token=" + kind + "_";
  std::optional<Secret> found;
  for (const auto& mail : t.mailer().delivered()) {
    const auto at = mail.text.find(mark);
    if (at == std::string::npos) continue;
    found = Secret{std::string_view{mail.text}.substr(at + 7, kind.size() + 44)};
  }
  return found;
}

/// An Auth with every feature over a store.
class Over {
 public:
  explicit Over(const sql::Database& database) : Over(sql::make_store(database), make_bundles()) {}

  Recovery& recovery() {
    for (auto* const feature : features_) {
      if (auto* const found = dynamic_cast<Recovery*>(feature)) return *found;
    }
    throw std::logic_error("the program has no recovery");
  }

 private:
  Over(std::unique_ptr<Store> store, Bundles bundles)
      : bundles_(std::move(bundles)),
        features_(opened(bundles_, *store)),
        t({.store = std::move(store), .features = features_}) {}

  static std::vector<Feature*> opened(const Bundles& bundles, Store& store) {
    std::vector<Feature*> features;
    for (const auto& bundle : bundles) {
      features.push_back(&bundle->open(store, {.public_url = "https://accounts.example.org"}));
    }
    return features;
  }

  Bundles bundles_;
  std::vector<Feature*> features_;

 public:
  testing::TestAuth t;
};

/// Of mails that nobody tried to deliver, of guesses, which are counted by the day, and of the only
/// key.
constexpr auto may_be_empty =
    "outbox_jobs.state\noutbox_jobs.attempts\noutbox_jobs.lease_id\noutbox_jobs.last_error\n"
    "outbox_jobs.abandoned\nrecovery_slots.hour_count\nsigning_keys.verifies_until\n"
    "signing_keys.is_first\n";
/// How long Filled takes by its clock.
constexpr auto some_time = 2min;

/// Has a row in every table, each written by the services.
struct Filled : Over {
  explicit Filled(const sql::Database& database) : Over(database) {
    auto& auth = t.auth();
    change_address();
    recovery().ask_reset(email("zoe.muller@example.org"), somewhere);
    auth.sessions().send_login_code(email("after@example.org"), somewhere);
    CHECK_OK(auth.users().update_profile(
        asked.user.id, {.language = Language::parse("de-AT").value()}, somewhere));
    CHECK_OK(auth.users().sign_up({.email = email("new@example.org"),
                                   .password = password("correct horse battery staple"),
                                   .first_name = "Ада",
                                   .last_name = "Лавлейс",
                                   .language = Language::parse("uk").value()},
                                  somewhere));
    guess_codes();
    prove_for_a_reset();
    come_from_elsewhere();
    need_second_factor();
    prove_second_factors();
    use_passkeys();
    send_a_text();
    ask_for_a_login();
    CHECK(t.store().transact([&](Transaction& tx) {
      const auto now = t.clock().now();
      return tx.keys().acquire_lease("clean-up", LeaseId::make(now, t.random()), now, now + 1min);
    }));
    refreshed =
        auth.sessions().refresh(asked.tokens.refresh_token.expose_secret(), somewhere).value();
  }

  void change_address() {
    auto who = t.auth().sessions().authenticate(moved.authorization).value();
    REQUIRE(recovery().ask_email_change(who, email("after@example.org"), somewhere));
    t.deliver_mail();
    REQUIRE(recovery().confirm_email_change(token_in(t, "eml").value(), somewhere));
  }

  /// At the code of a sign-up, of the next one, and of a change that waits.
  void guess_codes() {
    const auto guess = [&] {
      CHECK_ERROR(
          t.auth().verification().verify({email("new@example.org"), wrong_code(), {}}, somewhere),
          ErrorCode::invalid_code);
    };
    guess();
    t.clock().advance(some_time);
    static_cast<void>(t.auth().verification().resend_code(email("new@example.org"), somewhere));
    guess();
    const auto who = t.auth().sessions().authenticate(asked.authorization).value();
    REQUIRE(recovery().ask_email_change(who, email("next@example.org"), somewhere));
    CHECK_ERROR(recovery().confirm_email_change(who, wrong_code(), somewhere),
                ErrorCode::invalid_code);
  }

  /// A second device, and a code to log in with that is guessed wrong beside the right password.
  void come_from_elsewhere() {
    auto& sessions = t.auth().sessions();
    const auto zoe = email("zoe.muller@example.org");
    const ClientContext elsewhere{.address = "198.51.100.9", .user_agent = "Safari/605 Macintosh"};
    CHECK_OK(sessions.log_in(zoe, password(first_password), elsewhere));
    sessions.send_login_code(zoe, password(first_password), elsewhere);
    CHECK_ERROR(sessions.log_in(zoe, password(first_password), wrong_code(), elsewhere),
                ErrorCode::invalid_credentials);
  }

  /// Of an account that is not used: nothing here asks for its factor.
  void need_second_factor() {
    const auto unused = t.store().users().find_credentials(email("new@example.org"))->user.id;
    CHECK(t.store().transact([&](Transaction& tx) {
      return tx.users().update_user(unused, {}, {.second_factor = true}, t.clock().now()).changed;
    }));
  }

  /// Rows of second factors as they are in the middle of things, of that account.
  void prove_second_factors() {
    namespace sf = second_factor;
    const auto user = t.store().users().find_credentials(email("new@example.org"))->user.id;
    const auto now = t.clock().now();
    const auto digest = [](std::uint8_t octet) {
      return FeatureDigest{FeatureDigest::Bytes{octet}};
    };
    const sf::Factor phone{.id = sf::FactorId::make(now, t.random()),
                           .user = user,
                           .kind = "sms",
                           .label = "Phone",
                           .sealed_secret = "sealed",
                           .hint = "+49...67",
                           .target_digest = digest(1),
                           .created_at = now,
                           .pending_until = now + 10min};
    const sf::Device device{.id = sf::DeviceId::make(now, t.random()),
                            .user = user,
                            .digest = digest(2),
                            .security_version = 1,
                            .created_at = now,
                            .expires_at = now + 24h,
                            .last_used_at = now,
                            .address = somewhere.address,
                            .user_agent = somewhere.user_agent};
    const sf::FailurePolicy soon{.free = 1};
    t.store().transact([&](Transaction& tx) {
      const auto rows = sf::make_sql_factors()->in(tx);
      rows->put_ticket({.digest = digest(3),
                        .user = user,
                        .security_version = 1,
                        .methods = "password",
                        .promise = "reauthenticate",
                        .subject = "subject",
                        .session = SessionId::make(now, t.random()),
                        .created_at = now,
                        .expires_at = now + 10min},
                       1);
      CHECK(rows->spend_attempt(digest(3), 5, now));
      CHECK(rows->put_code(
          digest(3), {.digest = digest(4), .factor = phone.id, .expires_at = now + 5min}, now));
      CHECK(rows->try_code(digest(3), phone.id, {.per_code = 5, .per_day = 50}, now));
      static_cast<void>(rows->begin_attempt(user, true, soon, now));
      static_cast<void>(rows->begin_attempt(user, true, soon, now));
      CHECK(rows->take_notice(user, 24h, now));
      CHECK(rows->add_factor(phone, 1) == sf::AddOutcome::added);
      CHECK(rows->confirm_factor(user, phone.id, 7, now));
      CHECK(rows->mark_used(user, phone.id, now));
      rows->replace_recovery_codes(user, {digest(5)}, now);
      rows->trust(device, 1);
    });
  }

  /// A passkey of that account, which may have been copied.
  void use_passkeys() {
    namespace pk = passkeys;
    const auto user = t.store().users().find_credentials(email("new@example.org"))->user.id;
    const auto now = t.clock().now();
    const pk::Passkey passkey{.id = pk::PasskeyId::make(now, t.random()),
                              .user = user,
                              .rp_id = "example.org",
                              .credential_digest = pk::digest_of_credential("credential"),
                              .credential_id = "credential",
                              .public_key = "key",
                              .algorithm = CoseAlgorithm::es256,
                              .sign_count = 7,
                              .backup_eligible = true,
                              .backed_up = true,
                              .transports = {"internal"},
                              .aaguid = {1},
                              .name = "Phone",
                              .created_at = now};
    t.store().transact([&](Transaction& tx) {
      const auto rows = pk::make_sql_passkeys()->in(tx);
      CHECK(rows->create(passkey, 1) == pk::CreateOutcome::created);
      static_cast<void>(rows->handle_of(user, pk::UserHandle{1}));
      CHECK(rows->use(passkey.id, {.sign_count = 6, .backed_up = true},
                      pk::CounterPolicy::device_bound, now) == pk::UseOutcome::tolerated);
      CHECK(rows->spend_challenge(pk::digest_of_challenge("challenge"), now + 10min));
    });
  }

  /// A mail to log in with, at whose code somebody has guessed.
  void ask_for_a_login() {
    namespace el = email_login;
    const auto user = t.store().users().find_credentials(email("new@example.org"))->user.id;
    const auto now = t.clock().now();
    const auto digest = [](std::uint8_t octet) {
      return FeatureDigest{FeatureDigest::Bytes{octet}};
    };
    const MailPace one{.pause = 60s, .per_hour = 1, .per_day = 1};
    t.store().transact([&](Transaction& tx) {
      const auto rows = el::make_sql_tickets()->in(tx);
      CHECK(rows->take_slot(user, {.network = digest(1), .max_networks = 1}, one, now));
      rows->put({.user = user,
                 .link = digest(2),
                 .login = digest(3),
                 .code = digest(4),
                 .security_version = 1,
                 .created_at = now,
                 .expires_at = now + 10min});
      CHECK(rows->count_guess({digest(3)}, {.per_code = 5, .per_day = 50}, now));
    });
  }

  /// A text message that was counted.
  void send_a_text() {
    const auto user = t.store().users().find_credentials(email("new@example.org"))->user.id;
    const auto digest = [](std::uint8_t octet) {
      return FeatureDigest{FeatureDigest::Bytes{octet}};
    };
    const auto answer = t.store().transact([&](Transaction& tx) {
      return sms::make_sql_budgets()->in(tx)->take({.user = user,
                                                    .number = {digest(1)},
                                                    .network = {digest(2)},
                                                    .share = sms::BudgetShare::enrolment},
                                                   {}, t.clock().now());
    });
    CHECK(answer.verdict == sms::BudgetVerdict::taken);
  }

  /// As after a second factor, for which nothing here asks.
  void prove_for_a_reset() {
    t.store().transact([&](Transaction& tx) {
      const auto now = t.clock().now();
      recovery::make_sql_tickets()->in(tx)->put({.digest = FeatureDigest{},
                                                 .kind = recovery::TicketKind::reset,
                                                 .user = moved.user.id,
                                                 .security_version = 1,
                                                 .second_factor_done = true,
                                                 .created_at = now,
                                                 .expires_at = now + 30min});
    });
  }

  testing::LoggedInUser moved = t.logged_in_user("before@example.org");
  testing::LoggedInUser asked = t.logged_in_user("zoe.muller@example.org", Role::admin);
  std::optional<TokenPair> refreshed;
};

/// The columns in which no row has anything: NULL, an empty text or 0.
std::string unfilled(Store& store, const testing::TableColumns& columns) {
  std::string names;
  for (const auto& [table, all] : columns) {
    for (const auto& name : all) {
      const auto column = "\"" + name + "\"";
      const auto rows = sql::query(store, {.text = "SELECT count(*) FROM \"" + table + "\" WHERE " +
                                                   column + " NOT IN ('', 0)",
                                           .columns = "n"});
      if (rows.front().number(0) == 0) names += table + "." + name + "\n";
    }
  }
  return names;
}

/// The rows of `from` are those of `to`, and no table of it is empty.
void check_same(Store& from, Store& to, const testing::TableColumns& columns) {
  const auto before = testing::rows_in(from, columns);
  const auto after = testing::rows_in(to, columns);
  for (const auto& [table, rows] : before) {
    CAPTURE(table);
    CHECK_FALSE(rows.empty());
    CHECK(after.at(table) == rows);
  }
}

/// What lists, counts, searches, logins and links do over the copy is what they did before it.
void check_used(const sql::Database& copied, const Filled& before) {
  Over after{copied};
  after.t.clock().advance(some_time);
  auto& auth = after.t.auth();
  CHECK(auth.admin().list_users({}).value().count == 3);
  CHECK(auth.admin().list_users({.filter = {.search = "Mulle"}}).value().users.size() == 1);
  const auto by_login = auth.admin().list_users({.order = UserOrder::last_login}).value();
  CHECK(by_login.users.size() == 3);
  CHECK(after.t.store().users().find_credentials(email("new@example.org"))->user.second_factor);
  CHECK_OK(auth.sessions().authenticate(before.asked.authorization));
  CHECK_OK(auth.sessions().refresh(before.refreshed->refresh_token.expose_secret(), somewhere));
  CHECK_OK(auth.sessions().log_in(email("after@example.org"), password(first_password), somewhere));
  // What waits in the outbox is opened with the key that it was sealed with.
  after.t.deliver_mail();
  auto link = token_in(after.t, "rst");
  REQUIRE(link);
  CHECK_OK(after.recovery().reset(*std::move(link), password(new_password), somewhere));
}

TEST_CASE("a copy has every row, from SQLite to PostgreSQL, on to PostgreSQL, and back") {
  const TemporaryFolder folder;
  const sql::Database first{in_file(folder, "first.db")};
  Filled before{first};
  const auto columns = testing::columns_in(before.t.store());
  CHECK(columns.size() >= 16);
  // A new column belongs into Filled, or here.
  CHECK(unfilled(before.t.store(), columns) == may_be_empty);
  std::vector<sql::Database> places;
  places.emplace_back(on_server("copied_once"));
  places.emplace_back(on_server("copied_twice"));
  places.emplace_back(in_file(folder, "back.db"));
  places.emplace_back(in_file(folder, "again.db"));
  const auto* from = &first;
  for (const auto& to : places) {
    CAPTURE(sql::name_of(to));
    const auto report = sql::copy(*from, to);
    CHECK(report.tables.size() == columns.size());
    CHECK(report.left_behind.empty());
    check_same(before.t.store(), *sql::make_store(to), columns);
    from = &to;
  }
  for (const auto& to : places) {
    CAPTURE(sql::name_of(to));
    check_used(to, before);
  }
}

}  // namespace
}  // namespace coffeeauth::server
