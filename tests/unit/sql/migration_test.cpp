// Migrations: applied once, in order, by one process, and never behind the operator's back.
#include "coffeeauth/testing/doctest.hpp"

#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/Session.h>

#include <array>
#include <atomic>
#include <fstream>
#include <thread>
#include <vector>

#include "adapters/sql/src/migrator.hpp"
#include "adapters/sql/src/sqlite.hpp"
#include "tests/unit/sql/fixture.hpp"

using namespace coffeeauth;
using namespace coffeeauth::sql;
using namespace coffeeauth::sql::testing;

namespace {

constexpr Migration first{1, "first", "CREATE TABLE a (x BIGINT);\n"};
constexpr Migration second{2, "second",
                           "-- two at once\nALTER TABLE a ADD COLUMN y BIGINT;\n"
                           "CREATE TABLE b (\n  z TEXT\n);\n"};
constexpr Migration broken{2, "broken", "CREATE TABLE b (z TEXT);\nCREATE TABLE a (x BIGINT);\n"};

}  // namespace

TEST_CASE("each migration is applied once") {
  const TemporaryFolder folder;
  const SqliteOptions options{.path = folder.file("a.db")};

  const auto once = migrate_sqlite(options);
  const auto twice = migrate_sqlite(options);

  CHECK(once.applied.size() == sqlite_migrations().size());
  CHECK(once.version == sqlite_migrations().back().version);
  CHECK(twice.applied.empty());
  CHECK(twice.version == once.version);
}

TEST_CASE("only what is missing is applied") {
  const TemporaryFolder folder;
  const auto connection = open_sqlite({.path = folder.file("a.db")}, Access::write);

  CHECK(migrate(*connection, std::array{first}).applied == std::vector{1});
  CHECK(migrate(*connection, std::array{first, second}).applied == std::vector{2});
  CHECK_NOTHROW(require_current(*connection, std::array{first, second}));
}

TEST_CASE("users who were there before they were counted are counted") {
  const TemporaryFolder folder;
  const SqliteOptions options{.path = folder.file("a.db")};
  {
    const auto connection = open_sqlite(options, Access::write);
    REQUIRE(migrate(*connection, sqlite_migrations().first(1)).version == 1);
    for (const auto* const row : {"'1', 'a@example.org', 0, 1", "'2', 'b@example.org', 1, 1",
                                  "'3', 'c@example.org', 0, 0"}) {
      connection->run_once(
          {.text = "INSERT INTO users (id, email_canonical, role, is_verified, is_active, "
                   "email_display, first_name, last_name, date_joined, unverified_since, "
                   "password_hash, version, security_version) SELECT printf('%036d', i), e, r, v, "
                   "1, e, '', '', 0, 0, '', 1, 1 FROM (SELECT column1 AS i, column2 AS e, column3 "
                   "AS r, column4 AS v FROM (VALUES (" +
                   std::string(row) + ")))"});
    }
  }
  const auto store = make_sqlite_store(options);
  CHECK(store->users().count({}) == 3);
  CHECK(store->users().count({.is_verified = true}) == 2);
  CHECK(store->users().count({.role = Role::admin}) == 1);
}

TEST_CASE("users and sign-ups from before languages were kept have none") {
  const TemporaryFolder folder;
  const SqliteOptions options{.path = folder.file("a.db")};
  const auto waiting = UserId::parse("00000000-0000-7000-8000-000000000001").value();
  {
    const auto connection = open_sqlite(options, Access::write);
    migrate(*connection, sqlite_migrations().first(11));
    connection->run_once(
        {.text = "INSERT INTO users (id, email_canonical, role, is_verified, is_active, "
                 "email_display, first_name, last_name, date_joined, unverified_since, "
                 "password_hash, version, security_version) VALUES ('" +
                 waiting.str() +
                 "', 'a@example.org', 0, 0, 1, 'a@example.org', 'Ada', '', 0, 0, '', 1, 1)"});
    connection->run_once(
        {.text = "INSERT INTO pending_sign_ups (user_id, password_hash, email_display, first_name, "
                 "last_name) VALUES ('" +
                 waiting.str() + "', '$hash', 'a@example.org', 'Ada', '')"});
  }
  const auto store = make_sqlite_store(options);
  CHECK(store->users().find(waiting)->language.empty());
  const auto active = store->transact([&](Transaction& tx) {
    tx.sign_ups().put_code(
        waiting, {.digest = CodeDigest{}, .network = {}, .expires_at = from_unix_millis(2)}, {});
    return tx.sign_ups().activate(waiting, CodeDigest{}, {}, {});
  });
  REQUIRE(active.user);
  CHECK(active.user->language.empty());
  CHECK(active.user->first_name == "Ada");
}

