#pragma once
/// Tokens: what a login hands out, and the proof that an access token was checked.

#include <chrono>
#include <cstdint>
#include <string>

#include "coffeeauth/claims.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/ids.hpp"
#include "coffeeauth/secret.hpp"
#include "coffeeauth/time.hpp"
#include "coffeeauth/user.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// What an access token says (RFC 7519, RFC 9068): `iss sub aud client_id iat
/// exp jti sid role ver`.
struct AccessClaims {
  /// `iss`: TokenConfig::issuer.
  std::string issuer;
  /// `sub`: the account.
  UserId subject;
  /// `aud`: TokenConfig::audience.
  std::string audience;
  /// `client_id`: TokenConfig::client_id, or the audience.
  std::string client_id;
  /// Whole seconds on the wire.
  UtcTime issued_at{};
  /// Whole seconds on the wire; the token is good before it.
  UtcTime expires_at{};
  /// `jti`: different for each token.
  std::string token_id;
  /// `sid`: the session it belongs to.
  SessionId session;
  /// The value at the time the token was made; a later change stops the token.
  Role role = Role::user;
  /// The user's security_version when the token was made.
  std::int64_t version = 0;
  /// What each ClaimsSource added.
  Claims extra{};
};

/// The proof that a token was signed by one of our keys, is meant for us, and had not expired when
/// it was verified.
///
/// Only the verifier makes one, so a function that takes a VerifiedToken needs no check of its own.
/// It does not say that the user still exists or still has the role: ask
/// SessionService::authenticate_token().
class VerifiedToken {
 public:
  /// What it says.
  [[nodiscard]] const AccessClaims& claims() const noexcept { return claims_; }

 private:
  friend class TokenService;
  explicit VerifiedToken(AccessClaims claims) : claims_(std::move(claims)) {}
  AccessClaims claims_;
};

/// What a successful login or refresh hands to the client. Both tokens are secrets.
struct TokenPair {
  /// For the Authorization header; a JWT.
  Secret access_token;
  /// For SessionService::refresh(), once; opaque.
  Secret refresh_token;
  /// How long the access token is good.
  std::chrono::seconds expires_in{};
};

}  // namespace coffeeauth
