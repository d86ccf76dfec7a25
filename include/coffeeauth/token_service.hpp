#pragma once
/// TokenService: makes and checks access tokens with the keys kept in the Store.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/config.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/clock.hpp"
#include "coffeeauth/ports/random_source.hpp"
#include "coffeeauth/ports/signing_key.hpp"
#include "coffeeauth/ports/store.hpp"
#include "coffeeauth/result.hpp"
#include "coffeeauth/token.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

class Vault;

/// A key of the service as an operator sees it.
struct KeySummary {
  /// The `kid` of the tokens it signs.
  std::string kid;
  /// The only one it is used with.
  SigningAlgorithm algorithm{};
  /// From when on it signs.
  UtcTime signs_from{};
  /// Until when it verifies; nothing while no end is set.
  std::optional<UtcTime> verifies_until{};
  /// Whether it is the one that signs now.
  bool current = false;
};

/// Access tokens as signed JWTs (RFC 7519, RFC 9068), strict by RFC 8725.
///
/// On first use the signing key is made and kept in the Store, sealed, so that every process has
/// it. Keys made or rotated by another process are picked up when an unknown `kid` is seen or the
/// copy in memory is older than a few seconds. Callable from any thread; verifying a token seen
/// before costs a look-up in a bounded cache keyed by a hash of the token.
class TokenService {
 public:
  /// Borrows everything; `vault` opens the sealed keys.
  TokenService(const TokenConfig& config, Store& store, const Vault& vault,
               SigningKeyFactory& factory, Clock& clock, RandomSource& random);
  ~TokenService();
  TokenService(const TokenService&) = delete;
  TokenService& operator=(const TokenService&) = delete;

  /// An access token for that session of that user, good for TokenConfig::access_lifetime.
  /// Throws Unavailable when the keys cannot be had.
  [[nodiscard]] Secret issue(const LiveSession& live);

  /// Checks everything that can be checked without asking for the user: three canonical parts, a
  /// `kid` of ours, the algorithm of that key, `typ` at+jwt, signature, `iss`, `aud`, integer
  /// `exp`/`iat`/`nbf`, every claim present, no duplicate member.
  /// Errors: token_expired (ours, right in all else), token_invalid (anything else).
  [[nodiscard]] Result<VerifiedToken> verify(std::string_view token);

  /// The public keys as a JWK Set (RFC 7517 5), those that will sign soon included.
  [[nodiscard]] std::string jwks();

  /// Every key that still signs or verifies.
  [[nodiscard]] std::vector<KeySummary> list_keys();
  /// Makes a new key that signs at once for processes that know it (others learn it within
  /// seconds); the old one goes on verifying for access_lifetime + key_overlap. Returns the new
  /// `kid`. Error: version_conflict when another process rotated at the same moment.
  [[nodiscard]] Result<std::string> rotate_key();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace coffeeauth
