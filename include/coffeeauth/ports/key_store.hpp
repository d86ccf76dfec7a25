#pragma once
/// Signing keys and leases of a Store: what the processes over one Store share. See
/// ports/store.hpp.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ids.hpp"
#include "coffeeauth/time.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// A signing key at rest. The private part is sealed with a key derived from the service's secret.
struct StoredKey {
  /// Unique; the `kid` of tokens.
  std::string kid;
  /// `ES256`, `EdDSA`, `RS256` or `HS256`.
  std::string algorithm;
  /// Encrypted private key; bytes.
  std::string sealed_private;
  /// When it was made.
  UtcTime created_at{};
  /// From here on it signs, until another one starts later. Published before that.
  UtcTime signs_from{};
  /// Verifies until here; nothing while it is (or will be) the one that signs. A Store holds at
  /// most one key without it.
  std::optional<UtcTime> verifies_until{};
};

/// Reads of the signing keys.
class KeyReads {
 public:
  virtual ~KeyReads() = default;
  KeyReads(const KeyReads&) = delete;
  KeyReads& operator=(const KeyReads&) = delete;

  /// All keys, the one that starts signing first at the front.
  [[nodiscard]] virtual std::vector<StoredKey> list_keys() = 0;

 protected:
  KeyReads() = default;
};

/// Writes of signing keys, and leases; all inside a Transaction.
class KeyWrites : public virtual KeyReads {
 public:
  /// Inserts `key` unless a key of its algorithm is without `verifies_until`; a key of another
  /// algorithm that is gets `others_verify_until`. Of many processes that start at once one is told
  /// true.
  [[nodiscard]] virtual bool insert_first_key(const StoredKey& key,
                                              UtcTime others_verify_until) = 0;
  /// Inserts `next` and sets `verifies_until` of `current_kid`, if that key has none yet: of two
  /// rotations at once one is told true.
  [[nodiscard]] virtual bool rotate_key(const StoredKey& next, std::string_view current_kid,
                                        UtcTime current_verifies_until) = 0;
  /// Deletes a key whatever its state, so that it neither signs nor verifies from now on. False
  /// when there is none of that name.
  virtual bool revoke_key(std::string_view kid) = 0;
  /// Replaces what is sealed of the key `kid` by `to` while it still is `from`. False, and nothing
  /// changed, when it is something else or there is no such key. The key itself stays the same.
  [[nodiscard]] virtual bool reseal_key(std::string_view kid, const std::string& from,
                                        const std::string& to) = 0;
  /// Deletes keys whose `verifies_until` is before `now`.
  virtual std::size_t delete_keys_before(UtcTime now) = 0;

  /// Takes or prolongs the lease `name` for `holder` until `until`, unless another holder's runs
  /// beyond `now`. Of many at once exactly one holds it.
  [[nodiscard]] virtual bool acquire_lease(std::string_view name, const LeaseId& holder,
                                           UtcTime now, UtcTime until) = 0;
  /// Gives the lease back, if it is the holder's.
  virtual void release_lease(std::string_view name, const LeaseId& holder) = 0;
};

}  // namespace coffeeauth
