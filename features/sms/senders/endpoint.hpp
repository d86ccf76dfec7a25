#pragma once
/// Endpoint: where requests to the gateway go. Pure.

#include <cstdint>
#include <string>

namespace coffeeauth::sms {

struct Endpoint {
  bool is_secured = true;
  /// To connect to; an IPv6 address has no brackets.
  std::string host;
  std::uint16_t port = 443;
  /// The value of the Host header.
  std::string authority;
  /// Path and query for the request line, as the operator wrote them.
  std::string target;
};

/// Throws std::invalid_argument with a text that holds no part of `url`, whose query may be a
/// token.
[[nodiscard]] Endpoint parse_endpoint(const std::string& url);

}  // namespace coffeeauth::sms
