#pragma once
/// PasskeyStore: storage of the feature `passkeys` for credentials, user handles and challenges
/// that were used.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/digest.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/ids.hpp"
#include "coffeeauth/ports/public_key_verifier.hpp"
#include "coffeeauth/ports/store.hpp"
#include "coffeeauth/time.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace passkeys {

/// Identifies a passkey for its lifetime; never reused.
using PasskeyId = Id<struct PasskeyTag>;

/// SHA-256 of a credential id, without a key: a credential must be found, and be recognised as
/// known, after any change of the service's secret key. It hides nothing, and need not: credential
/// ids are public, and each row has its id beside the digest.
using CredentialDigest = Digest<struct CredentialDigestTag>;
/// SHA-256 of a challenge, without a key: while the secret key is being changed, processes with
/// different current keys must recognise the same challenge.
using ChallengeDigest = Digest<struct ChallengeDigestTag>;

/// Returns the digest of a credential id.
[[nodiscard]] CredentialDigest digest_of_credential(std::string_view credential_id);
/// Returns the digest of a challenge, which must be decoded.
[[nodiscard]] ChallengeDigest digest_of_challenge(std::string_view challenge);

/// What authenticators know an account by: random bytes, derived from nothing.
using UserHandle = std::array<std::uint8_t, 32>;

/// A credential that an account registered.
struct Passkey {
  /// The identifier.
  PasskeyId id;
  /// The account.
  UserId user;
  /// The domain it was registered for (RP ID): it works for no other. Empty for one that was
  /// registered before this was kept.
  std::string rp_id{};
  /// digest_of_credential() of the credential id; unique over all accounts.
  CredentialDigest credential_digest;
  /// The credential id: 1 to 1,023 bytes.
  std::string credential_id{};
  /// VerifiedRegistration::public_key.
  std::string public_key{};
  /// The algorithm of the public key.
  CoseAlgorithm algorithm = CoseAlgorithm::es256;
  /// The highest counter of signatures that was seen; 0 for an authenticator that does not count.
  std::uint32_t sign_count = 0;
  /// Whether it can be backed up, which never changes.
  bool backup_eligible = false;
  /// Whether it was backed up when it was last used.
  bool backed_up = false;
  /// How a browser can reach the authenticator: words without blanks.
  std::vector<std::string> transports{};
  /// The authenticator's model; zeros when it does not tell.
  std::array<std::uint8_t, 16> aaguid{};
  /// The user's name for it; may be empty.
  std::string name{};
  /// When it was registered.
  UtcTime created_at{};
  /// When it was last used.
  std::optional<UtcTime> last_used_at{};

  /// Whether it works where `current` is the service's domain.
  [[nodiscard]] bool works_at(std::string_view current) const {
    return rp_id.empty() || rp_id == current;
  }

  /// Compares all members, digests in constant time.
  bool operator==(const Passkey&) const = default;
};

/// The outcome of storing a passkey.
enum class CreateOutcome {
  /// It is stored.
  created,
  /// Its credential is known already, whichever account has it. Nothing was changed.
  exists,
  /// The account has as many passkeys as it may, whether or not the credential is known. Nothing
  /// was changed.
  full,
};

/// Whose counter of signatures must grow: one that does not may be that of a copy. Where both the
/// stored counter and the new one are 0, the authenticator does not count, and nothing must grow.
enum class CounterPolicy {
  /// Those of credentials that cannot be backed up: copies of the others are made on purpose.
  device_bound,
  /// None.
  ignore,
  /// All.
  all,
};

/// The outcome of using a passkey.
enum class UseOutcome {
  /// The use is recorded.
  used,
  /// The use is recorded although the counter has not grown, which the policy allows for this
  /// passkey.
  tolerated,
  /// The counter has not grown, and the policy refuses it. Nothing was changed.
  regressed,
  /// There is no such passkey.
  gone,
};

/// What an authenticator tells with each use.
struct PasskeyUse {
  /// The counter of signatures.
  std::uint32_t sign_count = 0;
  /// Whether the credential is backed up now.
  bool backed_up = false;
};

/// The tables of the feature, as part of one transaction of the Store.
///
/// Rows are deleted with their user. Every method that reports what it did must decide it
/// atomically, so that concurrent transactions see each other's effects. Whoever calls several
/// methods for one user in a transaction calls hold() first: such transactions then wait for each
/// other, where they could otherwise conflict.
class Passkeys {
 public:
  virtual ~Passkeys() = default;
  Passkeys(const Passkeys&) = delete;
  Passkeys& operator=(const Passkeys&) = delete;

