#include "lib/http/cors.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <stdexcept>
#include <utility>

#include "coffeeauth/url.hpp"
#include "lib/http/problem.hpp"
#include "lib/http/syntax.hpp"

namespace coffeeauth::http {
namespace {

/// What every page may send, whether it asks for it or not.
constexpr std::string_view known_fields =
    "Authorization, Baggage, Content-Type, Idempotency-Key, If-Match, If-None-Match, Sentry-Trace, "
    "Traceparent, Tracestate, X-Request-ID";
/// Beside the known ones; more is no page's library but somebody's play.
constexpr std::size_t most_asked_fields = 32;
constexpr std::size_t longest_field_name = 64;
/// What only proxies say: a page must not make its visitor's browser say it.
constexpr std::array<std::string_view, 5> proxy_fields{"Forwarded", "Via", "X-Real-IP",
                                                       "X-Client-IP", "True-Client-IP"};

bool is_field_name(std::string_view text) noexcept {
  return !text.empty() && text.size() <= longest_field_name &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_';
         });
}

bool lists(std::string_view list, std::string_view name) noexcept {
  while (!list.empty()) {
    if (equal_ignoring_case(take_item(list, ','), name)) return true;
  }
  return false;
}

bool is_for_proxies(std::string_view name) noexcept {
  constexpr std::string_view forwarded = "X-Forwarded-";
  return equal_ignoring_case(name.substr(0, forwarded.size()), forwarded) ||
         std::any_of(proxy_fields.begin(), proxy_fields.end(),
                     [&](std::string_view known) { return equal_ignoring_case(known, name); });
}

/// The known fields and those that were asked for. Which ones a tracing library adds is its own
/// affair, and nothing hangs on a field that is not known here: no answer depends on it, and no
/// cookie is ever sent along.
std::string allowed_fields(std::string_view asked) {
  std::string fields{known_fields};
  std::size_t added = 0;
  while (!asked.empty() && added < most_asked_fields) {
    const auto name = take_item(asked, ',');
    if (!is_field_name(name) || is_for_proxies(name) || lists(fields, name)) continue;
    fields.append(", ").append(name);
    ++added;
  }
  return fields;
}

/// Adds a name to Vary, which may already say what else the answer depends on.
void vary_by(Response& response, std::string_view field) {
  auto known = std::string{response.header("Vary")};
  if (known == "*" || lists(known, field)) return;
  response.set("Vary", known.empty() ? std::string{field} : known + ", " + std::string{field});
}

}  // namespace

CorsPolicy::CorsPolicy(std::vector<std::string> origins) : origins_(std::move(origins)) {
  for (auto& origin : origins_) {
    any_ = any_ || origin == "*";
    if (origin == "*") continue;
    // Written as browsers send it, or it would never match.
    auto normal = parse_origin(origin);
    if (!normal) {
      throw std::invalid_argument("not an origin (like https://app.example): " + origin);
    }
    origin = *std::move(normal);
  }
}

std::string_view CorsPolicy::allowed_origin(std::string_view origin) const noexcept {
  if (origin.empty()) return {};
  if (any_) return "*";
  const auto found = std::find(origins_.begin(), origins_.end(), origin);
  return found != origins_.end() ? std::string_view{*found} : std::string_view{};
}

void CorsPolicy::allow(std::string_view origin, Response& response) const {
  if (origins_.empty()) return;
  // Also on answers to others: a shared cache must not hand one origin's answer to another.
  if (!any_) vary_by(response, "Origin");
  const auto allowed = allowed_origin(origin);
  if (allowed.empty()) return;
  response.set("Access-Control-Allow-Origin", std::string{allowed});
  response.set("Access-Control-Expose-Headers",
               "Accept-Encoding, ETag, Retry-After, WWW-Authenticate, X-Cache, X-Request-ID");
}

void CorsPolicy::allow_unread(Response& response) const {
  allow(origins_.size() == 1 ? std::string_view{origins_.front()} : any_ ? "*" : "", response);
}

Response CorsPolicy::preflight(const Request& request, const std::string& allow) const {
  auto response = no_content();
  response.set("Allow", allow);
  if (origins_.empty()) return response;
  vary_by(response, "Access-Control-Request-Headers");
  if (!allowed_origin(request.header("Origin")).empty()) {
    response.set("Access-Control-Allow-Methods", allow);
    response.set("Access-Control-Allow-Headers",
                 allowed_fields(request.header("Access-Control-Request-Headers")));
    response.set("Access-Control-Max-Age", "600");
  }
  return response;
}

}  // namespace coffeeauth::http
