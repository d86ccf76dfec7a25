// sql::copy() of a database in which every table of the program has rows.
#include "coffeeauth/sql/copy.hpp"

#include "coffeeauth/recovery/sql.hpp"
#include "features/recovery/tests/world.hpp"
#include "tests/postgres_server.hpp"
#include "tests/temporary_folder.hpp"
#include "tests/whole_database.hpp"

#include <optional>

namespace coffeeauth::recovery {
namespace {

using testing::PostgresServer;
using testing::TemporaryFolder;

sql::SqliteOptions in_file(const TemporaryFolder& folder, const std::string& name) {
  return {.path = folder.file(name), .rooms = {migrations()}};
}

sql::PostgresOptions on_server(const std::string& database) {
  static PostgresServer server;
  server.create_database(database);
  auto options = server.options(database);
  options.rooms = {migrations()};
  return options;
}

/// An Auth with the room over a store.
struct Over {
  explicit Over(const sql::Database& database)
      : t({.store = sql::make_store(database), .features = {&recovery}}) {}

  std::unique_ptr<TicketStore> tickets = make_sql_tickets();
  Recovery recovery{*tickets, usual_options()};
  testing::TestAuth t;
};

/// Has a row in every table, each written by the services.
struct Filled : Over {
  explicit Filled(const sql::Database& database) : Over(database) {
    auto& auth = t.auth();
    change_address();
    recovery.ask_reset(email("zoe.muller@example.org"), somewhere);
    auth.sessions().send_login_code(email("zoe.muller@example.org"), somewhere);
    CHECK_OK(auth.users().sign_up({.email = email("new@example.org"),
                                   .password = password("correct horse battery staple"),
                                   .first_name = "Ада"},
                                  somewhere));
    CHECK(t.store().transact([&](Transaction& tx) {
      const auto now = t.clock().now();
      return tx.keys().acquire_lease("clean-up", LeaseId::make(now, t.random()), now, now + 1min);
    }));
    refreshed =
        auth.sessions().refresh(asked.tokens.refresh_token.expose_secret(), somewhere).value();
  }

  void change_address() {
    auto who = t.auth().sessions().authenticate(moved.authorization).value();
    REQUIRE(recovery.ask_email_change(who, email("after@example.org"), somewhere));
    t.deliver_mail();
    for (const auto& mail : t.mailer().delivered()) {
      if (mail.text.find("#token=eml_") == std::string::npos) continue;
      REQUIRE(recovery.confirm_email_change(World::token_in(mail, "eml_"), somewhere));
    }
  }

  testing::LoggedInUser moved = t.logged_in_user("before@example.org");
  testing::LoggedInUser asked = t.logged_in_user("zoe.muller@example.org", Role::admin);
  std::optional<TokenPair> refreshed;
};

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
  auto& auth = after.t.auth();
  CHECK(auth.admin().list_users({}).value().count == 3);
  CHECK(auth.admin().list_users({.filter = {.search = "Mulle"}}).value().users.size() == 1);
  const auto by_login = auth.admin().list_users({.order = UserOrder::last_login}).value();
  CHECK(by_login.users.size() == 3);
  CHECK_OK(auth.sessions().authenticate(before.asked.authorization));
  CHECK_OK(auth.sessions().refresh(before.refreshed->refresh_token.expose_secret(), somewhere));
  CHECK_OK(auth.sessions().log_in(email("after@example.org"), password("correct horse battery"),
                                  somewhere));
  // What waits in the outbox is opened with the key that it was sealed with.
  after.t.deliver_mail();
  std::optional<Secret> link;
  for (const auto& mail : after.t.mailer().delivered()) {
    if (mail.text.find("#token=rst_") != std::string::npos) link = World::token_in(mail, "rst_");
  }
  REQUIRE(link);
  CHECK_OK(after.recovery.reset(*std::move(link), password(new_password), somewhere));
}

TEST_CASE("a copy has every row, from SQLite to PostgreSQL, on to PostgreSQL, and back") {
  const TemporaryFolder folder;
  const sql::Database first{in_file(folder, "first.db")};
  Filled before{first};
  const auto columns = testing::columns_in(before.t.store());
  CHECK(columns.size() >= 14);
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
}  // namespace coffeeauth::recovery
