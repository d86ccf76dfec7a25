#pragma once
/// Request and Response: what a web framework and the REST API exchange. No framework in sight.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/export.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace http {

/// One header field (RFC 9110 5).
struct Header {
  /// In any letter case; compared without it.
  std::string name;
  /// Without surrounding blanks.
  std::string value;
};

/// One HTTP request, whole. An adapter fills it and decides nothing.
struct Request {
  /// The method as it was sent: `GET`.
  std::string method;
  /// Origin-form target as on the wire: `/api/users?page=2`.
  std::string target;
  /// In order; names in any letter case.
  std::vector<Header> headers{};
  /// At most ApiOptions::max_body octets: an adapter that sees more answers Api::problem(
  /// errors::payload_too_large) without reading on.
  std::string body{};
  /// The address of the peer of the connection, without port. The API itself applies
  /// TRUSTED_PROXIES.
  std::string peer_address{};

  /// The value of the first field of that name (letter case aside), or nothing's empty view.
  [[nodiscard]] std::string_view header(std::string_view name) const noexcept;
  /// How many fields have that name.
  [[nodiscard]] std::size_t header_count(std::string_view name) const noexcept;
};

/// One HTTP response. The adapter adds `Content-Length`, `Date` and `Connection`, and for a HEAD
/// request sends the header fields only.
struct Response {
  /// RFC 9110 15.
  int status = 200;
  /// In the order to be sent; names may repeat.
  std::vector<Header> headers;
  /// Shared, so that a cached body is sent without a copy. Null for none.
  std::shared_ptr<const std::string> body;

  /// Replaces the first field of that name, or adds one.
  void set(std::string_view name, std::string value);
  /// The value of the first field of that name (letter case aside), or an empty view.
  [[nodiscard]] std::string_view header(std::string_view name) const noexcept;
  /// The body, or an empty view when there is none.
  [[nodiscard]] std::string_view text() const noexcept;
};

/// The reason phrase of RFC 9110 for `status`, or empty.
[[nodiscard]] std::string_view reason_phrase(int status) noexcept;

}  // namespace http
}  // namespace coffeeauth
