#pragma once
/// Signing keys and leases of a Store, shared by the processes over it. See ports/store.hpp.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ids.hpp"
#include "coffeeauth/time.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// A stored signing key; its private part is encrypted under a key derived from the secret key.
struct StoredKey {
  /// Unique; the `kid` of tokens.
  std::string kid;
  /// `ES256`, `EdDSA`, `RS256` or `HS256`.
  std::string algorithm;
  /// The encrypted private key; bytes.
  std::string sealed_private;
  /// When the key was created.
  UtcTime created_at{};
  /// When it starts to sign, until another key starts later. It is published before that.
  UtcTime signs_from{};
  /// When it stops verifying; empty while it is (or will become) the key that signs. A Store holds
  /// at most one such key.
  std::optional<UtcTime> verifies_until{};
};

/// Reads signing keys.
class KeyReads {
 public:
  virtual ~KeyReads() = default;
  KeyReads(const KeyReads&) = delete;
  KeyReads& operator=(const KeyReads&) = delete;

  /// Returns all keys, ordered by `signs_from`.
  [[nodiscard]] virtual std::vector<StoredKey> list_keys() = 0;

 protected:
  KeyReads() = default;
};

/// Writes signing keys, and manages leases; all within a Transaction.
class KeyWrites : public virtual KeyReads {
 public:
  /// Inserts `key` unless a key of its algorithm has no `verifies_until`; such a key of another
  /// algorithm gets `others_verify_until`. Of many processes that start at once, exactly one gets
  /// true.
  [[nodiscard]] virtual bool insert_first_key(const StoredKey& key,
                                              UtcTime others_verify_until) = 0;
  /// Inserts `next` and sets `verifies_until` of the key `current_kid`, if it has none yet: of two
  /// concurrent rotations, exactly one gets true.
  [[nodiscard]] virtual bool rotate_key(const StoredKey& next, std::string_view current_kid,
                                        UtcTime current_verifies_until) = 0;
  /// Deletes a key in any state, so that it neither signs nor verifies from now on. Returns false
  /// when there is no such key.
  virtual bool revoke_key(std::string_view kid) = 0;
  /// Replaces the encrypted private part of `kid` by `to` if it still equals `from`. Otherwise, or
  /// when there is no such key, returns false and changes nothing. The key itself stays the same.
  [[nodiscard]] virtual bool reseal_key(std::string_view kid, const std::string& from,
                                        const std::string& to) = 0;
  /// Deletes keys whose `verifies_until` is before `now`; returns their number.
  virtual std::size_t delete_keys_before(UtcTime now) = 0;

  /// Acquires or extends the lease `name` for `holder` until `until`, unless another holder's lease
  /// extends beyond `now`. Of many concurrent calls, exactly one gets true.
  [[nodiscard]] virtual bool acquire_lease(std::string_view name, const LeaseId& holder,
                                           UtcTime now, UtcTime until) = 0;
  /// Releases the lease if `holder` has it.
  virtual void release_lease(std::string_view name, const LeaseId& holder) = 0;
};

}  // namespace coffeeauth
