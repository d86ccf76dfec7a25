#pragma once
/// RefreshToken: what a refresh token is made of. Opaque to everybody else. Private to the library.

#include <optional>
#include <string>
#include <string_view>

#include "coffeeauth/digest.hpp"
#include "coffeeauth/ids.hpp"
#include "coffeeauth/secret.hpp"
#include "lib/vault/vault.hpp"

namespace coffeeauth {

/// base64url( session id, 16 bytes | secret, 32 random bytes | tag, 16 bytes ).
///
/// The tag (a keyed hash of the rest) proves that a token was once ours, so that an old one can be
/// told from an invented one without keeping every old hash: only an authentic old token may end a
/// session.
class RefreshToken {
 public:
  [[nodiscard]] static RefreshToken make(const SessionId& session, const Vault& vault,
                                         RandomSource& random);
  /// Nothing for what is not exactly such a token with a right tag, under whichever secret key.
  [[nodiscard]] static std::optional<RefreshToken> parse(std::string_view text, const Vault& vault);

  [[nodiscard]] const SessionId& session() const noexcept { return session_; }
  [[nodiscard]] const RefreshTokenDigest& digest() const noexcept { return digest_; }
  /// The text a client holds.
  [[nodiscard]] std::string_view expose_secret() const noexcept { return text_.expose_secret(); }
  [[nodiscard]] Secret clone_text() const { return text_.clone(); }

 private:
  RefreshToken(SessionId session, RefreshTokenDigest digest, Secret text)
      : session_(session), digest_(digest), text_(std::move(text)) {}

  SessionId session_;
  RefreshTokenDigest digest_;
  Secret text_;
};

}  // namespace coffeeauth
