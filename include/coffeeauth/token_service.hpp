#pragma once
/// TokenService: issues and verifies access tokens with the keys in the Store.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/claims.hpp"
#include "coffeeauth/config.hpp"
#include "coffeeauth/error.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/login.hpp"
#include "coffeeauth/ports/clock.hpp"
#include "coffeeauth/ports/event_sink.hpp"
#include "coffeeauth/ports/random_source.hpp"
#include "coffeeauth/ports/signing_key.hpp"
#include "coffeeauth/ports/store.hpp"
#include "coffeeauth/result.hpp"
#include "coffeeauth/token.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

class Vault;

/// The signing key in the Store was encrypted with another secret key than this process has. No
/// token can be issued or verified; tokens are not refused as invalid, since they may be valid.
class SecretKeyMismatch : public Unavailable {
 public:
  SecretKeyMismatch();
};

/// A signing key, as operators see it.
struct KeySummary {
  /// The `kid` of the tokens it signs.
  std::string kid;
  /// The only algorithm it is used with.
  SigningAlgorithm algorithm{};
  /// When it was created.
  UtcTime created_at{};
  /// When it starts to sign.
  UtcTime signs_from{};
  /// When it stops verifying; empty while no end is set.
  std::optional<UtcTime> verifies_until{};
  /// Whether it is the key that signs now.
  bool current = false;
};

/// When the new key of a rotation starts to sign.
enum class KeyStart {
  /// When every cache of the published keys has expired: TokenConfig::jwks_max_age +
  /// key_publication_margin from now.
  after_publication,
  /// At once, after a key leaked. Other services reject its tokens until they fetch the keys again.
  now,
};

/// Access tokens as signed JWTs (RFC 7519, RFC 9068), verified strictly by RFC 8725.
///
/// On first use the signing key is created and stored, encrypted, so that every process has it.
/// Keys created or rotated by another process are loaded when an unknown `kid` appears or the copy
/// in memory is older than one second. Thread-safe; a token verified before costs a look-up in a
/// bounded cache, keyed by a hash of the token.
class TokenService {
 public:
  /// Borrows everything; `vault` decrypts the stored keys, and `events`, which must not throw,
  /// receives rotations. Auth creates it: use Auth::tokens().
  TokenService(const TokenConfig& config, Store& store, const Vault& vault,
               SigningKeyFactory& factory, Clock& clock, RandomSource& random, EventSink& events);
  ~TokenService();
  TokenService(const TokenService&) = delete;
  TokenService& operator=(const TokenService&) = delete;

  /// Borrows `source` and adds its claims to every new token. Call it before the first token is
  /// issued.
  void add(ClaimsSource& source);

  /// Adds `auth_time`, `acr` and `amr` to every new token, from what the session keeps of its
  /// authentication; `known` are all the methods that logins can use. Call it before the first
  /// token is issued.
  void tell_methods(const LoginMethods& known);

  /// Checks that this process can decrypt the signing key in the Store, if there is one. Throws
  /// SecretKeyMismatch if it cannot, and Unavailable when the Store cannot be reached.
  void check();
  /// Makes sure that there is a key to sign with; creates the first one. Throws like check().
  void require_signer();

  /// Issues an access token for the session, valid for TokenConfig::access_lifetime. Throws like
  /// check(); any exception of a ClaimsSource; std::logic_error for invalid claims.
  [[nodiscard]] Secret issue(const LiveSession& live);

  /// Checks everything that needs no query for the user: three canonical parts, a known `kid`, the
  /// algorithm of that key, `typ` at+jwt, signature, `iss`, `aud`, integer `exp`/`iat`/`nbf`, every
  /// claim present, no duplicate member. Errors: token_expired (otherwise valid), token_invalid.
  [[nodiscard]] Result<VerifiedToken> verify(std::string_view token);
  /// Makes verify() reject this token from now on: its session or user has invalidated it for good.
  /// A hint within this process, which may forget it.
  void note_stopped(std::string_view token);

  /// Returns the public keys as a JWK Set (RFC 7517 5), including keys that will sign soon. Throws
  /// like check().
  [[nodiscard]] std::string jwks();

  /// Returns every key that still signs or verifies.
  [[nodiscard]] std::vector<KeySummary> list_keys();
  /// Creates a key, published at once, that signs from `start` on. The old key signs until then and
  /// verifies for access_lifetime + key_overlap after that. KeyStart::now skips a key that is
  /// waiting to sign. Records signing_key_rotated. Error: version_conflict when another process
  /// rotated at the same moment, or when a key is waiting to sign and `start` is after_publication.
  [[nodiscard]] Result<KeySummary> rotate_key(KeyStart start = KeyStart::after_publication);
  /// Deletes a leaked key: its tokens become invalid at once in this process, within a second in
  /// other processes, and elsewhere when the published keys are fetched again. Refresh tokens are
  /// not affected. If it was the key that signs, the next token gets a new one. Records
  /// signing_key_revoked. Error: not_found.
  [[nodiscard]] Result<void> revoke_key(std::string_view kid);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace coffeeauth
