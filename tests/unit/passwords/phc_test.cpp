// The PHC parser is private; what it refuses cannot be told apart from a wrong password outside.
#include "lib/passwords/phc.hpp"

#include <random>

#include "tests/unit/passwords/fixture.hpp"

using namespace coffeeauth;

namespace {

const std::string salt = "AQEBAQEBAQEBAQEBAQEBAQ";                       // 16 bytes of 1
const std::string hash = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI";  // 32 bytes of 2
const std::string valid = "$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$" + hash;

std::string with(const std::string& parameters) {
  return "$argon2id$v=19$" + parameters + "$" + salt + "$" + hash;
}

}  // namespace

TEST_CASE("a PHC string is read and written back unchanged") {
  const auto phc = parse_phc(valid);
  REQUIRE(phc);
  CHECK(phc->memory_kib == 19'456);
  CHECK(phc->iterations == 2);
  CHECK(phc->salt == std::vector<unsigned char>(16, 1));
  CHECK(phc->hash == std::vector<unsigned char>(32, 2));
  CHECK(to_phc(*phc) == valid);
}

TEST_CASE("the bounds of a PHC string are accepted and what lies beyond is not") {
  CHECK(parse_phc(with("m=8,t=1,p=1")));
  CHECK(parse_phc(with("m=1048576,t=20,p=1")));
  for (const auto* parameters :
       {"m=7,t=1,p=1", "m=1048577,t=1,p=1", "m=64,t=0,p=1", "m=64,t=21,p=1", "m=64,t=1,p=0",
        "m=64,t=1,p=2", "m=99999999999999999999,t=1,p=1", "m=64,t=99999999999999999999,p=1"}) {
    CAPTURE(parameters);
    CHECK_FALSE(parse_phc(with(parameters)));
  }
}

TEST_CASE("only the one spelling of a PHC string is accepted") {
  for (const auto* parameters :
       {"", "m=064,t=1,p=1", "m=64,t=01,p=1", "m=+64,t=1,p=1", "m=-64,t=1,p=1", "m= 64,t=1,p=1",
        "m=64 ,t=1,p=1", "m=0x40,t=1,p=1", "t=1,m=64,p=1", "m=64,t=1", "m=64,t=1,p=1,data=AA",
        "m=64,t=1,p=1,", "m=64,,t=1,p=1", "M=64,t=1,p=1", "m=,t=1,p=1"}) {
    CAPTURE(parameters);
    CHECK_FALSE(parse_phc(with(parameters)));
  }
  const std::string rest = "$m=64,t=1,p=1$" + salt + "$" + hash;
  CHECK(parse_phc("$argon2id$v=19" + rest));
  for (const auto* prefix : {"$argon2i$v=19", "$argon2d$v=19", "$argon2id$v=16", "$argon2id",
                             "argon2id$v=19", "$Argon2id$v=19", "$argon2id$v=019", "$$v=19"}) {
    CAPTURE(prefix);
    CHECK_FALSE(parse_phc(prefix + rest));
  }
}

TEST_CASE("salt and hash of a PHC string are canonical base64 of the right length") {
  const auto parse = [](const std::string& salt_text, const std::string& hash_text) {
    return parse_phc("$argon2id$v=19$m=64,t=1,p=1$" + salt_text + "$" + hash_text).has_value();
  };
  CHECK(parse(salt, hash));
  CHECK(parse(salt, std::string(22, 'A')));  // 16 bytes
  CHECK(parse(salt, std::string(86, 'A')));  // 64 bytes
  CHECK_FALSE(parse("", hash));
  CHECK_FALSE(parse(salt, ""));
  CHECK_FALSE(parse(salt.substr(0, 20), hash));        // 15 bytes
  CHECK_FALSE(parse(std::string(23, 'A'), hash));      // 17 bytes
  CHECK_FALSE(parse(salt, std::string(20, 'A')));      // 15 bytes
  CHECK_FALSE(parse(salt, std::string(87, 'A')));      // 65 bytes
  CHECK_FALSE(parse(salt + "==", hash));               // padding
  CHECK_FALSE(parse(salt, hash + "="));                // padding
  CHECK_FALSE(parse(salt.substr(0, 21) + "R", hash));  // bits beyond the last byte
  CHECK_FALSE(parse(salt, hash.substr(0, 42) + "J"));  // bits beyond the last byte
  CHECK_FALSE(parse(salt, "-_" + hash.substr(2)));     // the URL's alphabet
  CHECK_FALSE(parse(salt, hash + "\n"));               // white space
  CHECK_FALSE(parse(salt, hash.substr(0, 10) + " " + hash.substr(10)));
  CHECK_FALSE(parse(salt, hash + "$"));
  CHECK_FALSE(parse(salt, hash + "$" + hash));
}

TEST_CASE("no beginning of a PHC string passes for a whole one of the same hash") {
  const auto whole = *parse_phc(valid);
  for (std::size_t length = 0; length < valid.size(); ++length) {
    CAPTURE(length);
    const auto phc = parse_phc(std::string_view{valid}.substr(0, length));
    CHECK_FALSE((phc && phc->hash == whole.hash));
  }
}

TEST_CASE("whatever is accepted as a PHC string is written back as it was read") {
  std::mt19937 generator{20'260'115};
  std::size_t accepted = 0;
  std::size_t altered = 0;
  for (int round = 0; round < 50'000; ++round) {
    auto text = valid;
    for (auto changes = generator() % 3 + 1; changes > 0; --changes) {
      text.at(generator() % text.size()) = static_cast<char>(generator() % 256);
    }
    if (const auto phc = parse_phc(text)) {
      ++accepted;
      altered += to_phc(*phc) == text ? 0U : 1U;
    }
  }
  CHECK(accepted > 0);
  CHECK(altered == 0);
}
