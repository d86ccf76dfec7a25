#pragma once
/// SecretKeys: the current secret key of the service and its previous or upcoming ones.

#include <concepts>
#include <cstddef>
#include <string_view>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/secret.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// A ring of secret keys, so that the key can be changed without losing anything.
///
/// New data is protected under the current key alone; data under any key of the ring can still be
/// read and compared. Concurrent processes must each know every key that another uses as its
/// current one: first give a new key to all of them as a previous key. Move-only, because the
/// secrets in it are.
class SecretKeys {
 public:
  /// The minimum size of a key, in bytes.
  static constexpr std::size_t min_size = 32;

  /// A ring of one key. Throws std::invalid_argument when it is shorter than min_size.
  // NOLINTNEXTLINE(google-explicit-constructor): one key is the usual case.
  SecretKeys(Secret current);
  /// Deleted, so that the compiler names the reason: write `Secret{text}`.
  template <class Text>
  requires std::convertible_to<const Text&, std::string_view> SecretKeys(const Text& text)
  = delete;
  /// Makes a ring of the current key and others in any order. Throws std::invalid_argument when a
  /// key is shorter than min_size or two are equal.
  SecretKeys(Secret current, std::vector<Secret> previous);

  /// Copies the keys.
  [[nodiscard]] SecretKeys clone() const;
  /// The key that protects new data.
  [[nodiscard]] const Secret& current() const noexcept { return keys_.front(); }
  /// All keys, the current one first.
  [[nodiscard]] const std::vector<Secret>& all() const noexcept { return keys_; }

 private:
  std::vector<Secret> keys_;
};

}  // namespace coffeeauth
