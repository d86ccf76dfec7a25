#include "coffeeauth/verification_code.hpp"

#include <array>
#include <cstring>
#include <vector>

#include "coffeeauth/testing/scripted_random.hpp"
#include "fixture.hpp"
#include "tests/exposed.hpp"
#include "tests/sanitized.hpp"

namespace coffeeauth {
namespace {

using testing::ScriptedRandom;

/// Makes uniform_below() draw `value` first.
void queue(ScriptedRandom& random, std::uint32_t value) {
  random.queue(std::as_bytes(std::span{&value, 1}));
}

std::string drawn(ScriptedRandom& random) {
  return std::string{exposed(VerificationCode::random(random))};
}

TEST_CASE("leading zeros are digits like others") {
  ScriptedRandom random;
  for (const auto& [draw, digits] :
       std::vector<std::pair<std::uint32_t, std::string>>{{0, "000000"},
                                                          {7, "000007"},
                                                          {42'000, "042000"},
                                                          {999'999, "999999"},
                                                          {1'000'000, "000000"},
                                                          {1'123'456, "123456"}}) {
    queue(random, draw);
    CHECK(drawn(random) == digits);
  }
  CHECK(exposed(VerificationCode::parse("000000").value()) == "000000");
}

TEST_CASE("draws that would favour the small codes are thrown away") {
  // 4294 whole millions fit in 32 bits; the rest would make 000000 to 967295 likelier.
  ScriptedRandom random;
  queue(random, 4'294'000'000U);
  queue(random, 4'294'967'295U);
  queue(random, 123);
  CHECK(drawn(random) == "000123");
  queue(random, 4'293'999'999U);
  CHECK(drawn(random) == "999999");
}

/// Pearson's statistic of `counts` against an even spread.
double chi_square(const std::vector<std::size_t>& counts) {
  std::size_t total = 0;
  for (const auto count : counts) total += count;
  const auto expected = static_cast<double>(total) / static_cast<double>(counts.size());
  double sum = 0;
  for (const auto count : counts) {
    const auto difference = static_cast<double>(count) - expected;
    sum += difference * difference / expected;
  }
  return sum;
}

TEST_CASE("codes are spread evenly, in every position and in all") {
  const auto system = make_system_random();
  ScriptedRandom scripted;
  for (RandomSource* const source : {static_cast<RandomSource*>(&scripted), system.get()}) {
    std::array<std::vector<std::size_t>, VerificationCode::digits> positions;
    positions.fill(std::vector<std::size_t>(10));
    std::vector<std::size_t> thousands(1'000);
    for (std::size_t left = testing::tries(200'000); left > 0; --left) {
      const auto code = VerificationCode::random(*source);
      const auto text = code.expose_secret();
      REQUIRE(text.size() == 6);
      std::size_t value = 0;
      for (std::size_t at = 0; at < text.size(); ++at) {
        REQUIRE(text[at] >= '0');
        REQUIRE(text[at] <= '9');
        const auto digit = static_cast<std::size_t>(text[at] - '0');
        ++positions.at(at).at(digit);
        value = value * 10 + digit;
      }
      ++thousands.at(value / 1'000);
    }
    // Beyond these an even spread lands once in ten million runs (9 and 999 degrees of freedom).
    for (const auto& counts : positions) CHECK(chi_square(counts) < 50.0);
    CHECK(chi_square(thousands) < 1'260.0);
  }
}

TEST_CASE("only six digits are a code") {
  CHECK(exposed(VerificationCode::parse("012345").value()) == "012345");
  for (const std::string_view typed : {"", " ", "\t\r\n", "\xC2\xA0", "-"}) {
    CAPTURE(typed);
    CHECK(problem(VerificationCode::parse(typed)) == "code: required");
  }
  for (const std::string_view typed :
       {"12345", "1234567", "12345a", " 12345", "12345 ", "+123456", "-12345", "1e5000", "0x1234",
        "12 345", "123.456", "123_456", "123,456", "123456;", "\xD9\xA1\xD9\xA2\xD9\xA3",
        "\xEF\xBC\x91\xEF\xBC\x92\xEF\xBC\x93\xEF\xBC\x94\xEF\xBC\x95\xEF\xBC\x96", "12345\xFF",
        "123456\xC3"}) {
    CAPTURE(typed);
    CHECK(problem(VerificationCode::parse(typed)) == "code: invalid");
  }
  CHECK(problem(VerificationCode::parse(std::string_view{"12345\0", 6})) == "code: invalid");
  CHECK(problem(VerificationCode::parse(std::string_view{"123456\0", 7})) == "code: invalid");
  CHECK(problem(VerificationCode::parse(std::string(100'000, ' ') + "123456")) == "code: invalid");
}

TEST_CASE("a code is read as people copy it: with blanks, hyphens and what cannot be seen") {
  for (const std::string_view typed : {"042137 ", " 042137", "042 137", "042-137", "04 21 37",
                                       "0 4 2 1 3 7", "042137\n", "\r\n042137\r\n", "\t042137",
                                       "042\xC2\xA0"
                                       "137",  // no-break space
                                       "042\xE2\x80\xAF"
                                       "137",  // narrow no-break space
                                       "\xE3\x80\x80"
                                       "042137",  // ideographic space
                                       "042\xE2\x80\x91"
                                       "137",  // non-breaking hyphen
                                       "042\xE2\x80\x93"
                                       "137",  // en dash
                                       "042\xE2\x88\x92"
                                       "137",  // minus sign
                                       "\xEF\xBB\xBF"
                                       "042137",              // byte order mark
                                       "042137\xE2\x80\x8B",  // zero-width space
                                       "\xE2\x80\xAA"
                                       "042137"
                                       "\xE2\x80\xAC"}) {  // embedded, left to right
    CAPTURE(typed);
    const auto code = VerificationCode::parse(typed);
    REQUIRE_OK(code);
    CHECK(code->expose_secret() == "042137");
  }
}

TEST_CASE("a code that came as a number has its leading zeros again") {
  CHECK(exposed(VerificationCode::parse_number(0).value()) == "000000");
  CHECK(exposed(VerificationCode::parse_number(7).value()) == "000007");
  CHECK(exposed(VerificationCode::parse_number(42'137).value()) == "042137");
  CHECK(exposed(VerificationCode::parse_number(999'999).value()) == "999999");
  for (const std::int64_t number :
       {std::int64_t{-1}, std::int64_t{1'000'000}, INT64_MIN, INT64_MAX}) {
    CAPTURE(number);
    CHECK(problem(VerificationCode::parse_number(number)) == "code: invalid");
  }
}

TEST_CASE("no code is made when chance fails") {
  ScriptedRandom random;
  random.fail_next();
  CHECK_THROWS_AS((void)VerificationCode::random(random), Unavailable);
}

TEST_CASE("a number below a bound is below it, whatever the bound") {
  ScriptedRandom random;
  for (const std::uint32_t bound : {1U, 2U, 3U, 10U, 1U << 31U, 0x80000001U, 0xFFFFFFFFU}) {
    for (int i = 0; i < 1'000; ++i) REQUIRE(uniform_below(random, bound) < bound);
  }
  CHECK(random_digits(random, 1).size() == 1);
  CHECK(random_digits(random, 9).size() == 9);
  CHECK(random_bytes(random, 33).size() == 33);
}

}  // namespace
}  // namespace coffeeauth
