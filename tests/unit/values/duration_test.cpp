#include "coffeeauth/testing/doctest.hpp"

#include <random>

#include "coffeeauth/value_text.hpp"

namespace coffeeauth {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a duration is a whole number and its unit") {
  CHECK(parse_duration("500ms") == 500ms);
  CHECK(parse_duration("90s") == 90s);
  CHECK(parse_duration("10min") == 10min);
  CHECK(parse_duration("1h") == 1h);
  CHECK(parse_duration("14d") == 14 * 24h);
  CHECK(parse_duration("90") == 90s);
  CHECK(parse_duration("0") == 0ms);
  CHECK(parse_duration("0d") == 0ms);
  CHECK(parse_duration("007s") == 7s);
  CHECK(parse_duration(" 1h\t") == 1h);
}

TEST_CASE("anything else is no duration") {
  for (const std::string_view text :
       {"",    " ",    "s",    "ms",   "min",     "-1s", "+1s",   "1.5h", "1,5h",
        "1 h", "\n1h", "1h\r", "1H",   "1m",      "1M",  "1hour", "1sec", "1w",
        "1y",  "1us",  "0x1s", "1e3s", "1h30min", "P1D", "inf",   "1s\n"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text));
  }
  CHECK_FALSE(parse_duration(std::string_view{"1s\0", 3}));
}

TEST_CASE("a hundred years are the most, in every unit, and nothing wraps round") {
  CHECK(parse_duration("36600d") == 36'600 * 24h);
  CHECK_FALSE(parse_duration("36601d"));
  CHECK(parse_duration("3162240000000ms"));
  CHECK_FALSE(parse_duration("3162240000001ms"));
  for (const std::string_view text :
       {"18446744073709551615ms", "18446744073709551616ms", "213503982335d", "18446744073709552s",
        "99999999999999999999999999999d"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text));
  }
}

TEST_CASE("a duration is written in the largest unit that is exact") {
  CHECK(to_duration_text(0ms) == "0s");
  CHECK(to_duration_text(1ms) == "1ms");
  CHECK(to_duration_text(1'500ms) == "1500ms");
  CHECK(to_duration_text(1s) == "1s");
  CHECK(to_duration_text(90s) == "90s");
  CHECK(to_duration_text(120s) == "2min");
  CHECK(to_duration_text(90min) == "90min");
  CHECK(to_duration_text(24h) == "1d");
  CHECK(to_duration_text(36h) == "36h");
}

TEST_CASE("a duration that was written is read back as itself") {
  std::mt19937_64 random{3};
  std::uniform_int_distribution<std::int64_t> magnitude{0, 40};
  const std::int64_t units[] = {1, 1'000, 60'000, 3'600'000, 86'400'000};
  for (int i = 0; i < 100'000; ++i) {
    const auto count = static_cast<std::int64_t>(random() >> (64 - magnitude(random) % 15 - 1));
    const std::chrono::milliseconds duration{count * units[i % 5]};
    CAPTURE(to_duration_text(duration));
    REQUIRE(parse_duration(to_duration_text(duration)) == duration);
  }
}

}  // namespace
}  // namespace coffeeauth
