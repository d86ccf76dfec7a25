// What a kill, a full disk or a broken statement may do: fail, but never lie.
#include "coffeeauth/testing/doctest.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>
#include <vector>

#include "tests/unit/sql/fixture.hpp"

using namespace coffeeauth;
using namespace coffeeauth::sql::testing;
using coffeeauth::sql::make_sqlite_store;
using coffeeauth::sql::SqliteOptions;

namespace {

// Runs `work` in a process of its own and returns how that ended, as waitpid() says.
template <class Work>
int in_child(Work&& work) {
  const auto child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    int code = 1;
    try {
      code = work();
    } catch (...) {
    }
    ::_exit(code);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return status;
}

// A user whose row is so large that one more is soon too many.
NewUser large_user(std::uint64_t n) {
  auto user = new_user(n, false);
  user.last_name = std::string(1000, 'x');
  return user;
}

// Adds users until the Store throws; returns how many fitted.
std::uint64_t fill(Store& store, std::uint64_t limit) {
  for (std::uint64_t n = 0; n < limit; ++n) {
    try {
      add_user(store, large_user(n));
    } catch (const Unavailable&) {
      return n;
    }
  }
  return limit;
}

// A reader of another process that never ends, as a backup's.
class OpenReader {
 public:
  explicit OpenReader(const std::string& path) {
    REQUIRE(sqlite3_open(path.c_str(), &connection_) == SQLITE_OK);
    REQUIRE(sqlite3_exec(connection_, "BEGIN; SELECT count(*) FROM users", nullptr, nullptr,
                         nullptr) == SQLITE_OK);
  }
  ~OpenReader() { sqlite3_close(connection_); }
  OpenReader(const OpenReader&) = delete;
  OpenReader& operator=(const OpenReader&) = delete;

 private:
  sqlite3* connection_ = nullptr;
};

}  // namespace

TEST_CASE("the log that grew beside a long reader is emptied when the reader has gone") {
  constexpr std::uintmax_t limit = 1024 * 1024;
  const TemporaryFolder folder;
  const auto path = folder.file("a.db");
  const auto log_size = [&] { return std::filesystem::file_size(path + "-wal"); };
  const auto store = make_sqlite_store({.path = path, .wal_limit = limit});
  std::uint64_t n = 0;
  {
    const OpenReader reader(path);
    while (log_size() < 3 * limit) add_user(*store, large_user(n++));
  }
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::minutes{1};
  while (log_size() > limit && std::chrono::steady_clock::now() < give_up) {
    add_user(*store, large_user(n++));
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
  CHECK(log_size() <= limit);
  CHECK(store->users().count({}) == n);
}

TEST_CASE("readers that come and go without a pause do not keep the log growing") {
  constexpr std::uintmax_t limit = 1024 * 1024;
  const TemporaryFolder folder;
  const auto path = folder.file("a.db");
  const auto store = make_sqlite_store({.path = path, .wal_limit = limit});
  std::atomic<bool> stop{false};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!stop) static_cast<void>(store->users().list({.limit = 100}));
    });
  }
  const auto log_size = [&] { return std::filesystem::file_size(path + "-wal"); };
  // By itself SQLite never makes the file shorter.
  std::uint64_t n = 0;
  bool was_longer = false;
  bool was_emptied = false;
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::minutes{2};
  while (!was_emptied && std::chrono::steady_clock::now() < give_up) {
    add_user(*store, large_user(n++));
    was_longer = was_longer || log_size() > limit;
    was_emptied = was_longer && log_size() < limit / 2;
  }
  stop = true;
  for (auto& reader : readers) reader.join();
  CHECK(was_emptied);
}

