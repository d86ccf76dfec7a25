#include "lib/http/json_body.hpp"

#include <nlohmann/json.hpp>

#include "coffeeauth/testing/scripted_random.hpp"
#include "fixture.hpp"

namespace coffeeauth::http {
namespace {

using namespace std::string_literals;

constexpr std::size_t depth = 32;

bool accepts(std::string_view text) { return parse_json_object(text, depth).has_value(); }

TEST_CASE("an object is read as it is") {
  const auto body = parse_json_object(
      R"( {"a": "x", "b": [1, -2, 2.5, true, null, {"c": {}}], "\u0064": "\ud83d\ude00 é"} )",
      depth);
  REQUIRE(body);
  CHECK((*body)["a"] == "x");
  CHECK((*body)["b"].size() == 6);
  CHECK((*body)["b"][5]["c"].is_object());
  CHECK((*body)["d"] == "\xF0\x9F\x98\x80 \xC3\xA9");
  CHECK(accepts("{}"));
}

TEST_CASE("what is no object is refused") {
  for (const std::string_view text : {"",
                                      " ",
                                      "null",
                                      "true",
                                      "1",
                                      "\"a\"",
                                      "[]",
                                      "[{}]",
                                      "{",
                                      "}",
                                      "{}{}",
                                      "{} x",
                                      "{},",
                                      "{\"a\"}",
                                      "{\"a\":}",
                                      "{\"a\":1,}",
                                      "{a:1}",
                                      "{'a':1}",
                                      "{\"a\":01}",
                                      "{\"a\":+1}",
                                      "{\"a\":.5}",
                                      "{\"a\":NaN}",
                                      "{\"a\":Infinity}",
                                      "{\"a\":\"\n\"}",
                                      "{\"a\":\"\\x41\"}",
                                      "/**/{}",
                                      "{\"a\":1//\n}",
                                      "{\"a\":1e999}",
                                      "{\"a\":-1e999}",
                                      "nul",
                                      "{\"a\":tru}"}) {
    CAPTURE(text);
    const auto body = parse_json_object(text, depth);
    REQUIRE_FALSE(body.has_value());
    CHECK(body.error().code == ErrorCode::invalid_request);
  }
}

TEST_CASE("a member named twice is refused at any level, also when spelt in another way") {
  CHECK_FALSE(accepts(R"({"role":"user","role":"admin"})"));
  CHECK_FALSE(accepts(R"({"role":"user","\u0072ole":"admin"})"));
  CHECK_FALSE(accepts(R"({"a":{"b":1,"b":1}})"));
  CHECK_FALSE(accepts(R"({"a":[{"b":1,"c":2,"b":1}]})"));
  CHECK_FALSE(accepts(R"({"a":{"x":1},"a":{}})"));
  CHECK(accepts(R"({"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]})"));
}

TEST_CASE("no NUL gets in, raw or escaped, and no byte order mark") {
  CHECK_FALSE(accepts(std::string_view{"{\"a\":\"x\0y\"}", 11}));
  CHECK_FALSE(accepts(std::string_view{"{}\0", 3}));
  CHECK_FALSE(accepts(std::string_view{"{}\0{\"a\":1}", 10}));
  CHECK_FALSE(accepts(R"({"a":"x\u0000y"})"));
  CHECK_FALSE(accepts(R"({"x\u0000y":1})"));
  CHECK_FALSE(accepts(R"({"a":{"b":["\u0000"]}})"));
  CHECK_FALSE(accepts("\xEF\xBB\xBF{}"));
  CHECK(accepts(R"({"a":"\ufeff"})"));
}

TEST_CASE("text is UTF-8 without halves of characters") {
  for (const std::string_view bad :
       {"\x80", "\xC3", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF", "\xE2\x82",
        "\\ud800", "\\udc00", "\\ud800\\ud800", "\\udc00\\ud800", "\\ud83dx"}) {
    CAPTURE(bad);
    CHECK_FALSE(accepts("{\"a\":\"" + std::string{bad} + "\"}"));
    CHECK_FALSE(accepts("{\"" + std::string{bad} + "\":1}"));
  }
}

std::string nested(std::size_t levels, std::string_view open, std::string_view close,
                   std::string_view inner) {
  std::string text;
  for (std::size_t i = 0; i < levels; ++i) text += open;
  text += inner;
  for (std::size_t i = 0; i < levels; ++i) text += close;
  return text;
}

TEST_CASE("the last level that is allowed is read, and the next is refused") {
  CHECK(accepts(nested(31, "{\"a\":", "}", "{}")));
  CHECK_FALSE(accepts(nested(32, "{\"a\":", "}", "{}")));
  CHECK(accepts("{\"a\":" + nested(31, "[", "]", "1") + "}"));
  CHECK_FALSE(accepts("{\"a\":" + nested(32, "[", "]", "1") + "}"));
  CHECK_FALSE(accepts(nested(60'000, "[", "", "")));
  CHECK_FALSE(accepts("{\"a\":" + nested(60'000, "[", "", "")));
  // Breadth is no depth.
  std::string wide = "{\"a\":[";
  for (int i = 0; i < 1'000; ++i) wide += "[],{},";
  CHECK(accepts(wide + "1]}"));
}

TEST_CASE("no text of random bytes breaks the reader") {
  testing::ScriptedRandom random;
  const auto alphabet = "{}[]\",:\\u0d8ctrue -.e1\0\xC3\xA9\n "s;
  for (int round = 0; round < 50'000; ++round) {
    std::string text = round % 2 == 0 ? "{\"a\":" : "";
    const auto size = uniform_below(random, 16);
    for (std::uint32_t i = 0; i < size; ++i) {
      text += alphabet[uniform_below(random, static_cast<std::uint32_t>(alphabet.size()))];
    }
    if (round % 2 == 0) text += "}";
    const auto body = parse_json_object(text, 4);
    if (body) REQUIRE(nlohmann::json::accept(text));
  }
}

TEST_CASE("only JSON in UTF-8, declared once and not compressed, is JSON") {
  const auto declares = [](std::string value) {
    return declares_json(with_headers({{"content-type", std::move(value)}}));
  };
  for (const char* const type :
       {"application/json", "Application/JSON", "application/json;charset=utf-8",
        "application/json; charset=UTF-8", "application/json ; charset=\"utf-8\"",
        "application/json;"}) {
    CHECK_MESSAGE(declares(type), type);
  }
  for (const char* const type :
       {"", "text/plain", "application/json-patch+json", "application/jsonx",
        "application/x-www-form-urlencoded", "application/json; charset=latin-1",
        "application/json; charset=utf-16", "application/json; boundary=x",
        "application/problem+json", "multipart/form-data", "application/json, text/plain",
        "application/json; charset"}) {
    CHECK_FALSE_MESSAGE(declares(type), type);
  }
  CHECK_FALSE(declares_json(with_headers({})));
  CHECK_FALSE(declares_json(
      with_headers({{"Content-Type", "application/json"}, {"content-type", "application/json"}})));
  CHECK_FALSE(declares_json(
      with_headers({{"Content-Type", "application/json"}, {"Content-Encoding", "gzip"}})));
}

}  // namespace
}  // namespace coffeeauth::http
