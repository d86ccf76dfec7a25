// Statements that ask for nothing back travel with the next one.
#include "coffeeauth/testing/doctest.hpp"

#include "adapters/sql/src/postgres.hpp"
#include "tests/integration/postgres/fixture.hpp"

using namespace coffeeauth;
using namespace coffeeauth::sql;
using namespace coffeeauth::sql::testing;

namespace {

const Sql put{.text = "INSERT INTO things (n) VALUES ($1)"};
const Sql count{.text = "SELECT count(*) FROM things", .columns = "n"};
// Two connections serve here: one of them is asked what the other one's is doing.
const Sql own_pid{.text = "SELECT pg_backend_pid()", .columns = "n"};

class Things {
 public:
  Things() { database_.execute("CREATE TABLE things (n bigint PRIMARY KEY)"); }

  [[nodiscard]] std::unique_ptr<Connection> connect() const {
    return open_postgres(database_.options(), Purpose::use);
  }
  [[nodiscard]] std::string number() const {
    return database_.execute("SELECT count(*) FROM things");
  }
  /// `idle`, `idle in transaction` and the like.
  [[nodiscard]] std::string state_of(std::int64_t pid) const {
    return database_.execute("SELECT state FROM pg_stat_activity WHERE pid = " +
                             std::to_string(pid));
  }
  void kill(std::int64_t pid) const {
    database_.execute("SELECT pg_terminate_backend(" + std::to_string(pid) + ", 10000)");
  }

 private:
  Database database_;
};

std::int64_t pid_of(Connection& connection) {
  return connection.query_one(own_pid).value().number(0);
}

}  // namespace

TEST_CASE("BEGIN and what is written is sent with the first statement that asks for something") {
  const Things things;
  const auto connection = things.connect();
  const auto pid = pid_of(*connection);
  // Prepared, which is a message of its own.
  connection->begin();
  connection->query(put, std::int64_t{1});
  connection->commit();

  connection->begin();
  connection->query(put, std::int64_t{2});
  const auto before = things.state_of(pid);
  const auto counted = connection->query_one(count).value().number(0);
  const auto after = things.state_of(pid);
  connection->commit();

  CHECK(before == "idle");
  CHECK(counted == 2);
  CHECK(after == "idle in transaction");
  CHECK(things.number() == "2");
}

TEST_CASE("more than are sent at once are all written, in their order") {
  const Things things;
  const auto connection = things.connect();
  const Sql drop{.text = "DELETE FROM things WHERE n = $1"};

  connection->begin();
  for (std::int64_t n = 0; n < 200; ++n) {
    connection->query(put, n);
    if (n % 2 == 0) connection->query(drop, n);
  }
  connection->commit();

  CHECK(things.number() == "100");
}

TEST_CASE("a statement that waited and fails makes the next one fail, and nothing is committed") {
  const Things things;
  const auto connection = things.connect();
  const auto twice = [&] {
    connection->begin();
    connection->query(put, std::int64_t{1});
    connection->query(put, std::int64_t{1});
    connection->query(put, std::int64_t{2});
  };
  // A key that is taken may have been written a moment ago: it is worth another try.
  const std::string refused = "the transaction conflicted with another";

  twice();
  CHECK(unavailable([&] { connection->query(count); }) == refused);
  CHECK_THROWS_AS(connection->commit(), Unavailable);
  connection->rollback();
  twice();
  CHECK(unavailable([&] { connection->commit(); }) == refused);
  connection->rollback();

  CHECK(things.number() == "0");
  CHECK(connection->usable());
  CHECK(connection->query_one(count).value().number(0) == 0);
}

TEST_CASE("what waits when a transaction is rolled back is never sent") {
  const Things things;
  const auto connection = things.connect();

  connection->begin();
  connection->query(put, std::int64_t{1});
  connection->rollback();
  connection->begin();
  connection->query(put, std::int64_t{2});
  connection->commit();

  CHECK(connection->query_one({.text = "SELECT min(n) FROM things", .columns = "n"})
            .value()
            .number(0) == 2);
}

TEST_CASE("values that wait keep what they were: NULL, bytes with zeros, and an empty text") {
  const Things things;
  const auto connection = things.connect();
  connection->run_once({.text = "CREATE TEMPORARY TABLE kept (n bigint, t text, b bytea, e text)"});
  const Bytes bytes{{"\0\xff\0", 3}};

  connection->begin();
  connection->query({.text = "INSERT INTO kept VALUES ($1, $2, $3, $4)"}, std::int64_t{-7},
                    std::optional<std::string>{}, bytes, std::string{});
  const auto row =
      connection->query_one({.text = "SELECT n, t, b, e FROM kept", .columns = "ntbt"}).value();
  connection->commit();

  CHECK(row.number(0) == -7);
  CHECK(row.is_null(1));
  CHECK(row.bytes(2) == bytes.data);
  CHECK(row.text(3).empty());
}

TEST_CASE("a server that hangs up while something waits is Unavailable, and the connection done") {
  const Things things;
  const auto connection = things.connect();
  const auto pid = pid_of(*connection);
  connection->begin();
  connection->query(put, std::int64_t{1});
  connection->commit();

  connection->begin();
  connection->query(put, std::int64_t{2});
  things.kill(pid);

  CHECK(unavailable([&] { connection->commit(); }) == "the connection to the database was lost");
  CHECK_FALSE(connection->usable());
  CHECK(things.number() == "1");
}

TEST_CASE("a connection whose prepared statements are gone is not used again") {
  const Things things;
  const auto connection = things.connect();
  connection->begin();
  connection->query(put, std::int64_t{1});
  connection->commit();
  connection->run_once({.text = "DEALLOCATE ALL"});

  connection->begin();
  connection->query(put, std::int64_t{2});

  CHECK_THROWS_AS(connection->commit(), Unavailable);
  CHECK_FALSE(connection->usable());
}
