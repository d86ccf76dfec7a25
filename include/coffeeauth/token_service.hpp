#pragma once
/// TokenService: makes and checks access tokens with the keys kept in the Store.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/claims.hpp"
#include "coffeeauth/config.hpp"
#include "coffeeauth/error.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/clock.hpp"
#include "coffeeauth/ports/event_sink.hpp"
#include "coffeeauth/ports/random_source.hpp"
#include "coffeeauth/ports/signing_key.hpp"
#include "coffeeauth/ports/store.hpp"
#include "coffeeauth/result.hpp"
#include "coffeeauth/token.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

class Vault;

/// The signing key in the Store was sealed with another secret key than this process has. Nothing
/// can be signed or checked, and no token is refused for it: what clients hold may be good.
class SecretKeyMismatch : public Unavailable {
 public:
  SecretKeyMismatch();
};

/// A key of the service as an operator sees it.
struct KeySummary {
  /// The `kid` of the tokens it signs.
  std::string kid;
  /// The only one it is used with.
  SigningAlgorithm algorithm{};
  /// When it was made.
  UtcTime created_at{};
  /// From when on it signs.
  UtcTime signs_from{};
  /// Until when it verifies; nothing while no end is set.
  std::optional<UtcTime> verifies_until{};
  /// Whether it is the one that signs now.
  bool current = false;
};

/// When the key that a rotation makes begins to sign.
enum class KeyStart {
  /// When whoever keeps the published keys has had to fetch them again: TokenConfig::jwks_max_age +
  /// key_publication_margin from now.
  after_publication,
  /// At once, for a key that leaked. Other services refuse its tokens until they fetch the keys.
  now,
};

/// Access tokens as signed JWTs (RFC 7519, RFC 9068), strict by RFC 8725.
///
/// On first use the signing key is made and kept in the Store, sealed, so that every process has
/// it. Keys made or rotated by another process are picked up when an unknown `kid` is seen or the
/// copy in memory is older than a second. Callable from any thread; verifying a token seen
/// before costs a look-up in a bounded cache keyed by a hash of the token.
class TokenService {
 public:
  /// Borrows everything; `vault` opens the sealed keys, `events` hears of rotations and must
  /// not throw.
  TokenService(const TokenConfig& config, Store& store, const Vault& vault,
               SigningKeyFactory& factory, Clock& clock, RandomSource& random, EventSink& events);
  ~TokenService();
  TokenService(const TokenService&) = delete;
  TokenService& operator=(const TokenService&) = delete;

  /// Borrows `source`, whose claims every token has from now on. To be called before the first
  /// token is made.
  void add(ClaimsSource& source);

  /// Does nothing when the Store has no signing key yet, or one that this process can open. Throws
  /// SecretKeyMismatch otherwise, and Unavailable when the Store cannot be asked.
  void check();
  /// Makes sure that issue() will find a key to sign with; makes the first one. Throws as check().
  void require_signer();

  /// An access token for that session of that user, good for TokenConfig::access_lifetime.
  /// Throws as check(), what a ClaimsSource throws, and std::logic_error for claims that cannot be.
  [[nodiscard]] Secret issue(const LiveSession& live);

  /// Checks everything that can be checked without asking for the user: three canonical parts, a
  /// known `kid`, the algorithm of that key, `typ` at+jwt, signature, `iss`, `aud`, integer
  /// `exp`/`iat`/`nbf`, every claim present, no duplicate member.
  /// Errors: token_expired (right in all else), token_invalid (anything else).
  [[nodiscard]] Result<VerifiedToken> verify(std::string_view token);
  /// verify() answers token_invalid for this token from now on: its session or user stopped it for
  /// good. A hint for this process, which may forget it.
  void note_stopped(std::string_view token);

  /// The public keys as a JWK Set (RFC 7517 5), those that will sign soon included. Throws as
  /// check().
  [[nodiscard]] std::string jwks();

  /// Every key that still signs or verifies.
  [[nodiscard]] std::vector<KeySummary> list_keys();
  /// Makes a new key, published at once, that signs from `start` on; until then the old one does,
  /// which goes on verifying for access_lifetime + key_overlap after that. A key that was waiting
  /// to sign is passed over by KeyStart::now. Emits signing_key_rotated. Error: version_conflict
  /// when another process rotated at the same moment, or when a key is waiting to sign and `start`
  /// is after_publication.
  [[nodiscard]] Result<KeySummary> rotate_key(KeyStart start = KeyStart::after_publication);
  /// Deletes a key that leaked: its tokens stop at once here, on other processes within
  /// a second, and elsewhere when the published keys are fetched again. Refresh tokens are not
  /// affected. When it was the one that signs, another takes its place with the next token. Emits
  /// signing_key_revoked. Error: not_found.
  [[nodiscard]] Result<void> revoke_key(std::string_view kid);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace coffeeauth