TEST_CASE("users from before second factors need none") {
  const TemporaryFolder folder;
  const SqliteOptions options{.path = folder.file("a.db")};
  const auto id = UserId::parse("00000000-0000-7000-8000-000000000001").value();
  {
    const auto connection = open_sqlite(options, Access::write);
    migrate(*connection, sqlite_migrations().first(12));
    connection->run_once(
        {.text = "INSERT INTO users (id, email_canonical, role, is_verified, is_active, "
                 "email_display, first_name, last_name, date_joined, unverified_since, "
                 "password_hash, version, security_version) VALUES ('" +
                 id.str() +
                 "', 'a@example.org', 0, 1, 1, 'a@example.org', 'Ada', '', 0, 0, '$hash', 1, 1)"});
  }
  const auto store = make_sqlite_store(options);
  REQUIRE(store->users().find(id));
  CHECK_FALSE(store->users().find(id)->second_factor);
  const auto written = store->transact(
      [&](Transaction& tx) { return tx.users().update_user(id, 1, {.second_factor = true}, {}); });
  CHECK(written.outcome == UserWriteOutcome::written);
  CHECK(store->users().find(id)->second_factor);
  CHECK(store->users().find(id)->first_name == "Ada");
}

TEST_CASE("users who were there before searches had an index are filled in batches, and found") {
  const TemporaryFolder folder;
  SqliteOptions options{.path = folder.file("a.db")};
  {
    const auto connection = open_sqlite(options, Access::write);
    migrate(*connection, sqlite_migrations().first(3));
    connection->run_once(
        {.text = "INSERT INTO users (id, email_canonical, role, is_verified, is_active, "
                 "email_display, first_name, last_name, date_joined, unverified_since, "
                 "password_hash, version, security_version) WITH RECURSIVE n(i) AS (SELECT 1 UNION "
                 "ALL SELECT i + 1 FROM n WHERE i < 2500) SELECT printf("
                 "'00000000-0000-7000-8000-%012d', i), 'u' || i || '@example.org', 0, 1, 1, 'u' || "
                 "i || '@example.org', 'ZO\xc3\x8b', 'Number' || i, i, 0, '', 1, 1 FROM n"});
  }
  struct Stopped {};
  std::vector<std::size_t> seen;
  // Stopped after the first batch, which stays done.
  options.migration_progress = [&](std::size_t done, std::size_t total) {
    seen.insert(seen.end(), {done, total});
    if (seen.size() == 2) throw Stopped();
  };
  CHECK_THROWS_AS(migrate_sqlite(options), Stopped);
  migrate_sqlite(options);
  CHECK(seen == std::vector<std::size_t>{1000, 2500, 1000, 1500, 1500, 1500});

  const auto store = make_sqlite_store(options);
  CHECK(store->users().count({.search = "zo\xc3\xab number2500"}) == 1);
  CHECK(store->users().list({.filter = {.search = "u2499@"}}).size() == 1);
  CHECK(store->users().count({.search = "number"}) == 2500);
}

TEST_CASE("a user whom an older program wrote is found after the next start") {
  const TemporaryFolder folder;
  const SqliteOptions options{.path = folder.file("a.db")};
  add_user(*make_sqlite_store(options), new_user(1));
  open_sqlite(options, Access::write)->run_once({.text = "UPDATE users SET search_text = ''"});
  CHECK(make_sqlite_store(options)->users().count({.search = "user1@"}) == 1);
}

