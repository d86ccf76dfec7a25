#include "coffeeauth/testing/doctest.hpp"

#include <cmath>
#include <thread>
#include <vector>

#include "tests/integration/postgres/fixture.hpp"

using namespace coffeeauth;
using namespace coffeeauth::sql;
using namespace coffeeauth::sql::testing;

TEST_CASE("of many processes that start at once one migrates and the rest find it done") {
  for (int round = 0; round < 5; ++round) {
    const Database database;
    // Connections are all that PostgreSQL sees of a process.
    std::vector<MigrationReport> reports(16);
    std::vector<std::thread> threads;
    for (auto& report : reports) {
      threads.emplace_back([&] {
        // What fails is found missing below.
        unavailable([&] { report = migrate_postgres(database.options()); });
      });
    }
    for (auto& thread : threads) thread.join();

    std::size_t applied = 0;
    const auto all = static_cast<std::size_t>(reports.front().version);
    for (const auto& report : reports) {
      CHECK(report.version == reports.front().version);
      applied += report.applied.size();
    }
    CHECK(all > 1);
    CHECK(applied == all);
    CHECK(database.execute("SELECT count(*) FROM schema_migrations") == std::to_string(all));
  }
}

TEST_CASE("a database that is not up to date is left alone when nobody may migrate") {
  const Database database;
  auto options = database.options();
  options.migrate = false;

  CHECK_THROWS_AS(static_cast<void>(make_postgres_store(options)), std::runtime_error);
  CHECK(database.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == "0");

  migrate_postgres(options);
  CHECK_NOTHROW(make_postgres_store(options)->ping());
}

TEST_CASE("a migration that was changed after it had been applied stops the program") {
  const Database database;
  migrate_postgres(database.options());
  database.execute("UPDATE schema_migrations SET checksum = 'another'");

  CHECK_THROWS_AS(migrate_postgres(database.options()), std::runtime_error);
}

TEST_CASE("a database of a newer program is left alone") {
  const Database database;
  migrate_postgres(database.options());
  database.execute(
      "INSERT INTO schema_migrations (version, name, checksum) "
      "SELECT max(version) + 1, 'x', 'y' FROM schema_migrations");

  CHECK_THROWS_AS(migrate_postgres(database.options()), std::runtime_error);
}

TEST_CASE("the time of a migration is written in UTC, whatever the server's zone is") {
  const Database database;
  database.execute("ALTER DATABASE " + database.name() + " SET timezone = 'Asia/Kolkata'");
  migrate_postgres(database.options());

  const auto age = database.execute(
      "SELECT extract(epoch FROM (now() AT TIME ZONE 'UTC') - applied_at) FROM schema_migrations");

  CHECK(std::abs(std::stod(age)) < 600);
}

TEST_CASE("a database that cannot keep every letter is refused") {
  const Database database;
  shared_server().execute("postgres",
                          "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'");

  CHECK_THROWS_WITH_AS(migrate_postgres(shared_server().options("latin")),
                       "the database is not encoded in UTF-8", std::runtime_error);

  shared_server().drop_database("latin");
}
