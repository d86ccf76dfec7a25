#include "lib/http/query.hpp"

#include "coffeeauth/testing/scripted_random.hpp"
#include "fixture.hpp"
#include "lib/http/syntax.hpp"

namespace coffeeauth::http {
namespace {

const std::vector<NamedSchema>& declared() {
  static const std::vector<NamedSchema> all{
      {"page", shared({.type = SchemaType::integer, .minimum = 1})},
      {"search", shared({.max_length = 10})},
      {"role", shared({.values = {"user", "admin"}})}};
  return all;
}

/// `name=value` of each parameter, or what was wrong.
std::string read(std::string_view query) {
  const auto parameters = read_query(query, declared());
  if (!parameters) return "refused " + summary(parameters.error().fields);
  std::string text;
  for (const auto& [name, value] : *parameters) {
    text.append(text.empty() ? "" : " ").append(name).append("=").append(value);
  }
  return text;
}

TEST_CASE("a target is cut at its first question mark") {
  CHECK(split_target("/a?b=c").path == "/a");
  CHECK(split_target("/a?b=c").query == "b=c");
  CHECK(split_target("/a").query.empty());
  CHECK(split_target("/a?").query.empty());
  CHECK(split_target("/a?b?c").query == "b?c");
  CHECK(split_target("").path.empty());
}

TEST_CASE("a query is read as forms write it") {
  CHECK(read("") == "");
  CHECK(read("page=2&search=a+b%2Bc") == "page=2 search=a b+c");
  CHECK(read("s%65arch=x") == "search=x");
  CHECK(read("search=a=b") == "search=a=b");
  CHECK(read("search=%C3%A9") == "search=\xC3\xA9");
  CHECK(read("&&page=2&") == "page=2");
}

TEST_CASE("what nobody asked for is ignored, however broken") {
  CHECK(read("utm_source=x&page=2&%zz=1&=&x=%zz") == "page=2");
  CHECK(read("Page=0") == "");
  CHECK(read_query("page=%zz", {}).value().empty());
}

TEST_CASE("an empty parameter is there and is not validated") {
  CHECK(read("role=") == "role=");
  CHECK(read("page") == "page=");
}

TEST_CASE("a bad parameter is named, and so is each") {
  CHECK(read("page=0") == "refused page: too_small");
  CHECK(read("page=x&role=root") == "refused page: invalid_type, role: not_allowed");
  CHECK(read("search=%zz") == "refused search: invalid");
  CHECK(read("search=%") == "refused search: invalid");
  CHECK(read("search=%00") == "refused search: invalid");
  CHECK(read("search=a%0Ab") == "refused search: invalid");
  CHECK(read("search=%FF") == "refused search: invalid");
  CHECK(read("search=12345678901") == "refused search: too_long");
  CHECK(read("page=%2B1") == "refused page: invalid_type");
}

TEST_CASE("a parameter may come once only") {
  CHECK(read("page=1&page=1") == "refused page: duplicate");
  CHECK(read("page=1&p%61ge=2") == "refused page: duplicate");
  CHECK(read("role=&role=user") == "refused role: duplicate");
}

TEST_CASE("what is appended to a target is read back, whatever it is") {
  testing::ScriptedRandom random;
  for (int round = 0; round < 5'000; ++round) {
    std::string value(uniform_below(random, 20), '\0');
    random.fill(std::as_writable_bytes(std::span{value}));
    std::string target = "/a";
    append_query(target, "page", "1");
    append_query(target, "search", value);
    REQUIRE(target.starts_with("/a?page=1&search="));
    REQUIRE(
        target.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                 "-._~%/?&=") == std::string::npos);
    const auto encoded = target.substr(std::string_view{"/a?page=1&search="}.size());
    REQUIRE(percent_decode(encoded, Plus::is_blank) == value);
    REQUIRE(percent_decode(encoded, Plus::is_plus) == value);
  }
}

}  // namespace
}  // namespace coffeeauth::http
