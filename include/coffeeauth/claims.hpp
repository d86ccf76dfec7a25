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

/// The value of a claim: `true`, a whole number, a text, or a list of texts.
using ClaimValue = std::variant<bool, std::int64_t, std::string, std::vector<std::string>>;

/// Claims by name.
using Claims = std::map<std::string, ClaimValue, std::less<>>;

/// Adds claims to access tokens: a loyalty tier, a tenant. Callable from many threads.
class ClaimsSource {
 public:
  virtual ~ClaimsSource() = default;
  ClaimsSource(const ClaimsSource&) = delete;
  ClaimsSource& operator=(const ClaimsSource&) = delete;

  /// What a token that is about to be made for that session says besides.
  ///
  /// Asked at every login and refresh, outside any transaction, so it may read from a Store; what
  /// it throws fails that login or refresh. A token keeps its claims until it expires: what must
  /// end sooner does not belong into it. Names of the library's own claims (RFC 7519 4.1, RFC 9068
  /// 2.2, `sid`, `role`, `ver`) and names of another source end in std::logic_error, as does a
  /// token that becomes longer than 4,096 octets.
  [[nodiscard]] virtual Claims claims_of(const LiveSession& live) = 0;

 protected:
  ClaimsSource() = default;
};

}  // namespace coffeeauth
