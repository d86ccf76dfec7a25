// SQLite tells processes apart by locks of the file, which any careless close() would drop.

#include <fcntl.h>
#include <unistd.h>

#include "coffeeauth/testing/doctest.hpp"

#include "fixture.hpp"

namespace coffeeauth::sql {
namespace {

/// Whether somebody holds a lock on the file that keeps others from taking it for abandoned.
/// Locks of an open file description are foreign to those of the process, so one process is enough.
bool is_locked(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  REQUIRE(file >= 0);
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  REQUIRE(::fcntl(file, F_OFD_GETLK, &lock) == 0);
  ::close(file);
  return lock.l_type != F_UNLCK;
}

TEST_CASE("opening further connections leaves the locks of the file alone") {
  const testing::TemporaryFolder folder;
  const auto path = folder.file("a.db");
  const auto store = make_sqlite_store({.path = path});
  // The first read opens a connection of its own.
  store->ping();
  CHECK(is_locked(path));
}

TEST_CASE("opening the file twice in a process leaves the locks of the first alone") {
  const testing::TemporaryFolder folder;
  const auto path = folder.file("a.db");
  const auto first = make_sqlite_store({.path = path});
  first->ping();
  const auto second = make_sqlite_store({.path = path});
  CHECK(is_locked(path));
}

}  // namespace
}  // namespace coffeeauth::sql
