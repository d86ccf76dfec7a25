#pragma once
/// SecretKeys: the secret key of the service, and those that it had before or is to have next.

#include <cstddef>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/secret.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// A ring of secret keys, so that the key can be changed and nothing is lost.
///
/// New things are made under the current key alone. What was made under any key of the ring still
/// opens and compares equal. Processes that run side by side must each know every key that another
/// one uses as its current one, so a new key is first given to all of them as a previous one.
/// Move-only, as the secrets in it are.
class SecretKeys {
 public:
  /// The least size of a key, in bytes.
  static constexpr std::size_t min_size = 32;

  /// A ring of one key. Throws std::invalid_argument when it is shorter than min_size.
  // NOLINTNEXTLINE(google-explicit-constructor): one key is the usual case.
  SecretKeys(Secret current);
  /// The key in use and the others, in any order. Throws std::invalid_argument when one is shorter
  /// than min_size or two are the same.
  SecretKeys(Secret current, std::vector<Secret> previous);

  /// Copies the keys.
  [[nodiscard]] SecretKeys clone() const;
  /// The key under which new things are made.
  [[nodiscard]] const Secret& current() const noexcept { return keys_.front(); }
  /// All keys, the current one first.
  [[nodiscard]] const std::vector<Secret>& all() const noexcept { return keys_; }

 private:
  std::vector<Secret> keys_;
};

}  // namespace coffeeauth
