#include "lib/http/syntax.hpp"

#include <nlohmann/json.hpp>

#include "coffeeauth/testing/scripted_random.hpp"
#include "fixture.hpp"
#include "lib/http/json_writer.hpp"
#include "lib/values/unicode.hpp"
#include "tests/sanitized.hpp"

namespace coffeeauth::http {
namespace {

TEST_CASE("UTF-8 is counted as the Unicode library counts it, and refused where it refuses") {
  testing::ScriptedRandom random;
  // Lead and continuation octets at the edges of every rule.
  const std::string alphabet =
      "a\x7F\x80\x8F\x90\x9F\xA0\xBF\xC0\xC1\xC2\xDF\xE0\xE1\xEC\xED\xEE\xEF\xF0\xF1\xF3\xF4\xF5"
      "\xFF";
  std::size_t valid = 0;
  for (std::size_t left = testing::tries(200'000); left > 0; --left) {
    std::string text;
    const auto size = uniform_below(random, 6);
    for (std::uint32_t i = 0; i < size; ++i) {
      text += alphabet[uniform_below(random, static_cast<std::uint32_t>(alphabet.size()))];
    }
    const auto counted = count_code_points(text);
    REQUIRE(counted.has_value() == unicode::is_valid(text));
    if (!counted) continue;
    ++valid;
    REQUIRE(*counted == unicode::count_code_points(text));
  }
  CHECK(valid > testing::tries(10'000));
}

TEST_CASE("percent-decoding takes two hexadecimal digits and nothing else") {
  CHECK(percent_decode("a%20b%2fc%2F", Plus::is_plus) == "a b/c/");
  CHECK(percent_decode("a+b", Plus::is_blank) == "a b");
  CHECK(percent_decode("a+b", Plus::is_plus) == "a+b");
  CHECK(percent_decode("%252F", Plus::is_plus) == "%2F");
  for (const std::string_view bad : {"%", "%2", "a%", "%g0", "%0g", "%%20", "% 20", "%-1"}) {
    CHECK_FALSE(percent_decode(bad, Plus::is_blank));
  }
}

TEST_CASE("a list is taken apart at its separators") {
  std::string_view list = " a , b,,c";
  CHECK(take_item(list, ',') == "a");
  CHECK(take_item(list, ',') == "b");
  CHECK(take_item(list, ',').empty());
  CHECK(take_item(list, ',') == "c");
  CHECK(list.empty());
  CHECK(trim("\t a b \t") == "a b");
  CHECK(trim(" \t").empty());
  CHECK(equal_ignoring_case("Content-TYPE", "content-type"));
  CHECK_FALSE(equal_ignoring_case("a", "ab"));
  // Not by setting a bit: @ is no upper-case `, nor [ of {.
  CHECK_FALSE(equal_ignoring_case("@[", "`{"));
}

TEST_CASE("what is written as JSON is read back as it was") {
  testing::ScriptedRandom random;
  for (int round = 0; round < 5'000; ++round) {
    std::string text;
    const auto size = uniform_below(random, 12);
    for (std::uint32_t i = 0; i < size; ++i) {
      static const std::vector<std::string> pieces{"a",
                                                   "\"",
                                                   "\\",
                                                   "/",
                                                   "\n",
                                                   "\x01",
                                                   "\x1F",
                                                   "\x7F",
                                                   "\xC3\xA9",
                                                   "\xF0\x9F\x98\x80",
                                                   "<",
                                                   "\xE2\x80\xA8",
                                                   std::string(1, '\0')};
      text += pieces[uniform_below(random, static_cast<std::uint32_t>(pieces.size()))];
    }
    const auto written =
        JsonWriter{}.begin_object().key(text).text(text).key("n").integer(-7).end_object().take();
    REQUIRE(written.find_first_of(std::string_view{"\0\n\x1F\x7F", 4}) == std::string::npos);
    const auto read = nlohmann::json::parse(written);
    REQUIRE(read.at(text) == text);
    REQUIRE(read.at("n") == -7);
  }
}

TEST_CASE("commas stand between values and nowhere else") {
  JsonWriter json;
  json.begin_object()
      .key("a")
      .begin_array()
      .end_array()
      .key("b")
      .begin_array()
      .integer(1)
      .begin_object();
  json.end_object().boolean(true).null().end_array().key("c").boolean(false).end_object();
  CHECK(json.take() == R"({"a":[],"b":[1,{},true,null],"c":false})");
}

}  // namespace
}  // namespace coffeeauth::http
