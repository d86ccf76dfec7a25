#pragma once
/// KeySet: the signing keys of the service as they were in the Store at one moment. Private to the
/// library.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/ports/key_store.hpp"
#include "coffeeauth/ports/signing_key.hpp"
#include "lib/vault/vault.hpp"

namespace coffeeauth {

struct ServiceKey {
  std::string kid;
  SigningAlgorithm algorithm{};
  UtcTime created_at{};
  UtcTime signs_from{};
  std::optional<UtcTime> verifies_until{};
  /// Nothing for a key that this process cannot open: another secret key sealed it, or its
  /// algorithm is not supported here.
  std::shared_ptr<const SigningKey> key{};

  [[nodiscard]] bool verifies_at(UtcTime now) const noexcept {
    return !verifies_until || now < *verifies_until;
  }
};

/// Immutable; callable from any thread.
class KeySet {
 public:
  KeySet() = default;
  explicit KeySet(std::vector<ServiceKey> keys) : keys_(std::move(keys)) {}

  [[nodiscard]] const std::vector<ServiceKey>& all() const noexcept { return keys_; }
  /// The key of that name, whatever its state; else null.
  [[nodiscard]] const ServiceKey* named(std::string_view kid) const noexcept;
  /// The key of that name that still verifies and can be used; else null. Only compared for
  /// equality, so a `kid` from a forged token leads nowhere.
  [[nodiscard]] const ServiceKey* find(std::string_view kid, UtcTime now) const noexcept;
  /// The one key without an end: the last one made. Null when there is none.
  [[nodiscard]] const ServiceKey* newest() const noexcept;
  /// The key that signs: the newest, once it has started; before, and where there is none, the last
  /// started of those that verify still and can be used here. Null when there is none, but not
  /// merely because this machine's clock is behind.
  [[nodiscard]] const ServiceKey* signer(UtcTime now) const noexcept;

 private:
  std::vector<ServiceKey> keys_;
};

/// Opens what the Store holds. A key of an algorithm no version of this library knows is left out;
/// one that `known` has open already is taken from there.
[[nodiscard]] KeySet open_keys(const std::vector<StoredKey>& stored, const KeySet& known,
                               const Vault& vault, SigningKeyFactory& factory);

/// A new key, made at `now` and to sign from `signs_from` on, as it goes to the Store. Its `kid` is
/// the beginning of its thumbprint (RFC 7638), or random where there is no public part.
[[nodiscard]] StoredKey make_stored_key(SigningAlgorithm algorithm, UtcTime now, UtcTime signs_from,
                                        const Vault& vault, SigningKeyFactory& factory,
                                        RandomSource& random);

/// The private part of a key, for rewrap().
[[nodiscard]] Resealed reseal_key(const StoredKey& key, const Vault& vault, RandomSource& random);

}  // namespace coffeeauth
