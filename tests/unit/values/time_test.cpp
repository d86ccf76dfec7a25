#include "coffeeauth/time.hpp"

#include <random>

#include "fixture.hpp"
#include "tests/sanitized.hpp"

namespace coffeeauth {
namespace {

std::int64_t millis_of(std::string_view text) {
  const auto time = parse_rfc3339(text);
  REQUIRE_MESSAGE(time, text);
  return to_unix_millis(*time);
}

TEST_CASE("a moment is written in UTC with milliseconds and a Z") {
  CHECK(to_rfc3339(from_unix_millis(0)) == "1970-01-01T00:00:00.000Z");
  CHECK(to_rfc3339(from_unix_millis(-1)) == "1969-12-31T23:59:59.999Z");
  CHECK(to_rfc3339(from_unix_millis(1'768'469'400'125)) == "2026-01-15T09:30:00.125Z");
  CHECK(to_rfc3339(from_unix_millis(951'782'400'001)) == "2000-02-29T00:00:00.001Z");
  // Beyond 31 bits of seconds.
  CHECK(to_rfc3339(from_unix_millis(2'147'483'648'000)) == "2038-01-19T03:14:08.000Z");
}

TEST_CASE("a fraction has none to nine digits, and what is finer than a millisecond is cut") {
  CHECK(millis_of("2026-01-15T09:30:00Z") == 1'768'469'400'000);
  CHECK(millis_of("2026-01-15T09:30:00.1Z") == 1'768'469'400'100);
  CHECK(millis_of("2026-01-15T09:30:00.12Z") == 1'768'469'400'120);
  CHECK(millis_of("2026-01-15T09:30:00.125Z") == 1'768'469'400'125);
  CHECK(millis_of("2026-01-15T09:30:00.125999999Z") == 1'768'469'400'125);
  CHECK(millis_of("2026-01-15T09:30:00.000999999Z") == 1'768'469'400'000);
}

TEST_CASE("leap days are those of the calendar") {
  for (const std::string_view day : {"2024-02-29", "2000-02-29", "2400-02-29", "1972-02-29"}) {
    CHECK(parse_rfc3339(std::string{day} + "T00:00:00Z"));
  }
  for (const std::string_view day :
       {"2023-02-29", "1900-02-29", "2100-02-29", "2024-02-30", "2026-04-31", "2026-06-31",
        "2026-09-31", "2026-11-31", "2026-01-32", "2026-00-10", "2026-13-10", "2026-01-00"}) {
    CAPTURE(day);
    CHECK_FALSE(parse_rfc3339(std::string{day} + "T00:00:00Z"));
  }
}

TEST_CASE("what to_rfc3339 does not write is nothing") {
  for (const std::string_view text : {"",
                                      "Z",
                                      "2026-01-15",
                                      "2026-01-15T09:30:00",
                                      "2026-01-15T09:30:00+00:00",
                                      "2026-01-15T09:30:00.125+01:00",
                                      "2026-01-15t09:30:00Z",
                                      "2026-01-15 09:30:00Z",
                                      "2026-01-15T09:30:00z",
                                      "2026-01-15T24:00:00Z",
                                      "2026-01-15T23:60:00Z",
                                      "2026-01-15T23:59:60Z",
                                      "2026-01-15T23:59:61Z",
                                      "2026-1-15T09:30:00Z",
                                      "2026-01-15T9:30:00Z0",
                                      "2026-01-15T09:30Z",
                                      "2026-01-15T09:30:00.Z",
                                      "2026-01-15T09:30:00.1234567890Z",
                                      "2026-01-15T09:30:00,125Z",
                                      "2026-01-15T09:30:00.12aZ",
                                      " 2026-01-15T09:30:00Z",
                                      "2026-01-15T09:30:00Z ",
                                      "+026-01-15T09:30:00Z",
                                      "-026-01-15T09:30:00Z",
                                      "2026-01-15T09:30:00ZZ",
                                      "2026-01-15T-9:30:00Z",
                                      "2026/01/15T09:30:00Z",
                                      "20260115T093000.0000Z"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_rfc3339(text));
  }
}

TEST_CASE("every character of a time matters") {
  const std::string good = "2026-01-15T09:30:00.125Z";
  for (std::size_t i = 0; i < good.size(); ++i) {
    auto broken = good;
    broken[i] = 'x';
    CAPTURE(broken);
    CHECK_FALSE(parse_rfc3339(broken));
    CHECK_FALSE(parse_rfc3339(good.substr(0, i)));
  }
}

TEST_CASE("a moment that was written is read back as itself") {
  std::mt19937_64 random{7};
  // The years 0000 to 9999, whole.
  std::uniform_int_distribution<std::int64_t> moments{millis_of("0000-01-01T00:00:00Z"),
                                                      millis_of("9999-12-31T23:59:59.999Z")};
  for (std::size_t left = testing::tries(100'000); left > 0; --left) {
    const auto time = from_unix_millis(moments(random));
    const auto text = to_rfc3339(time);
    CAPTURE(text);
    REQUIRE(text.size() == 24);
    REQUIRE(parse_rfc3339(text) == time);
  }
}

TEST_CASE("later moments are later texts") {
  std::mt19937_64 random{11};
  std::uniform_int_distribution<std::int64_t> moments{0, 4'102'444'800'000};
  for (int i = 0; i < 10'000; ++i) {
    const auto a = from_unix_millis(moments(random));
    const auto b = from_unix_millis(moments(random));
    REQUIRE((a < b) == (to_rfc3339(a) < to_rfc3339(b)));
  }
}

}  // namespace
}  // namespace coffeeauth
