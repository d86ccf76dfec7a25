#pragma once
/// Cross-origin requests of browsers (Fetch standard, CORS protocol). Private to the library.

#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/http/request.hpp"

namespace coffeeauth::http {

/// Which origins may read answers. Credentials in the sense of cookies are never allowed: callers
/// send their bearer token themselves.
class CorsPolicy {
 public:
  /// Origins as browsers write them (`https://app.example`), or `*`; none turns CORS off. Throws
  /// std::invalid_argument for anything else.
  explicit CorsPolicy(std::vector<std::string> origins);

  /// Adds the fields that let the caller's browser read `response`, if `origin` (the request's
  /// Origin field; empty for none) may.
  void allow(std::string_view origin, Response& response) const;
  /// Does so for the answer to a request whose Origin was never read: only where one value suits
  /// every request.
  void allow_unread(Response& response) const;
  /// The answer to OPTIONS on a path whose Allow field is `allow`.
  [[nodiscard]] Response preflight(const Request& request, const std::string& allow) const;

 private:
  /// The configured spelling, never the request's own; empty when it may not.
  [[nodiscard]] std::string_view allowed_origin(std::string_view origin) const noexcept;

  std::vector<std::string> origins_;
  bool any_ = false;
};

}  // namespace coffeeauth::http
