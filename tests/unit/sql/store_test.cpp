// What is special about the SQLite store; what every Store must do is in the contract suite.
#include "coffeeauth/testing/doctest.hpp"

#include <sys/stat.h>

#include <array>
#include <atomic>
#include <thread>

#include "tests/unit/sql/fixture.hpp"

using namespace coffeeauth;
using namespace coffeeauth::sql::testing;
using coffeeauth::sql::make_sqlite_store;
using coffeeauth::sql::SqliteOptions;

TEST_CASE("what is committed is read back as it was written") {
  const TemporaryFolder folder;
  const auto store = make_sqlite_store({.path = folder.file("a.db")});
  auto user = new_user(1);
  user.email = EmailAddress::restore("Jürgen@Example.com", "jürgen@example.com");
  user.last_name = "O'Neil \"%_\\ 日本";
  user.role = Role::admin;
  add_user(*store, user);

  const auto found = store->users().find_credentials(user.email);

  REQUIRE(found);
  CHECK(found->user.id == user.id);
  CHECK(found->user.email.display() == "Jürgen@Example.com");
  CHECK(found->user.last_name == user.last_name);
  CHECK(found->user.role == Role::admin);
  CHECK(found->user.is_verified);
  CHECK(found->user.date_joined == user.now);
  CHECK_FALSE(found->user.last_login);
  CHECK(found->password_hash == user.password_hash);
  CHECK(store->users().find(user.id) == found->user);
}

TEST_CASE("a sealed payload keeps its NULs") {
  const TemporaryFolder folder;
  const auto store = make_sqlite_store({.path = folder.file("a.db")});
  store->transact([](Transaction& tx) { tx.outbox().enqueue(new_job(1)); });

  const auto claimed = store->transact([](Transaction& tx) {
    return tx.outbox().claim_jobs(mail_channel, 1, nth_id<LeaseId>(1),
                                  noon + std::chrono::minutes{1}, noon + std::chrono::minutes{2});
  });

  REQUIRE(claimed.size() == 1);
  CHECK(claimed[0].job.sealed_payload == std::string("\0sealed\0", 8));
}

TEST_CASE("a sealed payload can be empty") {
  const TemporaryFolder folder;
  const auto store = make_sqlite_store({.path = folder.file("a.db")});
  auto job = new_job(1);
  job.sealed_payload.clear();

  const auto claimed = store->transact([&](Transaction& tx) {
    tx.outbox().enqueue(job);
    return tx.outbox().claim_jobs(mail_channel, 1, nth_id<LeaseId>(1), job.created_at, noon);
  });

  REQUIRE(claimed.size() == 1);
  CHECK(claimed[0].job.sealed_payload.empty());
}

TEST_CASE("a text with a NUL is refused, never cut") {
  const TemporaryFolder folder;
  const auto store = make_sqlite_store({.path = folder.file("a.db")});
  auto user = new_user(1);
  user.last_name = std::string("Lee\0x", 5);

  CHECK_THROWS_AS(add_user(*store, user), std::invalid_argument);
  CHECK_FALSE(store->users().find(user.id));
  add_user(*store, new_user(1));
  CHECK(store->users().find(user.id));
}

TEST_CASE("a transaction that throws leaves nothing behind") {
  const TemporaryFolder folder;
  const auto store = make_sqlite_store({.path = folder.file("a.db")});

  CHECK_THROWS_AS(store->transact([](Transaction& tx) {
    static_cast<void>(tx.users().create_user(new_user(1)));
    tx.outbox().enqueue(new_job(1));
    throw std::runtime_error("changed my mind");
  }),
                  std::runtime_error);

  CHECK_FALSE(store->users().find(new_user(1).id));
  CHECK(store->outbox().depth().pending == 0);
}

TEST_CASE("a transaction with a failure in it cannot be committed") {
  const TemporaryFolder folder;
  const auto store = make_sqlite_store({.path = folder.file("a.db")});
  const auto fail_and_go_on = [](Transaction& tx) {
    tx.outbox().enqueue(new_job(1));
    // The same id again: the database refuses the row, and the caller swallows it.
    try {
      tx.outbox().enqueue(new_job(1));
    } catch (const Unavailable&) {
    }
  };

  CHECK_THROWS_AS(store->transact(fail_and_go_on), Unavailable);

  CHECK(store->outbox().depth().pending == 0);
  store->transact([](Transaction& tx) { tx.outbox().enqueue(new_job(1)); });
  CHECK(store->outbox().depth().pending == 1);
}

