// What operators do to the tables from outside: pg_dump, pg_restore, psql, TRUNCATE.
#include "coffeeauth/testing/doctest.hpp"

#include <cstdlib>
#include <fstream>

#include "tests/integration/postgres/fixture.hpp"
#include "tests/temporary_folder.hpp"

using namespace coffeeauth;
using namespace coffeeauth::sql;
using namespace coffeeauth::sql::testing;
using coffeeauth::testing::TemporaryFolder;

namespace {

constexpr std::uint64_t users = 21;

void fill(Store& store) {
  for (std::uint64_t n = 1; n <= users; ++n) add_user(store, new_user(n, n % 3 != 0));
}

// A program of PostgreSQL on a database of the shared server; its exit status.
int run(const std::string& program, const Database& database, const std::string& arguments) {
  const auto command = "PGPASSWORD='" + std::string("it'\\''s a \\ \"pass word\" % =") +
                       "' PGHOST='" + shared_server().socket_folder() +
                       "' PGPORT=" + std::to_string(shared_server().port()) + " PGUSER='" +
                       PostgresServer::user + "' PGDATABASE=" + database.name() + " " + program +
                       " " + arguments + " >/dev/null 2>&1";
  return std::system(command.c_str());
}

// The counts are those of the users.
void check_counts(const Database& database, std::size_t expected) {
  const auto store = database.store();
  CHECK(store->users().list({.limit = 1000}).size() == expected);
  CHECK(store->users().count({}) == expected);
  CHECK(store->users().count({.is_verified = false}) == expected / 3);
}

}  // namespace

TEST_CASE("a dump of the data alone loads into a migrated database, and is counted once") {
  const Database from;
  fill(*from.store());
  const TemporaryFolder folder;
  const auto file = "'" + folder.file("data.sql") + "'";
  REQUIRE(run("pg_dump", from, "--data-only --file=" + file) == 0);

  const Database to;
  migrate_postgres(to.options());
  CHECK(run("psql", to, "--set=ON_ERROR_STOP=1 --single-transaction --file=" + file) == 0);
  check_counts(to, users);
}

TEST_CASE("a dump of the data as INSERTs loads, too") {
  const Database from;
  fill(*from.store());
  const TemporaryFolder folder;
  const auto file = "'" + folder.file("data.sql") + "'";
  REQUIRE(run("pg_dump", from, "--data-only --column-inserts --file=" + file) == 0);

  const Database to;
  migrate_postgres(to.options());
  CHECK(run("psql", to, "--set=ON_ERROR_STOP=1 --file=" + file) == 0);
  check_counts(to, users);
}

TEST_CASE("a whole dump is restored into an empty database") {
  const Database from;
  fill(*from.store());
  const TemporaryFolder folder;
  const auto file = "'" + folder.file("all.dump") + "'";
  REQUIRE(run("pg_dump", from, "--format=custom --file=" + file) == 0);

  const Database to;
  CHECK(run("pg_restore", to, "--dbname=" + to.name() + " --exit-on-error " + file) == 0);
  CHECK(migrate_postgres(to.options()).applied.empty());
  check_counts(to, users);
  to.store()->transact([](Transaction& tx) {
    static_cast<void>(tx.users().delete_user(new_user(3).id, std::nullopt));
  });
  CHECK(to.store()->users().count({}) == users - 1);
}

TEST_CASE("after a load with triggers switched off the users are counted by recount_users()") {
  const Database from;
  fill(*from.store());
  const TemporaryFolder folder;
  const auto file = "'" + folder.file("users.dump") + "'";
  REQUIRE(run("pg_dump", from, "--data-only --table=users --format=custom --file=" + file) == 0);

  const Database to;
  migrate_postgres(to.options());
  CHECK(run("pg_restore", to,
            "--dbname=" + to.name() + " --disable-triggers --exit-on-error " + file) == 0);
  CHECK(to.store()->users().count({}) == 0);
  recount_users(*to.store());
  check_counts(to, users);
  recount_users(*to.store());
  check_counts(to, users);
}

TEST_CASE("TRUNCATE leaves no counts") {
  const Database database;
  fill(*database.store());
  database.execute("TRUNCATE users CASCADE");
  check_counts(database, 0);
  fill(*database.store());
  check_counts(database, users);
}

TEST_CASE("users are counted by whoever writes them, whatever the session looks through") {
  const Database database;
  fill(*database.store());
  const auto away = [&](const std::string& statement) {
    database.execute("SET search_path = ''; " + statement);
  };
  away("UPDATE public.users SET is_active = 0");
  CHECK(database.store()->users().count({.is_active = false}) == users);
  away("DELETE FROM public.users WHERE is_verified = 0");
  CHECK(database.store()->users().count({}) == users - users / 3);
  away("SELECT public.recount_users()");
  CHECK(database.store()->users().count({}) == users - users / 3);
  away("TRUNCATE public.users CASCADE");
  CHECK(database.store()->users().count({}) == 0);
}

TEST_CASE("a migration of another program is refused still") {
  const Database database;
  migrate_postgres(database.options());
  CHECK_THROWS_AS(database.execute("INSERT INTO schema_migrations (version, name, checksum) "
                                   "VALUES (1, 'x', 'another')"),
                  std::runtime_error);
}
