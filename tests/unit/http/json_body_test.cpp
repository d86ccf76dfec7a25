#include "lib/http/json_body.hpp"

#include <nlohmann/json.hpp>

#include "coffeeauth/http/errors.hpp"
#include "coffeeauth/testing/scripted_random.hpp"
#include "fixture.hpp"
#include "tests/sanitized.hpp"

namespace coffeeauth::http {
namespace {

using namespace std::string_literals;

constexpr std::size_t depth = 32;

bool accepts(std::string_view text) { return parse_json_object(text, depth).has_value(); }

TEST_CASE("an object is read as it is") {
  const auto body = parse_json_object(
      R"( {"a": "x", "b": [1, -2, 2.5, true, null, {"c": {}}], "\u0064": "\ud83d\ude00 é"} )",
      depth);
  REQUIRE_OK(body);
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
    REQUIRE_ERROR(body, ErrorCode::invalid_request);
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

std::string said_of(std::string_view text) {
  const auto body = parse_json_object(text, 4);
  return body ? "" : body.error().detail;
}

TEST_CASE("each mistake has a sentence of its own, with its place") {
  const auto is_said = [](std::string_view text, std::string_view what, std::string_view where) {
    CAPTURE(text);
    const auto said = said_of(text);
    CHECK(said == "The request body is not an acceptable JSON object: " + std::string{what} + " (" +
                      std::string{where} + ").");
  };
  is_said("{\"a\":1,\n \"a\":2}", "a member occurs twice", "line 2, column 2, in a");
  is_said(R"({"x":{"y":1,"\u0079":2}})", "a member occurs twice", "line 1, column 13, in x.y");
  is_said(R"({"a":"b\u0000"})", "a string contains a NUL", "line 1, column 6, in a");
  is_said(R"({"a":[1,{"b":[[[]]]}]})", "it is nested deeper than 4 levels",
          "line 1, column 15, in a[1].b[0]");
  is_said("[1]", "the outermost value is not an object", "line 1, column 1");
  is_said("\n \"x\"", "the outermost value is not an object", "line 2, column 2");
  is_said("{\"a\":\"\xC3\xA9\",\n\"b\":\"\xC3\xA9\xFF\"}", "the text is not UTF-8",
          "line 2, column 7, in b");
  is_said(R"({"a":"\ud800"})", "an escaped surrogate lacks its other half",
          "line 1, column 13, in a");
  is_said("{\"a\":\"x\ny\"}", "a control character in a string must be escaped",
          "line 1, column 8, in a");
  is_said(R"({"a":1e999})", "a number is too large", "line 1, column 6, in a");
  is_said(R"({"a":"\x41"})", "a backslash starts no valid escape", "line 1, column 8, in a");
  is_said(R"({"a":"\u00g1"})", "\\u must be followed by four hexadecimal digits",
          "line 1, column 11, in a");
  is_said(R"({"a":1)", "it ends too early", "line 1, column 7");
  is_said(R"({"a":"b)", "a string has no closing quote", "line 1, column 8, in a");
  is_said("{} {}", "something follows the object", "line 1, column 4");
  is_said(R"({"a":1,})", "the name of a member, in double quotes, is expected", "line 1, column 8");
  is_said(R"({"a" 1})", "a colon is expected after the name of a member", "line 1, column 6, in a");
  is_said("{\"a\":1\n\"b\":2}", "a comma or a closing brace is expected", "line 2, column 1");
  is_said(R"({"a":[1 2]})", "a comma or a closing bracket is expected",
          "line 1, column 9, in a[1]");
  is_said(R"({"a":'b'})", "a value is expected (strings need double quotes)",
          "line 1, column 6, in a");
  CHECK(said_of("") == "The request body is empty; a JSON object is expected.");
  CHECK(said_of("\xEF\xBB\xBF{}") ==
        "The request body begins with a byte order mark, which JSON forbids.");
  CHECK(said_of(std::string_view{"{\n\0}", 4}) ==
        "The request body is not JSON: it contains a NUL (line 2, column 1).");
}

TEST_CASE("no sentence about a body repeats a value of it, nor a name that is not plain") {
  for (const std::string_view text :
       {"{\"password\":\"hunter2\nx\"}", "{\"password\":\"hunter2\xFF\"}", "{\"password\":hunter2}",
        "{\"password\":\"hunter2", "{\"password\":\"hunter2\\q\"}", "{\"password\":'hunter2'}",
        "{\"password\":\"hunter2\" \"hunter2\"}", "{\"password\":\"hunter2\\u0000\"}",
        "\"hunter2\"", "hunter2", "{\"a\":1} hunter2", "{\"hunter2\\u0000\":1}",
        "{\"hunter2 \\ud800\":1}", "{\"; last read: 'x'; expected ':' hunter2\":}",
        "{\"my hunter2\":{\"a\":1,\"a\":2}}"}) {
    CAPTURE(text);
    const auto said = said_of(text);
    CHECK_FALSE(said.empty());
    CHECK(said.find("hunter2") == std::string::npos);
  }
}

TEST_CASE("no text of random bytes breaks the reader") {
  testing::ScriptedRandom random;
  const auto alphabet = "{}[]\",:\\u0d8ctrue -.e1\0\xC3\xA9\n "s;
  for (std::size_t round = 0; round < testing::tries(50'000); ++round) {
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

std::string said_of_declaration(std::vector<Header> headers) {
  const auto checked = check_declared_as_json(with_headers(std::move(headers)));
  if (checked) return "fine";
  CHECK_ERROR(checked, http::errors::unsupported_media_type);
  return checked.error().detail;
}

TEST_CASE("only JSON in UTF-8, declared once and not compressed, is JSON") {
  const auto said = [](std::string value) {
    return said_of_declaration({{"content-type", std::move(value)}});
  };
  for (const char* const type :
       {"application/json", "Application/JSON", "application/json;charset=utf-8",
        "application/json; charset=UTF-8", "application/json ; charset=\"utf-8\"",
        "application/json; charset=utf8", "application/json; Charset=UTF8",
        "application/json; charset=\"Utf8\"", "application/json;", "application/json; ;"}) {
    CHECK_MESSAGE(said(type) == "fine", type);
  }
  for (const char* const type :
       {"", "text/plain", "application/json-patch+json", "application/jsonx",
        "application/x-www-form-urlencoded", "application/problem+json", "multipart/form-data",
        "application/json, text/plain", "*/*"}) {
    CAPTURE(type);
    CHECK(said(type).starts_with("The request body must be application/json, not "));
  }
  CHECK(said("text/plain; charset=utf-8") ==
        "The request body must be application/json, not text/plain.");
  for (const char* const charset : {"latin-1", "utf-16", "utf8-mb4", "us-ascii"}) {
    CHECK(said(std::string{"application/json; charset="} + charset) ==
          std::string{"The request body must be in UTF-8, not in "} + charset + ".");
  }
  CHECK(said("application/json; charset") ==
        "The request body must be in UTF-8, not in something else.");
  CHECK(said("application/json; charset=utf-8; charset=utf-16") ==
        "The request body must be in UTF-8, not in utf-16.");
  CHECK(said("application/json; boundary=x") ==
        "The request body must be application/json, without the parameter boundary.");
  CHECK(said_of_declaration({}) ==
        "The request body must be application/json; Content-Type is missing.");
  CHECK(said_of_declaration(
            {{"Content-Type", "application/json"}, {"content-type", "application/json"}}) ==
        "The request body must be application/json; there are 2 Content-Type fields.");
}

TEST_CASE("a compressed body is refused by the name of its coding, and identity is none") {
  const auto said = [](std::vector<std::string> codings) {
    std::vector<Header> headers{{"Content-Type", "application/json"}};
    for (auto& coding : codings) headers.push_back({"Content-Encoding", std::move(coding)});
    return said_of_declaration(std::move(headers));
  };
  for (const auto& fine : std::vector<std::vector<std::string>>{
           {"identity"}, {"Identity"}, {""}, {"identity, identity"}, {"identity", "identity"}}) {
    CHECK(said(fine) == "fine");
  }
  for (const std::string coding : {"gzip", "deflate", "br", "zstd", "x-gzip", "compress"}) {
    for (const auto& sent : std::vector<std::vector<std::string>>{
             {coding}, {"identity, " + coding}, {"identity", coding}, {coding + ",identity"}}) {
      CHECK(said(sent) == "The request body is encoded with " + coding +
                              "; it must be sent without a Content-Encoding.");
    }
  }
  CHECK(said({"\"<script>\""}).find("something else") != std::string::npos);
}

}  // namespace
}  // namespace coffeeauth::http