TEST_CASE("a failure says nothing about the data or the statement") {
  const TemporaryFolder folder;
  const auto store = make_sqlite_store({.path = folder.file("a.db")});
  const auto twice = [](Transaction& tx) {
    tx.outbox().enqueue(new_job(1));
    tx.outbox().enqueue(new_job(1));
  };

  CHECK_THROWS_WITH_AS(store->transact(twice), "the database refused a row that breaks its rules",
                       Unavailable);
}

TEST_CASE("a transaction inside another of the same thread is refused at once") {
  const TemporaryFolder folder;
  const auto store = make_sqlite_store({.path = folder.file("a.db")});
  const auto nested = [&](Transaction&) { store->transact([](Transaction&) {}); };

  CHECK_THROWS_AS(store->transact(nested), std::logic_error);
  store->transact([](Transaction&) {});
}

TEST_CASE("reads go on while a transaction is open, and see it only when it is committed") {
  const TemporaryFolder folder;
  const auto store = make_sqlite_store({.path = folder.file("a.db")});
  const auto user = new_user(1);

  store->transact([&](Transaction& tx) {
    static_cast<void>(tx.users().create_user(user));
    CHECK(tx.users().find(user.id));
    CHECK_FALSE(store->users().find(user.id));
  });

  CHECK(store->users().find(user.id));
}

TEST_CASE("a writer that waits too long for its turn is told so") {
  const TemporaryFolder folder;
  const auto store = make_sqlite_store(
      {.path = folder.file("a.db"), .busy_timeout = std::chrono::milliseconds{20}});
  std::atomic<bool> refused{false};

  store->transact([&](Transaction&) {
    std::thread([&] {
      try {
        store->transact([](Transaction&) {});
      } catch (const Unavailable&) {
        refused = true;
      }
    }).join();
  });

  CHECK(refused);
  store->transact([](Transaction&) {});
}

TEST_CASE("the lock of another process is waited for, then reported, then forgotten") {
  const TemporaryFolder folder;
  const SqliteOptions options{.path = folder.file("a.db"),
                              .busy_timeout = std::chrono::milliseconds{20}};
  const auto store = make_sqlite_store(options);
  const auto other = make_sqlite_store(options);

  store->transact([&](Transaction&) {
    CHECK_THROWS_WITH_AS(add_user(*other, new_user(1)), "the database is locked by another process",
                         Unavailable);
  });

  add_user(*other, new_user(1));
  CHECK(store->users().find(new_user(1).id));
}

TEST_CASE("many threads write and read at once and nothing is lost") {
  const TemporaryFolder folder;
  const auto store =
      make_sqlite_store({.path = folder.file("a.db"), .busy_timeout = std::chrono::seconds{60}});
  constexpr std::uint64_t threads = 8;
  constexpr std::uint64_t each = 20;
  std::vector<std::thread> workers;
  std::atomic<std::size_t> found{0};

  for (std::uint64_t t = 0; t < threads; ++t) {
    workers.emplace_back([&, t] {
      for (std::uint64_t i = 0; i < each; ++i) {
        const auto user = new_user(t * each + i);
        add_user(*store, user);
        if (store->users().find(user.id)) ++found;
      }
    });
  }
  for (auto& worker : workers) worker.join();

  CHECK(found == threads * each);
  CHECK(store->users().count({}) == threads * each);
}

TEST_CASE("the file can be read by its owner alone") {
  const TemporaryFolder folder;
  const auto store = make_sqlite_store({.path = folder.file("a.db")});
  add_user(*store, new_user(1));

  for (const auto* name : {"a.db", "a.db-wal", "a.db-shm"}) {
    struct stat status {};
    REQUIRE(::stat(folder.file(name).c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
  }
}

TEST_CASE("options that mean nothing are refused") {
  const TemporaryFolder folder;
  const auto open = [](const SqliteOptions& options) {
    static_cast<void>(make_sqlite_store(options));
  };

  CHECK_THROWS_AS(open({}), std::invalid_argument);
  CHECK_THROWS_AS(open({.path = ":memory:"}), std::invalid_argument);
  CHECK_THROWS_AS(open({.path = "file:x?mode=memory"}), std::invalid_argument);
  CHECK_THROWS_AS(open({.path = folder.file("a.db"), .readers = 0}), std::invalid_argument);
}

TEST_CASE("a file that cannot be opened, or is no database, is Unavailable") {
  const TemporaryFolder folder;
  const auto open = [](const std::string& path) {
    static_cast<void>(make_sqlite_store({.path = path}));
  };

  CHECK_THROWS_AS(open(folder.file("no/such/folder/a.db")), Unavailable);
  CHECK_THROWS_AS(open("/dev/null/x"), Unavailable);
}
