#pragma once
/// Tokens: what a login hands out, and the proof that an access token was checked.

#include <chrono>
#include <cstdint>
#include <string>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ids.hpp"
#include "coffeeauth/secret.hpp"
#include "coffeeauth/time.hpp"
#include "coffeeauth/user.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// What an access token says (RFC 7519, RFC 9068): `iss sub aud iat exp jti sid role ver`.
struct AccessClaims {
  std::string issuer;
  UserId subject;
  std::string audience;
  /// Whole seconds on the wire.
  UtcTime issued_at{};
  UtcTime expires_at{};
  std::string token_id;
  SessionId session;
  Role role = Role::user;
  /// The user's security_version when the token was made.
  std::int64_t version = 0;
};

/// The proof that a token was signed by one of our keys, is meant for us, and had not expired when
/// it was verified.
///
/// Only the verifier makes one, so a function that takes a VerifiedToken needs no check of its own.
/// It does not say that the user still exists or still has the role: ask
/// SessionService::authorise().
class VerifiedToken {
 public:
  [[nodiscard]] const AccessClaims& claims() const noexcept { return claims_; }

 private:
  friend class TokenService;
  explicit VerifiedToken(AccessClaims claims) : claims_(std::move(claims)) {}
  AccessClaims claims_;
};

/// What a successful login or refresh hands to the client. Both tokens are secrets.
struct TokenPair {
  Secret access_token;
  Secret refresh_token;
  /// How long the access token is good.
  std::chrono::seconds expires_in{};
};

}  // namespace coffeeauth
