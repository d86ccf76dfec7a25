#include "coffeeauth/http/etag.hpp"

#include <set>

#include "fixture.hpp"

namespace coffeeauth::http {
namespace {

bool not_modified(std::string value, std::string_view tag = "\"7\"") {
  return none_match_fails(with_headers({{"If-None-Match", std::move(value)}}), tag);
}

/// The versions that would do: `7,8`; `any`; or `refused`.
std::string expected(std::vector<Header> headers) {
  const auto read = read_if_match(with_headers(std::move(headers)));
  if (!read) return read.error().code == ErrorCode::invalid_request ? "refused" : "another error";
  if (read->any) return "any";
  std::string text;
  for (const auto version : read->versions) {
    text.append(text.empty() ? "" : ",").append(std::to_string(version));
  }
  return text;
}
std::string expected(std::string value) { return expected({{"If-Match", std::move(value)}}); }

TEST_CASE("equal octets have one tag, and others another") {
  CHECK(content_etag("a") == content_etag("a"));
  std::set<std::string> tags;
  for (int i = 0; i < 1'000; ++i)
    tags.insert(content_etag(std::string(static_cast<std::size_t>(i), 'x')));
  CHECK(tags.size() == 1'000);
  CHECK(content_etag("").size() == 34);
  CHECK(version_etag(7) == "\"7\"");
}

TEST_CASE("If-None-Match is a list, compared weakly") {
  CHECK(not_modified("\"7\""));
  CHECK(not_modified("W/\"7\""));
  CHECK(not_modified("*"));
  CHECK(not_modified("\"6\", \"7\""));
  CHECK(not_modified("\"a,b\" , W/\"7\""));
  for (const char* const value :
       {"", "7", "\"77\"", "\"6\"", "\"7", "7\"", "w/\"7\"", "\"6\" \"7\"", "**"}) {
    CAPTURE(value);
    CHECK_FALSE(not_modified(value));
  }
  CHECK_FALSE(none_match_fails(with_headers({}), "\"7\""));
}

TEST_CASE("If-Match names the versions that would do") {
  CHECK(expected(std::vector<Header>{}) == "any");
  CHECK(expected("*") == "any");
  CHECK(expected("\"7\"") == "7");
  CHECK(expected("\"7\", \"8\"") == "7,8");
  CHECK(expected(" \"7\" ,\"8\" ") == "7,8");
}

TEST_CASE("a tag that a proxy made weak names the version that it named before") {
  CHECK(expected("W/\"7\"") == "7");
  CHECK(expected("W/\"7\", \"8\" ,W/\"9\"") == "7,8,9");
}

TEST_CASE("a tag that is none of ours is no version") {
  for (const char* const value : {"W/\"x\"", "W/\"\"", "\"x\"", "\"\"", "\"7x\"", "\" 7\"",
                                  "\"+7\"", "\"7.0\"", "\"99999999999999999999\""}) {
    CAPTURE(value);
    CHECK(expected(value) == "");
  }
}

TEST_CASE("an If-Match out of grammar is refused, never taken for any") {
  for (const char* const value :
       {"", " ", "7", "\"7", "7\"", "\"7\" \"8\"", "\"7\";", "*, \"7\"", "W/", "w/\"7\""}) {
    CAPTURE(value);
    CHECK(expected(value) == "refused");
  }
  CHECK(expected({{"If-Match", "\"7\""}, {"if-match", "\"8\""}}) == "refused");
}

}  // namespace
}  // namespace coffeeauth::http
