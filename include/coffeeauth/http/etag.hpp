#pragma once
/// Entity tags and the preconditions made of them (RFC 9110 8.8.3, 13.1).

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/http/request.hpp"
#include "coffeeauth/result.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace http {

/// A strong tag of exactly these octets.
[[nodiscard]] std::string content_etag(std::string_view body);
/// The tag of a thing that counts its changes.
[[nodiscard]] std::string version_etag(std::int64_t version);

/// Whether If-None-Match holds `etag` (compared weakly) or `*`.
[[nodiscard]] bool none_match_fails(const Request& request, std::string_view etag) noexcept;

/// What If-Match asks for.
struct ExpectedVersions {
  /// No If-Match, or `*`.
  bool any = true;
  /// The versions that would do; empty when none can (tags of something else).
  std::vector<std::int64_t> versions{};
};
/// A weak tag counts as the strong one. RFC 9110 13.1.1 compares strongly, because equal weak tags
/// may stand for different octets; these stand for a version, and a proxy that compresses the
/// answer (nginx) marks as weak what it passes on.
/// Error: invalid_request when the field is no list of entity tags.
[[nodiscard]] Result<ExpectedVersions> read_if_match(const Request& request);

}  // namespace http
}  // namespace coffeeauth
