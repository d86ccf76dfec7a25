#include <sys/stat.h>
#include "coffeeauth/testing/doctest.hpp"

#include <fstream>
#include <thread>
#include <vector>

#include "settings.hpp"
#include "tests/exposed.hpp"
#include "tests/temporary_folder.hpp"

namespace coffeeauth::server {
namespace {

namespace fs = std::filesystem;

struct KeyFolder : coffeeauth::testing::TemporaryFolder {
  const fs::path key = path() / "secret.key";

  void write(std::string_view bytes, fs::perms mode = fs::perms{0600}) const {
    std::ofstream{key, std::ios::binary} << bytes;
    fs::permissions(key, mode);
  }
  std::string complaint() const {
    try {
      static_cast<void>(secret_key_of(path()));
      return {};
    } catch (const ConfigError& error) {
      const std::string text = error.what();
      CHECK(text.starts_with(key.string() + ": "));
      return text.substr(key.string().size() + 2);
    }
  }
};

TEST_CASE_FIXTURE(KeyFolder, "a key is made once, for its owner alone, and stays") {
  const auto first = secret_key_of(path());
  CHECK(first.size() == 32);
  CHECK(secret_key_of(path()) == first);
  CHECK(fs::status(key).permissions() == fs::perms{0600});
  CHECK(fs::file_size(key) == 32);
  // Nothing else is left behind.
  CHECK(std::distance(fs::directory_iterator{path()}, fs::directory_iterator{}) == 1);
}

TEST_CASE("two folders have two keys") {
  const KeyFolder one;
  const KeyFolder other;
  CHECK_FALSE(secret_key_of(one.path()) == secret_key_of(other.path()));
}

TEST_CASE_FIXTURE(KeyFolder, "processes that start at once end up with one key") {
  std::vector<Secret> keys(16);
  std::vector<std::thread> threads;
  for (auto& one : keys) threads.emplace_back([&] { one = secret_key_of(path()); });
  for (auto& thread : threads) thread.join();
  for (const auto& one : keys) CHECK(one == keys.front());
  CHECK(keys.front().size() == 32);
  CHECK(std::distance(fs::directory_iterator{path()}, fs::directory_iterator{}) == 1);
}

TEST_CASE_FIXTURE(KeyFolder, "a key that others can read is refused") {
  const std::string good(32, 'k');
  for (const unsigned mode : {0640U, 0604U, 0660U, 0620U, 0601U, 0644U, 0777U}) {
    CAPTURE(mode);
    write(good, fs::perms{mode});
    CHECK(complaint() == "must be readable by its owner alone (chmod 600)");
  }
  write(good, fs::perms{0400});
  CHECK(exposed(secret_key_of(path())) == good);
}

TEST_CASE_FIXTURE(KeyFolder, "a key that is too short is refused and not replaced") {
  for (const std::size_t size : {0U, 1U, 31U}) {
    write(std::string(size, 'k'));
    CHECK(complaint() == "contains no secret key");
    CHECK(fs::file_size(key) == size);
  }
}

TEST_CASE_FIXTURE(KeyFolder, "what is no file is refused") {
  fs::create_directory(key, path());
  CHECK(complaint() == "is not a file");
}

TEST_CASE_FIXTURE(KeyFolder, "a link to a key somewhere else is not followed") {
  std::ofstream{path() / "elsewhere"} << std::string(32, 'k');
  fs::permissions(path() / "elsewhere", fs::perms{0600});
  fs::create_symlink(path() / "elsewhere", key);
  CHECK(complaint() == "cannot be read");
}

TEST_CASE_FIXTURE(KeyFolder, "the previous key is kept beside the one in use, and is never made") {
  CHECK_FALSE(kept_previous_secret_key(path()));
  CHECK_FALSE(kept_previous_secret_key(path() / "missing"));
  const auto old = secret_key_of(path());
  fs::rename(key, path() / "secret.key.previous");
  CHECK(kept_previous_secret_key(path()) == old);
  const auto current = secret_key_of(path());
  CHECK_FALSE(current == old);
  Settings settings;
  settings.data_dir = path();
  settings.previous_secret_keys.emplace_back("a key of before, of 32 bytes or more");
  const auto ring = ring_of(settings, current.clone());
  REQUIRE(ring.all().size() == 3);
  CHECK(ring.current() == current);
  CHECK(ring.all()[1] == settings.previous_secret_keys.front());
  CHECK(ring.all()[2] == old);
  CHECK(has_previous_secret_key(settings));
  CHECK_THROWS_AS(static_cast<void>(ring_of(settings, old.clone())), ConfigError);
}

TEST_CASE("without its folder there is no key") {
  const coffeeauth::testing::TemporaryFolder folder;
  CHECK_THROWS_AS(static_cast<void>(secret_key_of(folder.path() / "missing")), ConfigError);
}

}  // namespace
}  // namespace coffeeauth::server
