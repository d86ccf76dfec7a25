#pragma once
/// Tokens: the result of a login, and the proof that an access token was verified.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "coffeeauth/claims.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/ids.hpp"
#include "coffeeauth/secret.hpp"
#include "coffeeauth/time.hpp"
#include "coffeeauth/user.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// The claims of an access token (RFC 7519, RFC 9068): `iss sub aud client_id iat exp jti sid role
/// ver`, and where features bring methods of login `auth_time acr amr`.
struct AccessClaims {
  /// `iss`: TokenConfig::issuer.
  std::string issuer;
  /// `sub`: the account.
  UserId subject;
  /// `aud`: TokenConfig::audience.
  std::string audience;
  /// `client_id`: TokenConfig::client_id, or the audience.
  std::string client_id;
  /// `iat`; whole seconds in the token.
  UtcTime issued_at{};
  /// `exp`; whole seconds in the token, which is valid before it.
  UtcTime expires_at{};
  /// `jti`: unique to each token.
  std::string token_id;
  /// `sid`: the session.
  SessionId session;
  /// `role` when the token was issued; a later change invalidates the token.
  Role role = Role::user;
  /// `ver`: the user's security_version when the token was issued.
  std::int64_t version = 0;
  /// `auth_time`: when the user last authenticated; in tokens of services with features that bring
  /// methods of login.
  std::optional<UtcTime> authenticated_at{};
  /// `acr`: the assurance of that authentication, `aal1` or `aal2`; empty like `auth_time`.
  std::string assurance{};
  /// `amr`: its methods (RFC 8176); empty like `auth_time`.
  std::vector<std::string> methods{};
  /// The claims added by each ClaimsSource.
  Claims extra{};
};

/// Proof that a token was signed with one of the service's keys, has the right audience, and had
/// not expired when it was verified.
///
/// Only TokenService creates one, so a function that takes a VerifiedToken need not check it again.
/// It does not prove that the user still exists or has the role: call
/// SessionService::authenticate_token() for that.
class VerifiedToken {
 public:
  /// The claims of the token.
  [[nodiscard]] const AccessClaims& claims() const noexcept { return claims_; }

 private:
  friend class TokenService;
  explicit VerifiedToken(AccessClaims claims) : claims_(std::move(claims)) {}
  AccessClaims claims_;
};

/// The tokens that a login or refresh returns to the client. Both are secrets.
struct TokenPair {
  /// For the Authorization header; a JWT.
  Secret access_token;
  /// For SessionService::refresh(); opaque, and valid once.
  Secret refresh_token;
  /// How long the access token is valid.
  std::chrono::seconds expires_in{};
};

}  // namespace coffeeauth
