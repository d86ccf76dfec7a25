#include "coffeeauth/http/schema.hpp"

#include <nlohmann/json.hpp>

#include "fixture.hpp"

namespace coffeeauth::http {
namespace {

using Json = nlohmann::json;

std::string check(const Schema& schema, const char* json) {
  return summary(validate(schema, Json::parse(json)));
}
std::string check_text(const Schema& schema, std::string_view text) {
  return summary(validate_text(schema, "q", text));
}

SchemaPtr text() { return shared({}); }
SchemaPtr number() { return shared({.type = SchemaType::integer}); }

Schema person() {
  return {
      .type = SchemaType::object,
      .properties = {
          {"name", text(), true},
          {"age", number()},
          {"home", shared({.type = SchemaType::object, .properties = {{"city", text(), true}}})}}};
}

TEST_CASE("an open object takes others as well, whatever they are") {
  auto open = person();
  open.open = true;
  CHECK(check(open, R"({"name":"Ada","role":"admin","more":{"deep":[1,null]}})").empty());
  CHECK(check(open, R"({"role":1})") == "name: required");
  CHECK(check(open, R"({"name":"Ada","home":{"city":"x","zip":1}})") == "home.zip: unknown_field");
  CHECK(check(open, "[]") == ": invalid_type");
}

TEST_CASE("an object takes its members and no others") {
  CHECK(check(person(), R"({"name":"Ada"})").empty());
  CHECK(check(person(), R"({"name":"Ada","age":36,"home":{"city":"London"}})").empty());
  CHECK(check(person(), "{}") == "name: required");
  CHECK(check(person(), R"({"name":"Ada","role":"admin"})") == "role: unknown_field");
  CHECK(check(person(), R"({"Name":"Ada"})") == "name: required, Name: unknown_field");
  CHECK(check(person(), R"({"name":"Ada","home":{}})") == "home.city: required");
  CHECK(check(person(), R"({"name":"Ada","home":{"city":"x","zip":1}})") ==
        "home.zip: unknown_field");
}

TEST_CASE("a value of another type is refused, null too") {
  for (const char* const value : {"1", "1.5", "true", "null", "[]", "{}", "[\"x\"]"}) {
    CHECK(check(*text(), value) == ": invalid_type");
  }
  for (const char* const value : {"\"1\"", "1.5", "1.0", "1e2", "true", "null", "[]", "{}"}) {
    CHECK(check(*number(), value) == ": invalid_type");
  }
  for (const char* const value : {"\"true\"", "1", "0", "null", "[]"}) {
    CHECK(check({.type = SchemaType::boolean}, value) == ": invalid_type");
  }
  for (const char* const value : {"[]", "\"x\"", "null"}) {
    CHECK(check(person(), value) == ": invalid_type");
  }
  CHECK(check({.type = SchemaType::boolean}, "true").empty());
  CHECK(check({.nullable = true}, "null").empty());
  CHECK(check({.type = SchemaType::array, .items = number()}, "{}") == ": invalid_type");
}

TEST_CASE("items and the values of a map are checked each") {
  const Schema list{.type = SchemaType::array, .items = number()};
  CHECK(check(list, "[]").empty());
  CHECK(check(list, "[1,2]").empty());
  CHECK(check(list, "[1,\"x\"]") == "[]: invalid_type");
  const Schema map{.type = SchemaType::object, .map_values = number()};
  CHECK(check(map, R"({"a":1,"b":2})").empty());
  CHECK(check(map, R"({"a":1,"b":"x"})") == "b: invalid_type");
}

TEST_CASE("lengths are counted in code points") {
  const Schema schema{.min_length = 2, .max_length = 3};
  CHECK(check(schema, "\"\u00e9\"") == ": too_short");
  CHECK(check(schema, "\"\u00e9\u00e9\"").empty());
  CHECK(check(schema, "\"\u00e9\u00e9\u00e9\"").empty());
  CHECK(check(schema, "\"\u00e9\u00e9\u00e9\u00e9\"") == ": too_long");
}

TEST_CASE("numbers keep to their range, also beyond 63 bits") {
  const Schema schema{.type = SchemaType::integer, .minimum = 1, .maximum = 10};
  CHECK(check(schema, "0") == ": too_small");
  CHECK(check(schema, "1").empty());
  CHECK(check(schema, "10").empty());
  CHECK(check(schema, "11") == ": too_large");
  CHECK(check(schema, "-9223372036854775808") == ": too_small");
  CHECK(check(*number(), "9223372036854775807").empty());
  CHECK(check(*number(), "9223372036854775808") == ": too_large");
  CHECK(check(*number(), "18446744073709551615") == ": too_large");
}

TEST_CASE("only the listed words are allowed") {
  const Schema schema{.values = {"user", "admin"}};
  CHECK(check(schema, "\"admin\"").empty());
  CHECK(check(schema, "\"Admin\"") == ": not_allowed");
  CHECK(check(schema, "\"\"") == ": not_allowed");
}

TEST_CASE("control characters are refused in any text") {
  CHECK(check(*text(), R"("a\nb")") == ": invalid");
  CHECK(check(*text(), R"("a\u007fb")") == ": invalid");
  CHECK(check(*text(), R"("a\u001b[2Jb")") == ": invalid");
  CHECK(check_text(*text(), "\xFF") == "q: invalid");
}

TEST_CASE("a format is what its value type reads") {
  CHECK(check({.format = TextFormat::uuid}, R"("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")").empty());
  CHECK(check({.format = TextFormat::uuid}, R"("017f22e2")") == ": invalid");
  CHECK(check({.format = TextFormat::date_time}, R"("2026-01-15T09:30:00Z")").empty());
  CHECK(check({.format = TextFormat::date_time}, R"("2026-01-15")") == ": invalid");
  CHECK(check({.format = TextFormat::six_digits}, R"("000123")").empty());
  for (const char* const code : {"\"12345\"", "\"1234567\"", "\"12345a\"", "\"\""}) {
    CHECK(check({.format = TextFormat::six_digits}, code) == ": invalid");
  }
  // Their rules are those of EmailAddress and Password.
  CHECK(check({.format = TextFormat::email}, "\"x\"").empty());
  CHECK(check({.format = TextFormat::password}, "\"x\"").empty());
}

TEST_CASE("of several shapes the one whose members are there is meant") {
  const Schema either{
      .type = SchemaType::object,
      .one_of = {shared({.type = SchemaType::object, .properties = {{"long", text(), true}}}),
                 shared({.type = SchemaType::object, .properties = {{"short", text(), true}}})}};
  CHECK(check(either, R"({"long":"x"})").empty());
  CHECK(check(either, R"({"short":"x"})").empty());
  CHECK(check(either, R"({"short":1})") == "short: invalid_type");
  CHECK(check(either, R"({"long":"x","short":"x"})") == "short: unknown_field");
  CHECK(check(either, "{}") == "long: required");
  CHECK(check(either, "[]") == ": invalid_type");
}

TEST_CASE("an unknown name comes back only when it is short and plain") {
  const Schema empty{.type = SchemaType::object};
  const auto field = [&](const std::string& name) {
    const auto errors = validate(empty, Json::object({{name, 1}}));
    REQUIRE(errors.size() == 1);
    return errors.front().field;
  };
  CHECK(field("is_staff") == "is_staff");
  CHECK(field(std::string(64, 'x')) == std::string(64, 'x'));
  CHECK(field(std::string(65, 'x')) == "?");
  for (const char* const name :
       {"", "a b", "a\nb", "<script>", "a\"b", "a\\b", "\xC3\xA9", "\x1B[2J", "\x7F"}) {
    CHECK(field(name) == "?");
  }
}

TEST_CASE("thousands of unknown fields get a short answer, and no value is quoted") {
  auto many = Json::object();
  for (int i = 0; i < 5'000; ++i) many["field" + std::to_string(i)] = "s3cret";
  const auto errors = validate({.type = SchemaType::object}, many);
  CHECK(errors.size() == 32);
  for (const auto& error : errors) CHECK(error.message.find("s3cret") == std::string::npos);
}

TEST_CASE("a query parameter stands for its type") {
  const Schema page{.type = SchemaType::integer, .minimum = 1, .maximum = 100};
  CHECK(check_text(page, "1").empty());
  CHECK(check_text(page, "0") == "q: too_small");
  CHECK(check_text(page, "-1") == "q: too_small");
  CHECK(check_text(page, "101") == "q: too_large");
  CHECK(check_text(page, "99999999999999999999999") == "q: too_large");
  CHECK(check_text(page, "-99999999999999999999999") == "q: too_small");
  for (const std::string_view bad :
       {"", "x", "1x", "1.0", "+1", " 1", "1 ", "0x1", "1e1", "99999999999999999999x"}) {
    CHECK(check_text(page, bad) == "q: invalid_type");
  }
  const Schema flag{.type = SchemaType::boolean};
  for (const std::string_view good :
       {"true", "True", "TRUE", "1", "false", "False", "FALSE", "0"}) {
    CHECK(check_text(flag, good).empty());
    CHECK(parse_flag(good) == (good == "1" || good.size() == 4));
  }
  for (const std::string_view bad : {"", "2", "01", "tru", "truee", "yes", "null", " true"}) {
    CHECK(check_text(flag, bad) == "q: invalid_type");
  }
  const Schema with_word{.type = SchemaType::integer, .values = {"last"}, .minimum = 1};
  CHECK(check_text(with_word, "last").empty());
  CHECK(check_text(with_word, "7").empty());
  CHECK(check_text(with_word, "0") == "q: too_small");
  CHECK(check_text(with_word, "Last") == "q: invalid_type");
}

TEST_CASE("a text that may be a whole number is one of the two, within its bounds") {
  const Schema code{.format = TextFormat::verification_code,
                    .or_integer = true,
                    .minimum = 0,
                    .maximum = 999'999};
  for (const char* const value : {"\"x\"", "\"12 34\\t56\"", "0", "999999"}) {
    CHECK_MESSAGE(check(code, value) == "", value);
  }
  CHECK(check(code, "-1") == ": too_small");
  CHECK(check(code, "1000000") == ": too_large");
  for (const char* const value : {"1.5", "1e3", "true", "null", "[]", "{}"}) {
    CHECK_MESSAGE(check(code, value) == ": invalid_type", value);
  }
}

TEST_CASE("blanks around an address are for the address to drop") {
  CHECK(check({.format = TextFormat::email, .max_length = 3}, "\"\\tada@example.com\\r\\n\"") ==
        "");
  CHECK(check({.max_length = 30}, "\"\\tada\"") == ": invalid");
}

}  // namespace
}  // namespace coffeeauth::http
