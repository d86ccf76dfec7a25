#include "lib/tokens/strict_json.hpp"

#include "coffeeauth/testing/doctest.hpp"

using namespace coffeeauth;
using namespace std::string_view_literals;

TEST_CASE("strict JSON gives texts and whole numbers by name") {
  const auto members = JsonMembers::parse(
      R"( { "text" : "\u00e9", "number": -12, "zero":0, "big":9223372036854775807,
            "nothing":null, "yes":true, "list":[1,[2],{"text":1}], "object":{"number":{}} } )");
  REQUIRE(members);
  CHECK(members->text("text") == "é");
  CHECK(members->integer("number") == -12);
  CHECK(members->integer("zero") == 0);
  CHECK(members->integer("big") == 9223372036854775807);
  for (const auto* other : {"nothing", "yes", "list", "object"}) {
    CAPTURE(other);
    CHECK(members->has(other));
    CHECK_FALSE(members->text(other));
    CHECK_FALSE(members->integer(other));
  }
  CHECK_FALSE(members->has("absent"));
  CHECK_FALSE(members->text("number"));
  CHECK_FALSE(members->integer("text"));
}

TEST_CASE("strict JSON takes no fraction, exponent or overflow for a whole number") {
  for (const auto number : {"1.0"sv, "1e3"sv, "1E0"sv, "-0.0"sv, "9223372036854775808"sv,
                            "-9223372036854775809"sv, "18446744073709551616"sv, "1e308"sv}) {
    CAPTURE(number);
    const auto members = JsonMembers::parse("{\"n\":" + std::string{number} + "}");
    REQUIRE(members);
    CHECK_FALSE(members->integer("n"));
  }
}

TEST_CASE("strict JSON refuses a member named twice, at any level") {
  for (const auto text :
       {R"({"a":1,"a":1})"sv, R"({"a":1,"b":2,"\u0061":3})"sv, R"({"o":{"a":1,"a":2}})"sv,
        R"({"l":[{"a":1,"a":2}]})"sv, R"({"o":{},"o":{}})"sv, R"({"":1,"":2})"sv}) {
    CAPTURE(text);
    CHECK_FALSE(JsonMembers::parse(text));
  }
  CHECK(JsonMembers::parse(R"({"a":{"a":1},"b":{"a":1},"l":[{"a":1},{"a":1}]})"));
}

TEST_CASE("strict JSON refuses what is not one object and nothing else") {
  for (const auto text : {""sv,
                          " "sv,
                          "null"sv,
                          "1"sv,
                          "\"a\""sv,
                          "[]"sv,
                          "[{}]"sv,
                          "{"sv,
                          "}"sv,
                          "{}{}"sv,
                          "{} x"sv,
                          "{},"sv,
                          "\xEF\xBB\xBF{}"sv,
                          "{}\0"sv,
                          "{}\0{}"sv,
                          "{\"a\0b\":1}"sv,
                          R"({"a\u0000b":1})"sv,
                          R"({"a":"b\u0000"})"sv,
                          R"({"a":"\ud800"})"sv,
                          R"({"a":"\udc00\ud800"})"sv,
                          "{\"a\":\"\xff\"}"sv,
                          "{\"a\":\"\xc0\x80\"}"sv,
                          "{'a':1}"sv,
                          "{a:1}"sv,
                          R"({"a":1,})"sv,
                          R"({"a":01})"sv,
                          R"({"a":+1})"sv,
                          R"({"a":NaN})"sv,
                          R"({"a":/**/1})"sv,
                          R"({"a" 1})"sv,
                          R"({"a":1e999})"sv}) {
    CAPTURE(text);
    CHECK_FALSE(JsonMembers::parse(text));
  }
}

TEST_CASE("strict JSON goes eight levels deep and no further") {
  const auto nested = [](std::size_t levels, char open, char close) {
    return "{\"a\":" + std::string(levels - 1, open) + std::string(levels - 1, close) + "}";
  };
  CHECK(JsonMembers::parse(nested(8, '[', ']')));
  CHECK_FALSE(JsonMembers::parse(nested(9, '[', ']')));
  CHECK_FALSE(JsonMembers::parse(nested(1'000'000, '[', ']')));
}
