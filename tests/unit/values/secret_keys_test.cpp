#include "coffeeauth/secret_keys.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using namespace coffeeauth;

namespace {

Secret key(char letter, std::size_t size = 32) { return Secret{std::string(size, letter)}; }

std::vector<Secret> keys(std::string_view letters) {
  std::vector<Secret> made;
  for (const char letter : letters) made.push_back(key(letter));
  return made;
}

// Plain text would leave copies of the key behind.
static_assert(std::is_convertible_v<Secret, SecretKeys>);
static_assert(!std::is_constructible_v<SecretKeys, const char*>);
static_assert(!std::is_constructible_v<SecretKeys, std::string>);

}  // namespace

TEST_CASE("a ring has its current key first, and all the others") {
  const SecretKeys one = key('a');
  CHECK(one.current() == key('a'));
  CHECK(one.all().size() == 1);
  const SecretKeys ring{key('a'), keys("bc")};
  CHECK(ring.all() == keys("abc"));
  CHECK(ring.clone().all() == ring.all());
}

TEST_CASE("a ring holds no key that is too short, nor one twice") {
  CHECK_THROWS_AS(SecretKeys{key('a', 31)}, std::invalid_argument);
  std::vector<Secret> brief;
  brief.push_back(key('b', 31));
  CHECK_THROWS_AS(SecretKeys(key('a'), std::move(brief)), std::invalid_argument);
  CHECK_THROWS_AS(SecretKeys(key('a'), keys("ba")), std::invalid_argument);
  CHECK_THROWS_AS(SecretKeys(key('a'), keys("bb")), std::invalid_argument);
}
