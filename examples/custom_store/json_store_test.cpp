// Tests of a Store of your own: it keeps the contract, and survives a kill.

#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "coffeeauth/testing/doctest.hpp"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "coffeeauth/testing/contract/store.hpp"
#include "json_store.hpp"

namespace ca = coffeeauth;
namespace fs = std::filesystem;

namespace {

/// A temporary folder, deleted on destruction.
struct Folder {
  Folder() : path((fs::temp_directory_path() / "json_store.XXXXXX").string()) {
    REQUIRE(::mkdtemp(path.data()) != nullptr);
  }
  ~Folder() { fs::remove_all(path); }
  [[nodiscard]] fs::path file(const std::string& name) const { return fs::path{path} / name; }
  std::string path;
};

class Harness final : public ca::testing::StoreHarness {
 public:
  std::unique_ptr<ca::Store> fresh() override {
    ++made_;
    return reopen();
  }
  std::unique_ptr<ca::Store> reopen() override {
    return make_json_store(folder_.file(std::to_string(made_)));
  }

 private:
  Folder folder_;
  int made_ = 0;
};

ca::NewUser nth_user(std::uint8_t n) {
  const auto address = std::to_string(n) + "@example.com";
  return {.id = ca::UserId{{n}},
          .email = ca::EmailAddress::restore(address, address),
          .first_name = {},
          .last_name = {},
          .password_hash = {}};
}

void add_user(ca::Store& store, std::uint8_t n) {
  store.transact(
      [&](ca::Transaction& tx) { static_cast<void>(tx.users().create_user(nth_user(n))); });
}

/// A process that adds users without end, and writes a byte for each committed user.
pid_t start_adding(const fs::path& file, const int (&pipe)[2]) {
  const auto child = ::fork();
  if (child != 0) return child;
  const auto store = make_json_store(file);
  for (std::uint8_t n = 1; n < 255; ++n) {
    add_user(*store, n);
    if (::write(pipe[1], &n, 1) != 1) ::_exit(1);
  }
  ::_exit(0);
}

}  // namespace

TEST_CASE("the JSON store keeps the Store contract") {
  Harness harness;
  ca::testing::store_contract(harness);
}

TEST_CASE("what was committed survives a kill at any moment, and the next process goes on") {
  const Folder folder;
  const auto file = folder.file("users.json");
  for (const int killed_after : {1, 3, 10}) {
    fs::remove(file);
    int pipe[2];
    REQUIRE(::pipe(pipe) == 0);
    const auto child = start_adding(file, pipe);
    REQUIRE(child > 0);
    ::close(pipe[1]);
    std::uint8_t committed = 0;
    while (committed < killed_after) REQUIRE(::read(pipe[0], &committed, 1) == 1);
    ::kill(child, SIGKILL);
    while (::read(pipe[0], &committed, 1) == 1) {
    }
    ::close(pipe[0]);
    ::waitpid(child, nullptr, 0);

    const auto store = make_json_store(file);
    for (std::uint8_t n = 1; n <= committed; ++n) CHECK(store->users().find(nth_user(n).id));
    // The process may have been killed between a commit and its byte.
    CHECK(store->users().count({}) - committed <= 1);
    add_user(*store, 255);
    CHECK(store->users().find(nth_user(255).id));
  }
}

TEST_CASE("a file that is something else is refused, and kept as it is") {
  const Folder folder;
  const auto file = folder.file("users.json");
  std::ofstream{file} << "{\"users\": {}}";
  CHECK_THROWS_AS(static_cast<void>(make_json_store(file)), ca::Unavailable);
  CHECK(fs::file_size(file) == 13);
}
