// The seeds of the fuzzers, and every input that has broken something, as a test of any build.

#include "coffeeauth/testing/doctest.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include "tests/fuzz/target.hpp"

namespace coffeeauth::fuzz {
namespace {

std::vector<std::filesystem::path> seeds_of(const std::string& target) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry :
       std::filesystem::directory_iterator{std::filesystem::path{COFFEEAUTH_SEEDS} / target}) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// Without spare room behind it, so that a sanitizer sees a read beyond the end.
std::vector<char> read(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  std::vector<char> bytes{std::istreambuf_iterator<char>{in}, {}};
  bytes.shrink_to_fit();
  return bytes;
}

}  // namespace

TEST_CASE("every seed of every fuzzer keeps what is promised of all inputs") {
  REQUIRE(targets().size() == COFFEEAUTH_TARGETS);
  for (const auto& target : targets()) {
    const auto files = seeds_of(target.name);
    CHECK_MESSAGE(files.size() >= 3, target.name);
    for (const auto& file : files) {
      CAPTURE(file);
      const auto bytes = read(file);
      CHECK_NOTHROW(target.run({bytes.data(), bytes.size()}));
    }
  }
}

TEST_CASE("a fuzzer tells of a property that does not hold") {
  CHECK_THROWS_AS(hold(false, "never"), PropertyBroken);
}

}  // namespace coffeeauth::fuzz
