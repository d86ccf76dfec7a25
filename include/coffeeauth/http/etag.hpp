#pragma once
/// Entity tags and conditional requests (RFC 9110 8.8.3, 13.1). Pure functions.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/http/request.hpp"
#include "coffeeauth/result.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace http {

/// Returns a strong tag for exactly these octets.
[[nodiscard]] std::string content_etag(std::string_view body);
/// Returns the tag of a resource with a version number.
[[nodiscard]] std::string version_etag(std::int64_t version);

/// Whether If-None-Match contains `etag` (weak comparison) or `*`.
[[nodiscard]] bool none_match_fails(const Request& request, std::string_view etag) noexcept;

/// The condition of an If-Match field.
struct ExpectedVersions {
  /// True without If-Match, or for `*`.
  bool any = true;
  /// The versions that match; empty when no version can (tags of another resource).
  std::vector<std::int64_t> versions{};
};
/// Reads If-Match; weak tags count as strong ones. RFC 9110 13.1.1 requires strong comparison,
/// since equal weak tags may denote different octets; these tags denote a version, and proxies that
/// compress responses (nginx) weaken them. Error: invalid_request when the field is not a list of
/// entity tags.
[[nodiscard]] Result<ExpectedVersions> read_if_match(const Request& request);

}  // namespace http
}  // namespace coffeeauth
