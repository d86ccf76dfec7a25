#include "lib/http/cors.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "lib/http/problem.hpp"
#include "lib/http/syntax.hpp"

namespace coffeeauth::http {
namespace {

bool is_origin(std::string_view text) noexcept {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!text.starts_with(scheme)) continue;
    const auto host = text.substr(scheme.size());
    return !host.empty() && host.find_first_of("/?#@*\\ ,") == std::string_view::npos &&
           !has_ascii_controls(host);
  }
  return false;
}

}  // namespace

CorsPolicy::CorsPolicy(std::vector<std::string> origins) : origins_(std::move(origins)) {
  for (const auto& origin : origins_) {
    any_ = any_ || origin == "*";
    if (origin != "*" && !is_origin(origin)) {
      throw std::invalid_argument("not an origin (like https://app.example): " + origin);
    }
  }
}

std::string_view CorsPolicy::allowed_origin(const Request& request) const noexcept {
  const auto origin = request.header("Origin");
  if (origin.empty()) return {};
  if (any_) return "*";
  const auto found = std::find(origins_.begin(), origins_.end(), origin);
  return found != origins_.end() ? std::string_view{*found} : std::string_view{};
}

void CorsPolicy::allow(const Request& request, Response& response) const {
  if (origins_.empty()) return;
  // Also on answers to others: a shared cache must not hand one origin's answer to another.
  if (!any_) response.set("Vary", "Origin");
  const auto origin = allowed_origin(request);
  if (origin.empty()) return;
  response.set("Access-Control-Allow-Origin", std::string{origin});
  response.set("Access-Control-Expose-Headers",
               "ETag, Retry-After, WWW-Authenticate, X-Cache, X-Request-ID");
}

Response CorsPolicy::preflight(const Request& request, const std::string& allow) const {
  auto response = no_content();
  response.set("Allow", allow);
  if (!allowed_origin(request).empty()) {
    response.set("Access-Control-Allow-Methods", allow);
    response.set("Access-Control-Allow-Headers",
                 "Authorization, Content-Type, If-Match, If-None-Match");
    response.set("Access-Control-Max-Age", "600");
  }
  return response;
}

}  // namespace coffeeauth::http
