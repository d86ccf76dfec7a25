// The small values of requests: names, passwords, ids, dates, queries, conditions, credentials.

#include <algorithm>
#include <string>

#include <nlohmann/json.hpp>

#include "adapters/server/src/log.hpp"
#include "coffeeauth/http/etag.hpp"
#include "coffeeauth/ids.hpp"
#include "coffeeauth/language.hpp"
#include "coffeeauth/password.hpp"
#include "coffeeauth/time.hpp"
#include "coffeeauth/user_service.hpp"
#include "lib/http/bearer.hpp"
#include "lib/http/json_writer.hpp"
#include "lib/http/query.hpp"
#include "lib/http/schemas.hpp"
#include "lib/http/syntax.hpp"
#include "lib/values/unicode.hpp"
#include "tests/fuzz/target.hpp"

namespace coffeeauth {
namespace {

using fuzz::hold;

void check_texts(std::string_view input) {
  const auto points = http::count_code_points(input);
  hold(points.has_value() == unicode::is_valid(input), "two readers of UTF-8 agree");
  if (points) hold(*points == unicode::count_code_points(input), "and count alike");

  if (const auto name = parse_name("first_name", input)) {
    hold(unicode::is_valid(*name) && !unicode::has_controls(*name), "a name is one line");
    hold(unicode::count_code_points(*name) <= 150, "a name has 150 characters");
    const auto again = parse_name("first_name", *name);
    hold(again && *again == *name, "a name is its own name");
  }
  if (const auto password = Password::parse(input)) {
    const auto again = Password::parse(password->expose_secret());
    hold(again && again->expose_secret() == password->expose_secret(), "a password is its own");
    hold(password->code_points() <= 128, "a password has 128 characters");
  }
}

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

void check_languages(std::string_view input) {
  const auto language = Language::parse(input);
  if (!language) return;
  const auto& tag = language->tag();
  hold(!tag.empty() && tag.size() <= 12, "a tag is short");
  hold(tag.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") ==
           std::string::npos,
       "a tag is letters, digits and hyphens");
  const auto again = Language::parse(tag);
  hold(again && *again == *language, "a tag is its own tag");
}

/// What ends up in answers and in logs.
void check_written(std::string_view input) {
  const auto escaped = server::json_escaped(input);
  hold(is_plain(escaped), "nothing in a log line ends it or reaches a terminal");
  const auto logged = nlohmann::json::parse("\"" + escaped + "\"", nullptr, false);
  hold(logged.is_string(), "a field of a log is a JSON text");
  if (!unicode::is_valid(input)) return;
  hold(logged == std::string{input}, "and says what it was");
  http::JsonWriter json;
  json.begin_object().key(input).text(input).end_object();
  const auto read = nlohmann::json::parse(json.take(), nullptr, false);
  hold(read.is_object() && read.value(std::string{input}, std::string{"-"}) == input,
       "a text in an answer reads as it was");
}

void check_ids_and_dates(std::string_view input) {
  if (const auto id = parse_uuid(input)) {
    std::string lower{input};
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    hold(to_uuid_string(*id) == lower, "an id reads back");
  }
  if (const auto time = parse_rfc3339(input)) {
    hold(parse_rfc3339(to_rfc3339(*time)) == time, "a date reads back");
    hold(to_rfc3339(*time).substr(0, 19) == input.substr(0, 19), "to the second");
  }
}

void check_query(std::string_view input) {
  const auto decoded = http::percent_decode(input, http::Plus::is_plus);
  if (decoded) {
    hold(http::percent_decode(http::percent_encode(*decoded), http::Plus::is_blank) == *decoded,
         "what is encoded decodes to itself");
  }
  static const std::vector<http::NamedSchema> declared{
      {"page", http::schemas::integer("", 1)},
      {"search", http::schemas::text("", 16, "ada")},
      {"role", http::schemas::choice("", {"user", "admin"})},
      {"flag", http::schemas::boolean("")}};
  const auto query = http::read_query(input, declared);
  if (!query) return;
  std::string written;
  for (const auto& [name, value] : *query) {
    hold(name == "page" || name == "search" || name == "role" || name == "flag", "declared");
    hold(name != "search" || http::count_code_points(value).value_or(99) <= 16, "is as long");
    hold(name != "role" || value.empty() || value == "user" || value == "admin", "is a choice");
    hold(name != "flag" || value.empty() || http::parse_flag(value).has_value(), "is a switch");
    http::append_query(written, name, value);
  }
  const auto again =
      http::read_query(std::string_view{written}.substr(written.empty() ? 0 : 1), declared);
  hold(again.has_value() && *again == *query, "a query that is written again reads the same");
}

void check_conditions(std::string_view input) {
  const http::Request request{.method = "GET",
                              .target = "/",
                              .headers = {{"If-Match", std::string{input}},
                                          {"If-None-Match", std::string{input}},
                                          {"Authorization", std::string{input}}}};
  if (const auto expected = http::read_if_match(request)) {
    for (const auto version : expected->versions) {
      const auto digits = std::to_string(version);
      hold(input.find(digits.substr(0, 1)) != std::string_view::npos, "a version was named");
    }
    hold(!expected->any || http::trim(input) == "*", "only a star means any version");
  }
  if (http::none_match_fails(request, "\"abc\"")) {
    hold(input.find("\"abc\"") != std::string_view::npos || http::trim(input) == "*",
         "only the tag itself matches");
  }
  const auto bearer = http::read_bearer(request);
  hold(bearer.state != http::BearerState::present ||
           (!bearer.token.empty() && bearer.token.size() <= 4'096 &&
            bearer.token.find_first_of(" \t\",;") == std::string_view::npos),
       "a bearer token is one word");
}

}  // namespace
}  // namespace coffeeauth

COFFEEAUTH_FUZZ_TARGET(values) {
  using namespace coffeeauth;
  check_texts(input);
  check_languages(input);
  check_written(input);
  check_ids_and_dates(input);
  check_query(input);
  check_conditions(input);
}