  /// Makes all other transactions that call this for the user, or one of create(), remove(),
  /// remove_all() and handle_of(), wait until this transaction ends. What list() and count() return
  /// afterwards stays true until then. Does nothing for an unknown user.
  virtual void hold(const UserId& user) = 0;

  /// Stores a passkey of an existing user, unless the user has `max` of them or the credential is
  /// known. Of many concurrent calls for one credential, exactly one returns `created`, whichever
  /// accounts they are for; and however many are made for one account, it has no more than `max`.
  [[nodiscard]] virtual CreateOutcome create(const Passkey& passkey, std::size_t max) = 0;
  /// Returns the passkey with that credential, whichever account has it.
  [[nodiscard]] virtual std::optional<Passkey> find(const CredentialDigest& credential) = 0;
  /// Returns the user's passkey.
  [[nodiscard]] virtual std::optional<Passkey> find(const UserId& user, const PasskeyId& id) = 0;
  /// Returns the user's passkeys in the order of their ids.
  [[nodiscard]] virtual std::vector<Passkey> list(const UserId& user) = 0;
  /// Returns how many passkeys the user has.
  [[nodiscard]] virtual std::size_t count(const UserId& user) = 0;
  /// Sets the name of the user's passkey; returns false when there is none.
  [[nodiscard]] virtual bool rename(const UserId& user, const PasskeyId& id,
                                    std::string_view name) = 0;
  /// Deletes the user's passkey; returns false when there is none.
  [[nodiscard]] virtual bool remove(const UserId& user, const PasskeyId& id) = 0;
  /// Deletes the user's passkeys that were created at or after `since`; returns their number. The
  /// user handle stays, since authenticators may still have it.
  virtual std::size_t remove_all(const UserId& user, UtcTime since = UtcTime{}) = 0;

  /// Records a use at `now`: the time, whether the passkey is backed up, and the counter of
  /// signatures if it has grown; a stored counter never falls. Of many concurrent calls with one
  /// counter other than 0, exactly one returns `used`.
  ///
  /// Implementations must decide it in one statement: with the counter read first and written
  /// later, two copies of an authenticator would both pass.
  [[nodiscard]] virtual UseOutcome use(const PasskeyId& id, const PasskeyUse& seen,
                                       CounterPolicy policy, UtcTime now) = 0;

  /// Returns the handle of an existing user, which is `candidate` if there was none: 32 random
  /// bytes that no other user has. All concurrent calls return the same handle.
  [[nodiscard]] virtual UserHandle handle_of(const UserId& user, const UserHandle& candidate) = 0;
  /// Returns the handle of the user, if there is one.
  [[nodiscard]] virtual std::optional<UserHandle> find_handle(const UserId& user) = 0;
  /// Returns the user who has that handle.
  [[nodiscard]] virtual std::optional<UserId> user_of(const UserHandle& handle) = 0;

  /// Remembers that a challenge was used, and until when that matters; exactly one of many
  /// concurrent calls returns true. A challenge that was used stays so until delete_expired()
  /// deletes it.
  ///
  /// Processes have different clocks: the caller gives a time at which the challenge is expired for
  /// all of them.
  [[nodiscard]] virtual bool spend_challenge(const ChallengeDigest& digest, UtcTime expires_at) = 0;
  /// Deletes at most `limit` challenges that have expired at `now`; returns their number. Less than
  /// `limit` means that none is left.
  virtual std::size_t delete_expired(std::size_t limit, UtcTime now) = 0;

 protected:
  Passkeys() = default;
};

/// Opens the feature's tables in transactions of its Store, through any decorators. Must be
/// thread-safe.
class PasskeyStore {
 public:
  virtual ~PasskeyStore() = default;
  PasskeyStore(const PasskeyStore&) = delete;
  PasskeyStore& operator=(const PasskeyStore&) = delete;

  /// Returns the tables as `transaction` sees and changes them; valid as long as the transaction.
  /// Throws std::invalid_argument for a transaction of another kind of Store.
  [[nodiscard]] virtual std::unique_ptr<Passkeys> in(Transaction& transaction) = 0;

 protected:
  PasskeyStore() = default;
};

}  // namespace passkeys
}  // namespace coffeeauth