TEST_CASE("what was committed is there after kill -9, what was not is gone") {
  const TemporaryFolder folder;
  const SqliteOptions options{.path = folder.file("a.db")};

  const int status = in_child([&] {
    const auto store = make_sqlite_store(options);
    store->transact([](Transaction& tx) {
      static_cast<void>(tx.users().create_user(new_user(1)));
      tx.outbox().enqueue(new_job(1));
    });
    store->transact([](Transaction& tx) {
      static_cast<void>(tx.users().create_user(new_user(2)));
      ::kill(::getpid(), SIGKILL);
    });
    return 0;
  });
  REQUIRE(WIFSIGNALED(status));
  const auto store = make_sqlite_store(options);

  CHECK(store->users().find(new_user(1).id));
  CHECK(store->outbox().depth().pending == 1);
  CHECK_FALSE(store->users().find(new_user(2).id));
}

TEST_CASE("a full database is Unavailable, loses nothing, and works again when there is room") {
  const TemporaryFolder folder;
  const auto store = make_sqlite_store({.path = folder.file("a.db"), .max_pages = 100});

  const auto fitted = fill(*store, 1000);

  REQUIRE(fitted > 10);
  REQUIRE(fitted < 1000);
  CHECK(store->users().count({}) == fitted);
  CHECK_THROWS_WITH_AS(add_user(*store, large_user(3000)), "the database's disk is full",
                       Unavailable);
  store->transact([](Transaction& tx) {
    CHECK(tx.users().delete_unverified_before(noon + std::chrono::hours{1}, 10) == 10);
  });
  add_user(*store, new_user(2000));
  CHECK(store->users().find(new_user(2000).id));
  CHECK(store->users().count({}) == fitted - 9);
}

TEST_CASE("a file system that takes no more is survived by the same process") {
  const TemporaryFolder folder;
  const SqliteOptions options{.path = folder.file("a.db")};

  // The limit on the size of files stands for a full disk; it would hit the test's own files too.
  const int status = in_child([&] {
    const auto store = make_sqlite_store(options);
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    if (::getrlimit(RLIMIT_FSIZE, &limit) != 0) return 2;
    const auto unlimited = limit;
    limit.rlim_cur = 600'000;
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 3;
    const auto fitted = fill(*store, 2000);
    if (fitted == 0 || fitted == 2000) return 4;
    if (store->users().count({}) != fitted) return 5;
    if (::setrlimit(RLIMIT_FSIZE, &unlimited) != 0) return 6;
    add_user(*store, new_user(5000));
    if (store->users().count({}) != fitted + 1) return 7;
    return 0;
  });
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);

  CHECK(make_sqlite_store(options)->users().find(new_user(5000).id));
}

TEST_CASE("a statement works again after it failed") {
  const TemporaryFolder folder;
  const auto store = make_sqlite_store({.path = folder.file("a.db")});
  const auto enqueue = [&](std::uint64_t n) {
    store->transact([n](Transaction& tx) { tx.outbox().enqueue(new_job(n)); });
  };

  for (std::uint64_t n = 1; n <= 5; ++n) {
    enqueue(n);
    CHECK_THROWS_AS(enqueue(n), Unavailable);
  }

  CHECK(store->outbox().depth().pending == 5);
}

// UndefinedBehaviorSanitizer opens a pipe to look at an exception's type, and takes it for a wrong
// one when there is no descriptor left.
#ifndef __SANITIZE_ADDRESS__
TEST_CASE("without a free descriptor a read is Unavailable, and works again when there is one") {
  const TemporaryFolder folder;
  const SqliteOptions options{.path = folder.file("a.db"),
                              .busy_timeout = std::chrono::milliseconds{20}};

  const int status = in_child([&] {
    const auto store = make_sqlite_store(options);
    add_user(*store, new_user(1));
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 2;
    const auto unlimited = limit;
    limit.rlim_cur = 0;
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) return 3;
    try {
      static_cast<void>(store->users().find(new_user(1).id));
      return 4;
    } catch (const Unavailable&) {
    }
    if (::setrlimit(RLIMIT_NOFILE, &unlimited) != 0) return 5;
    return store->users().find(new_user(1).id) ? 0 : 6;
  });

  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}
#endif
