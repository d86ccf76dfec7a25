#pragma once
/// Claims: members of access tokens beyond the library's own.

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/session.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// The value of a claim: a boolean, an integer, a string, or a list of strings.
using ClaimValue = std::variant<bool, std::int64_t, std::string, std::vector<std::string>>;

/// Claims by name.
using Claims = std::map<std::string, ClaimValue, std::less<>>;

/// Adds claims to access tokens, such as a loyalty tier or a tenant. Must be thread-safe.
class ClaimsSource {
 public:
  virtual ~ClaimsSource() = default;
  ClaimsSource(const ClaimsSource&) = delete;
  ClaimsSource& operator=(const ClaimsSource&) = delete;

  /// Returns the claims to add to an access token that is about to be issued for `live`.
  ///
  /// Called at every login and refresh, outside any transaction, so it may read from a Store; an
  /// exception fails that login or refresh. A token keeps its claims until it expires: do not put
  /// in what must be revoked sooner. A name of the library's own claims (RFC 7519 4.1, RFC 9068
  /// 2.2, `sid`, `role`, `ver`) or of another source throws std::logic_error out of the login, and
  /// so does a token longer than 4,096 octets.
  [[nodiscard]] virtual Claims claims_of(const LiveSession& live) = 0;

 protected:
  ClaimsSource() = default;
};

}  // namespace coffeeauth
