#include "coffeeauth/bearer.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include <string>

using namespace coffeeauth;

namespace {

std::string read(std::string_view authorization) {
  const auto token = bearer_token(authorization);
  return token ? std::string{*token} : std::string{wire_name(token.error().code)};
}

}  // namespace

TEST_CASE("the scheme of a bearer token is read in any letter case") {
  for (const char* const scheme : {"Bearer", "bearer", "BEARER", "bEaReR"}) {
    CHECK(read(std::string{scheme} + " abc.def-_~+/==") == "abc.def-_~+/==");
    CHECK(read("  " + std::string{scheme} + " \t abc  ") == "abc");
    CHECK(read(scheme) == "token_invalid");
    CHECK(read(std::string{scheme} + " a b") == "token_invalid");
  }
  CHECK(read("Bearer " + std::string(4'096, 'a')).size() == 4'096);
  CHECK(read("Bearer " + std::string(4'097, 'a')) == "token_invalid");
}

TEST_CASE("no scheme and another scheme are no authentication at all") {
  for (const char* const value :
       {"", " ", "Basic YWRhOng=", "abc", "Bearerabc", "Bear abc", "Bearer,x"}) {
    CAPTURE(value);
    CHECK(read(value) == "not_authenticated");
  }
}
