#include <set>
#include <stdexcept>
#include <vector>

#include "coffeeauth/error.hpp"
#include "lib/passwords/phc.hpp"
#include "tests/unit/passwords/fixture.hpp"

using namespace coffeeauth;

namespace {

constexpr std::string_view good = "correct horse battery";

/// The same hash with another parameter section, such as `m=9,t=1,p=1`.
PasswordHash with_parameters(const PasswordHash& hash, const std::string& parameters) {
  const std::string prefix = "$argon2id$v=19$";
  const auto rest = hash.phc().substr(hash.phc().find('$', prefix.size()));
  return PasswordHash{prefix + parameters + rest};
}

}  // namespace

TEST_CASE("the right password matches and any other does not") {
  const auto hasher = cheap_argon2();
  const auto stored = hasher->hash(password(good), salt_of(1));
  CHECK(hasher->verify(password(good), stored) == PasswordVerdict::match);
  CHECK(hasher->verify(password("Correct horse battery"), stored) == PasswordVerdict::no_match);
  CHECK(hasher->verify(password("correct horse battery "), stored) == PasswordVerdict::no_match);
}

TEST_CASE("a password is never cut: the first 72 of 100 characters do not match") {
  const auto hasher = cheap_argon2();
  const std::string whole = std::string(72, 'a') + std::string(28, 'b');
  const auto stored = hasher->hash(password(whole), salt_of(1));
  CHECK(hasher->verify(password(whole), stored) == PasswordVerdict::match);
  for (std::size_t length = 1; length < whole.size(); ++length) {
    CAPTURE(length);
    CHECK(hasher->verify(password(whole.substr(0, length)), stored) == PasswordVerdict::no_match);
  }
}

TEST_CASE("two spellings of one text in Unicode are one password") {
  const auto hasher = cheap_argon2();
  const auto stored = hasher->hash(password("caf\xC3\xA9 au lait"), salt_of(1));
  CHECK(hasher->verify(password("cafe\xCC\x81 au lait"), stored) == PasswordVerdict::match);
}

TEST_CASE("the same password and salt give the same hash, another salt gives another") {
  const auto hasher = cheap_argon2();
  const auto hash = hasher->hash(password(good), salt_of(1));
  CHECK(hasher->hash(password(good), salt_of(1)) == hash);
  CHECK_FALSE(hasher->hash(password(good), salt_of(2)) == hash);
}

TEST_CASE("a hash made with weaker or stronger parameters needs a rehash") {
  const auto now = cheap_argon2(64, 2);
  const auto weak_memory = cheap_argon2(32, 2)->hash(password(good), salt_of(1));
  const auto weak_passes = cheap_argon2(64, 1)->hash(password(good), salt_of(1));
  const auto strong_memory = cheap_argon2(128, 2)->hash(password(good), salt_of(1));
  const auto strong_passes = cheap_argon2(64, 3)->hash(password(good), salt_of(1));
  const auto same = cheap_argon2(64, 2)->hash(password(good), salt_of(1));
  CHECK(now->verify(password(good), weak_memory) == PasswordVerdict::match_needs_rehash);
  CHECK(now->verify(password(good), weak_passes) == PasswordVerdict::match_needs_rehash);
  CHECK(now->verify(password(good), strong_memory) == PasswordVerdict::match_needs_rehash);
  CHECK(now->verify(password(good), strong_passes) == PasswordVerdict::match_needs_rehash);
  CHECK(now->verify(password(good), same) == PasswordVerdict::match);
  CHECK(now->verify(password("wrong password"), weak_memory) == PasswordVerdict::no_match);
}

TEST_CASE("a hash that cannot be read is no match and no error") {
  const auto hasher = cheap_argon2();
  const auto good_hash = hasher->hash(password(good), salt_of(1));
  const auto phc = good_hash.phc();
  const std::vector<std::string> broken{
      "",
      "*",
      "!",
      std::string{good},
      "$2b$12$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuvwxyzabcdefg",
      phc.substr(0, phc.size() - 1),
      phc + "A",
      phc + "=",
      phc + std::string(1, '\0'),
      " " + phc,
      std::string(1'000'000, '$')};
  for (const auto& text : broken) {
    CAPTURE(text.substr(0, 100));
    CHECK(hasher->verify(password(good), PasswordHash{text}) == PasswordVerdict::no_match);
  }
}

TEST_CASE("a hash that asks for more than 256 MiB or 20 passes is no match") {
  const auto hasher = cheap_argon2();
  const auto stored = hasher->hash(password(good), salt_of(1));
  for (const auto* parameters :
       {"m=262145,t=1,p=1", "m=1048576,t=1,p=1", "m=4294967295,t=1,p=1", "m=64,t=21,p=1",
        "m=64,t=4294967295,p=1", "m=64,t=1,p=2", "m=7,t=1,p=1", "m=64,t=0,p=1"}) {
    CAPTURE(parameters);
    CHECK(hasher->verify(password(good), with_parameters(stored, parameters)) ==
          PasswordVerdict::no_match);
  }
}

TEST_CASE("nothing matches the decoy, which has today's parameters") {
  testing::ScriptedRandom random;
  const auto hasher = make_argon2_hasher({.argon2_memory_kib = 48, .argon2_iterations = 3}, random);
  const auto phc = parse_phc(hasher->decoy().phc());
  REQUIRE(phc);
  CHECK(phc->memory_kib == 48);
  CHECK(phc->iterations == 3);
  CHECK(phc->hash.size() == 32);
  CHECK(hasher->verify(password(good), hasher->decoy()) == PasswordVerdict::no_match);

  const auto another = make_argon2_hasher({}, random);
  CHECK_FALSE(another->decoy() == hasher->decoy());
}

TEST_CASE("a hasher cannot be made with parameters out of range") {
  testing::ScriptedRandom random;
  const auto make = [&](std::size_t memory, std::size_t iterations) {
    return make_argon2_hasher({.argon2_memory_kib = memory, .argon2_iterations = iterations},
                              random);
  };
  CHECK_THROWS_AS(make(7, 1), std::invalid_argument);
  CHECK_THROWS_AS(make(1'048'577, 1), std::invalid_argument);
  CHECK_THROWS_AS(make(std::size_t{1} << 32U, 1), std::invalid_argument);
  CHECK_THROWS_AS(make(64, 0), std::invalid_argument);
  CHECK_THROWS_AS(make(64, 21), std::invalid_argument);
  CHECK_NOTHROW(make(8, 20));
}

TEST_CASE("a random source that fails leaves no hasher behind") {
  testing::ScriptedRandom random;
  random.fail_next();
  CHECK_THROWS_AS(static_cast<void>(make_argon2_hasher({}, random)), Unavailable);
}
