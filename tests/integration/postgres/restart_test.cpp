// A server that goes away and comes back: failures are said, and nothing that failed is taken for
// done. The tests have servers of their own, since they stop them.
#include <signal.h>
#include "coffeeauth/testing/doctest.hpp"

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "coffeeauth/sql/query.hpp"
#include "tests/integration/postgres/fixture.hpp"

using namespace coffeeauth;
using namespace coffeeauth::sql;
using namespace coffeeauth::sql::testing;

namespace {

struct Restartable {
  PostgresServer server;
  std::unique_ptr<Store> store;

  Restartable() {
    server.create_database("app");
    store = make_postgres_store(server.options("app"));
  }

  // Until the store works: it leaves a server that was down alone for up to a second.
  void wait_until_it_works() const {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    while (unavailable([&] { store->ping(); }) != "nothing") {
      REQUIRE(std::chrono::steady_clock::now() < give_up);
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
  }
};

bool exists(Store& store, std::uint64_t n) {
  return store.users().find(nth_id<UserId>(n)).has_value();
}

}  // namespace

TEST_CASE("calls are Unavailable while the server is down and work when it is back") {
  Restartable it;
  add_user(*it.store, new_user(1));

  it.server.stop();
  CHECK(unavailable([&] { it.store->ping(); }) ==
        "nothing listens on the host and port of the database");
  CHECK_THROWS_AS(exists(*it.store, 1), Unavailable);
  CHECK_THROWS_AS(add_user(*it.store, new_user(2)), Unavailable);
  it.server.start();

  it.wait_until_it_works();
  CHECK(exists(*it.store, 1));
  CHECK_FALSE(exists(*it.store, 2));
  CHECK_NOTHROW(add_user(*it.store, new_user(3)));
}

TEST_CASE("a server that keeps the connection and says nothing holds nobody for ever") {
  const PostgresServer server;
  server.create_database("app");
  auto options = server.options("app");
  options.connections = 1;
  options.statement_timeout = std::chrono::milliseconds{200};
  options.connect_timeout = std::chrono::seconds{2};
  const auto store = make_postgres_store(options);
  const auto freeze = [&] {
    const auto rows = query(*store, {.text = "SELECT pg_backend_pid()", .columns = "n"});
    const auto process = static_cast<pid_t>(rows.front().number(0));
    REQUIRE(::kill(process, SIGSTOP) == 0);
    return process;
  };
  const auto fails_in_time = [&](const auto& call) {
    const auto process = freeze();
    CHECK(unavailable(call) == "the database did not answer in time");
    ::kill(process, SIGCONT);
    CHECK_NOTHROW(store->ping());
  };
  fails_in_time([&] { store->ping(); });
  fails_in_time([&] { add_user(*store, new_user(1)); });
  // Several statements that travel together, and their commit.
  fails_in_time([&] {
    store->transact([&](Transaction& tx) {
      for (std::uint64_t n = 2; n < 5; ++n) {
        static_cast<void>(tx.users().create_user(new_user(n)));
      }
    });
  });
  CHECK(store->users().count({}) == 0);
}

TEST_CASE("a restart between two calls is nobody's failure") {
  Restartable it;
  // Several connections, idle afterwards.
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      it.store->transact(
          [&](Transaction& tx) { static_cast<void>(tx.users().find(nth_id<UserId>(1))); });
    });
  }
  for (auto& thread : threads) thread.join();

  it.server.stop();
  it.server.start();

  for (std::uint64_t n = 0; n < 8; ++n) CHECK_NOTHROW(add_user(*it.store, new_user(n)));
}

TEST_CASE("a transaction that the server lost in a crash is not committed") {
  Restartable it;
  auto transaction = it.store->begin();
  static_cast<void>(transaction->users().create_user(new_user(1)));

  it.server.stop(SIGQUIT);
  CHECK(unavailable([&] { transaction->commit(); }) == "the connection to the database was lost");
  CHECK_THROWS_AS(transaction->commit(), Unavailable);
  CHECK_NOTHROW(transaction.reset());

  it.server.start();
  it.wait_until_it_works();
  CHECK_FALSE(exists(*it.store, 1));
}

TEST_CASE("a commit whose connection goes in the middle is not taken for done") {
  Restartable it;
  it.server.execute("app", R"(
    CREATE FUNCTION hang_up() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END')");
  it.server.execute("app", R"(
    CREATE CONSTRAINT TRIGGER hang_up AFTER INSERT ON users DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION hang_up())");

  CHECK(unavailable([&] { add_user(*it.store, new_user(1)); }) ==
        "the connection to the database was lost");

  CHECK_FALSE(exists(*it.store, 1));
}

TEST_CASE("under load, through crashes, every write that was reported is there") {
  Restartable it;
  std::atomic<bool> stop{false};
  std::atomic<std::uint64_t> next{1};
  std::atomic<std::uint64_t> done{0};
  std::mutex mutex;
  std::vector<std::uint64_t> written;
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&] {
      while (!stop) {
        const auto n = next++;
        try {
          add_user(*it.store, new_user(n));
        } catch (const Unavailable&) {
          std::this_thread::yield();
          continue;
        }
        const std::lock_guard lock(mutex);
        written.push_back(n);
        ++done;
      }
    });
  }
  const auto wait_for_more = [&] {
    const auto goal = done + 50;
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    while (done < goal && std::chrono::steady_clock::now() < give_up) {
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    CHECK(done >= goal);
  };

  wait_for_more();
  for (const int signal : {SIGQUIT, SIGINT, SIGQUIT}) {
    it.server.stop(signal);
    it.server.start();
    wait_for_more();
  }
  stop = true;
  for (auto& thread : threads) thread.join();

  std::size_t missing = 0;
  for (const auto n : written) missing += exists(*it.store, n) ? 0 : 1;
  CHECK(missing == 0);
}
