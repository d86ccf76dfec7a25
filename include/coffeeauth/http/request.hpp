#pragma once
/// Request and Response: the types exchanged by a web framework and the REST API.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/export.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace http {

/// One header field (RFC 9110 5).
struct Header {
  /// In any letter case; compared case-insensitively.
  std::string name;
  /// Without surrounding blanks.
  std::string value;
};

/// One complete HTTP request. An adapter fills it in and makes no decisions.
struct Request {
  /// The method as sent: `GET`.
  std::string method;
  /// The target in origin form as sent: `/api/users?page=2`.
  std::string target;
  /// In order of arrival.
  std::vector<Header> headers{};
  /// At most ApiOptions::max_body octets: for a larger one an adapter sends
  /// Api::problem(errors::payload_too_large) and stops reading.
  std::string body{};
  /// The IP address of the connection's peer, without port. The API takes trusted proxies into
  /// account itself.
  std::string peer_address{};

  /// The value of the first field called `name`, ignoring case; an empty view when there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const noexcept;
  /// The number of fields called `name`.
  [[nodiscard]] std::size_t header_count(std::string_view name) const noexcept;
};

/// One HTTP response. The adapter adds `Content-Length`, `Date` and `Connection`, and sends only
/// the header fields in response to HEAD.
struct Response {
  /// The status code (RFC 9110 15).
  int status = 200;
  /// In the order to be sent; names may repeat.
  std::vector<Header> headers;
  /// Shared, so that a cached body is sent without a copy. Null when there is none.
  std::shared_ptr<const std::string> body;

  /// Replaces the first field called `name`, or adds one.
  void set(std::string_view name, std::string value);
  /// The value of the first field called `name`, ignoring case; an empty view when there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const noexcept;
  /// The body; an empty view when there is none.
  [[nodiscard]] std::string_view text() const noexcept;
};

/// Returns the reason phrase of RFC 9110 for `status`; empty for an unknown status.
[[nodiscard]] std::string_view reason_phrase(int status) noexcept;

}  // namespace http
}  // namespace coffeeauth
