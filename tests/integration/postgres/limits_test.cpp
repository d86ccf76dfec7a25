// Every wait has an end, and whoever waited in vain leaves nothing broken behind.
#include "coffeeauth/testing/doctest.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "adapters/sql/src/postgres.hpp"
#include "tests/integration/postgres/fixture.hpp"

using namespace coffeeauth;
using namespace coffeeauth::sql;
using namespace coffeeauth::sql::testing;
using std::chrono::milliseconds;

namespace {

std::string in_another_thread(const std::function<void()>& work) {
  return std::async(std::launch::async, [&] { return unavailable(work); }).get();
}

// Takes connections and never says a word.
class SilentServer {
 public:
  SilentServer() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(socket_, generic, size) == 0);
    REQUIRE(::listen(socket_, 4) == 0);
    REQUIRE(::getsockname(socket_, generic, &size) == 0);
    port_ = ntohs(address.sin_port);
  }
  ~SilentServer() { ::close(socket_); }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  const int socket_;
  std::uint16_t port_ = 0;
};

}  // namespace

TEST_CASE("a call that finds every connection taken is Unavailable when its patience ends") {
  const Database database;
  auto options = database.options();
  options.connections = 2;
  options.list_connections = 0;
  options.pool_timeout = milliseconds{50};
  const auto store = make_postgres_store(options);
  const auto first = store->begin();
  std::unique_ptr<Transaction> second;
  std::thread([&] { second = store->begin(); }).join();

  const auto full = in_another_thread([&] { store->ping(); });
  second.reset();
  const auto free = in_another_thread([&] { store->ping(); });

  CHECK(full == "no connection to the database got free in time");
  CHECK(free == "nothing");
}

TEST_CASE("searches that hold every connection of theirs keep nobody else waiting") {
  const Database database;
  auto options = database.options();
  options.connections = 4;
  options.pool_timeout = milliseconds{50};
  options.lock_timeout = std::chrono::minutes{5};
  options.statement_timeout = std::chrono::minutes{5};
  const auto store = make_postgres_store(options);
  add_user(*store, new_user(1));
  static_cast<void>(store->users().list({.filter = {.search = "user1"}}));
  const auto other = shared_server().connect(database.name());
  PQclear(PQexec(other.get(), "BEGIN; LOCK TABLE users"));

  std::atomic<int> turned_away{0};
  std::vector<std::thread> searches;
  for (int i = 0; i < 12; ++i) {
    searches.emplace_back([&] {
      const auto answer = unavailable(
          [&] { static_cast<void>(store->users().list({.filter = {.search = "user1"}})); });
      if (answer == "no connection to the database got free in time") ++turned_away;
    });
  }
  // Two hold the connections of the lists until the lock is gone; the others have to give up.
  for (int rounds = 0; turned_away < 10 && rounds < 100'000; ++rounds) {
    CHECK(in_another_thread([&] { store->ping(); }) == "nothing");
    CHECK(in_another_thread([&] { static_cast<void>(store->outbox().depth()); }) == "nothing");
  }
  PQclear(PQexec(other.get(), "COMMIT"));
  for (auto& search : searches) search.join();
  CHECK(turned_away == 10);
  CHECK(store->users().list({.filter = {.search = "user1"}}).size() == 1);
}

TEST_CASE("a call that waits for a lock is Unavailable in the end, and the connection serves on") {
  const Database database;
  auto options = database.options();
  options.connections = 1;
  options.lock_timeout = milliseconds{50};
  const auto store = make_postgres_store(options);
  add_user(*store, new_user(1));
  const auto other = shared_server().connect(database.name());
  PQclear(PQexec(other.get(), "BEGIN; LOCK TABLE users"));

  const auto blocked = unavailable([&] { add_user(*store, new_user(2)); });
  PQclear(PQexec(other.get(), "COMMIT"));

  CHECK(blocked == "the database is locked by another connection");
  CHECK_NOTHROW(add_user(*store, new_user(2)));
}

TEST_CASE("a statement that takes too long is ended by the server") {
  const Database database;
  auto options = database.options();
  options.statement_timeout = milliseconds{50};
  const auto store = make_postgres_store(options);
  const auto other = shared_server().connect(database.name());
  PQclear(PQexec(other.get(), "BEGIN; LOCK TABLE users"));

  CHECK(unavailable([&] { add_user(*store, new_user(1)); }) == "the database took too long");
}