TEST_CASE("searches find the same after VACUUM") {
  const TemporaryFolder folder;
  const SqliteOptions options{.path = folder.file("a.db")};
  const auto store = make_sqlite_store(options);
  for (std::uint64_t n = 0; n < 50; ++n) add_user(*store, new_user(n));
  for (std::uint64_t n = 0; n < 50; n += 2) {
    store->transact([&](Transaction& tx) {
      static_cast<void>(tx.users().delete_user(new_user(n).id, std::nullopt));
    });
  }
  open_sqlite(options, Access::write)->run_once({.text = "VACUUM"});
  CHECK(store->users().count({.search = "user41@"}) == 1);
  CHECK(store->users().count({.search = "user40@"}) == 0);
  CHECK(store->users().count({.search = "ann lee"}) == 25);
}

TEST_CASE("a migration that fails leaves nothing of itself behind") {
  const TemporaryFolder folder;
  const SqliteOptions options{.path = folder.file("a.db")};
  {
    const auto connection = open_sqlite(options, Access::write);
    CHECK_THROWS_AS(migrate(*connection, std::array{first, broken}), Unavailable);
  }

  const auto connection = open_sqlite(options, Access::write);

  CHECK(migrate(*connection, std::array{first, second}).applied == std::vector{2});
}

TEST_CASE("a migration that changed after it was applied stops the program") {
  const TemporaryFolder folder;
  const auto connection = open_sqlite({.path = folder.file("a.db")}, Access::write);
  migrate(*connection, std::array{first});
  auto changed = first;
  changed.sql = "CREATE TABLE a (y BIGINT);\n";

  CHECK_THROWS_WITH_AS(migrate(*connection, std::array{changed}),
                       "migration 1 of the database is not the one of this program: it was changed "
                       "after it had been applied",
                       std::runtime_error);
  CHECK_THROWS_AS(require_current(*connection, std::array{changed}), std::runtime_error);
}

TEST_CASE("a database that is newer than the program stops it") {
  const TemporaryFolder folder;
  const auto connection = open_sqlite({.path = folder.file("a.db")}, Access::write);
  migrate(*connection, std::array{first, second});

  CHECK_THROWS_WITH_AS(
      migrate(*connection, std::array{first}),
      "the database is at schema version 2, newer than this program knows (1): use "
      "a newer program",
      std::runtime_error);
}

TEST_CASE("opening without migrating refuses a database that is behind") {
  const TemporaryFolder folder;
  const SqliteOptions options{.path = folder.file("a.db"), .migrate = false};

  CHECK_THROWS_AS(static_cast<void>(make_sqlite_store(options)), std::runtime_error);
  migrate_sqlite(options);
  CHECK_NOTHROW(static_cast<void>(make_sqlite_store(options)));
}

TEST_CASE("of many that open a new database at once, one migrates and all can use it") {
  for (int round = 0; round < 10; ++round) {
    const TemporaryFolder folder;
    const SqliteOptions options{.path = folder.file("a.db"),
                                .busy_timeout = std::chrono::seconds{60}};
    std::atomic<std::size_t> applied{0};
    std::atomic<std::size_t> opened{0};
    std::vector<std::thread> threads;

    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        applied += migrate_sqlite(options).applied.size();
        make_sqlite_store(options)->ping();
        ++opened;
      });
    }
    for (auto& thread : threads) thread.join();

    CHECK(applied == sqlite_migrations().size());
    CHECK(opened == 4);
  }
}

TEST_CASE("a file that is no database is refused and left alone") {
  const TemporaryFolder folder;
  const auto path = folder.file("notes.txt");
  const std::string text(5000, 'x');
  std::ofstream(path) << text;

  CHECK_THROWS_AS(static_cast<void>(make_sqlite_store({.path = path})), Unavailable);

  std::ifstream file(path);
  CHECK(std::string(std::istreambuf_iterator<char>(file), {}) == text);
}

TEST_CASE("the schema itself refuses a text with a NUL") {
  const TemporaryFolder folder;
  const SqliteOptions options{.path = folder.file("a.db")};
  migrate_sqlite(options);
  Poco::Data::Session session(Poco::Data::SQLite::Connector::KEY, options.path);
  const auto insert = [&](const std::string& name) {
    session << "INSERT INTO leases (name, holder, held_until) VALUES (" + name + ", 'h', 1)",
        Poco::Data::Keywords::now;
  };

  CHECK_THROWS_AS(insert("'a' || char(0) || 'b'"), Poco::Exception);
  CHECK_NOTHROW(insert("'ab'"));
}
