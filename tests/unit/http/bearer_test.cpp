#include "lib/http/bearer.hpp"

#include "fixture.hpp"

namespace coffeeauth::http {
namespace {

/// The token, or `absent` or `malformed`.
std::string read(std::vector<Header> headers) {
  const auto request = with_headers(std::move(headers));
  const auto bearer = read_bearer(request);
  switch (bearer.state) {
    case BearerState::absent:
      return "absent";
    case BearerState::malformed:
      return "malformed";
    case BearerState::present:
      return std::string{bearer.token};
  }
  return {};
}
std::string read(std::string value) { return read({{"Authorization", std::move(value)}}); }

TEST_CASE("a bearer token is what stands behind its scheme") {
  CHECK(read("Bearer abc.def-_~+/==") == "abc.def-_~+/==");
  CHECK(read("bearer abc") == "abc");
  CHECK(read("BEARER   abc  ") == "abc");
  CHECK(read({{"authorization", "Bearer abc"}}) == "abc");
  CHECK(read("Bearer " + std::string(4'096, 'a')) == std::string(4'096, 'a'));
}

TEST_CASE("another scheme is no bearer token") {
  CHECK(read(std::vector<Header>{}) == "absent");
  for (const char* const value : {"", "Basic YWRhOng=", "abc", "Bearerabc", "Token abc"}) {
    CHECK(read(value) == "absent");
  }
}

TEST_CASE("a token out of grammar is malformed") {
  for (const char* const value :
       {"Bearer", "Bearer ", "Bearer a b", "Bearer a,b", "Bearer =", "Bearer a=b", "Bearer \"a\"",
        "Bearer \xC3\xA9", "Bearer a\x01", "Bearer a;b"}) {
    CAPTURE(value);
    CHECK(read(value) == "malformed");
  }
  CHECK(read("Bearer " + std::string(4'097, 'a')) == "malformed");
  CHECK(read({{"Authorization", "Bearer a"}, {"authorization", "Bearer a"}}) == "malformed");
  CHECK(read({{"Authorization", "Basic x"}, {"authorization", "Bearer a"}}) == "malformed");
}

}  // namespace
}  // namespace coffeeauth::http