TEST_CASE("a server that takes the connection and says nothing is given up") {
  const SilentServer silent;
  auto options = shared_server().options("postgres");
  options.port = silent.port();
  options.connect_timeout = milliseconds{100};

  CHECK(unavailable([&] { migrate_postgres(options); }) == "the database did not answer in time");
}

TEST_CASE("why a connection is refused is said without the server's words") {
  auto options = shared_server().options("postgres");
  options.password = Secret("not the password");
  CHECK(unavailable([&] { migrate_postgres(options); }) ==
        "the database refused the user or the password");

  CHECK(unavailable([&] { migrate_postgres(shared_server().options("nowhere")); }) ==
        "the server has no database of this name");

  options = shared_server().options("postgres");
  options.sslmode = "require";
  CHECK_THROWS_AS(migrate_postgres(options), Unavailable);
}

TEST_CASE("options that mean nothing are refused before anything is opened") {
  const auto refused = [](auto change) {
    auto options = shared_server().options("postgres");
    change(options);
    CHECK_THROWS_AS(static_cast<void>(make_postgres_store(options)), std::invalid_argument);
  };
  refused([](auto& options) { options.host.clear(); });
  refused([](auto& options) { options.user = std::string("a\0b", 3); });
  refused([](auto& options) { options.password = Secret(std::string_view("a\0b", 3)); });
  refused([](auto& options) { options.port = 0; });
  refused([](auto& options) { options.sslmode = "maybe"; });
  refused([](auto& options) { options.sslmode = "allow"; });
  refused([](auto& options) { options.connections = 0; });
  refused([](auto& options) { options.pool_timeout = milliseconds{0}; });
}

TEST_CASE("two transactions that wait for each other: one is told to try again, and does") {
  const Database database;
  const auto store = database.store();
  for (std::uint64_t n : {1U, 2U}) add_user(*store, new_user(n));
  std::atomic<int> tries{0};
  std::atomic<int> arrived{0};
  std::atomic<int> beaten{0};
  std::atomic<int> ended{0};

  const auto touch_both = [&](std::uint64_t first, std::uint64_t second) {
    const std::shared_ptr<void> end{nullptr, [&](void*) { ++ended; }};
    bool again = false;
    store->transact([&](Transaction& tx) {
      ++tries;
      // The winner goes on first, or the two could meet until the tries are used up.
      if (std::exchange(again, true)) {
        ++beaten;
        while (ended == 0 && beaten < 2) std::this_thread::yield();
      }
      const UserPatch patch{.first_name = "Bea"};
      static_cast<void>(tx.users().update_user(nth_id<UserId>(first), std::nullopt, patch, noon));
      ++arrived;
      while (arrived < 2) std::this_thread::yield();
      static_cast<void>(tx.users().update_user(nth_id<UserId>(second), std::nullopt, patch, noon));
    });
  };
  auto other = std::async(std::launch::async, [&] { touch_both(2, 1); });
  CHECK_NOTHROW(touch_both(1, 2));
  CHECK_NOTHROW(other.get());

  CHECK(tries >= 3);
}

TEST_CASE("a statement is prepared once, and one that failed is not left behind") {
  const Database database;
  const auto connection = open_postgres(database.options(), Purpose::use);
  const Sql divide{.text = "SELECT 1 / $1::bigint", .columns = "n"};
  // Finds itself, too.
  const Sql prepared{
      .text = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%SELECT 1 /%'",
      .columns = "n"};
  const auto run = [&](std::int64_t by) { return connection->query(divide, by).size(); };

  for (int i = 0; i < 3; ++i) CHECK(run(1) == 1);
  CHECK(connection->query(prepared).front().number(0) == 2);
  for (int i = 0; i < 3; ++i) {
    connection->begin();
    CHECK(run(1) == 1);
    CHECK(unavailable([&] { run(0); }) == "the database failed");
    CHECK_THROWS_AS(run(1), Unavailable);
    CHECK_THROWS_AS(connection->commit(), Unavailable);
    connection->rollback();
    CHECK(unavailable([&] { run(0); }) == "the database failed");
    REQUIRE(connection->usable());
  }

  CHECK(connection->query(prepared).front().number(0) == 1);
}
