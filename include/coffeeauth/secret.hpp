#pragma once
/// Secret: bytes that must not leak.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/export.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// Bytes that are wiped when they go, compared in constant time, and cannot be printed by accident.
///
/// Move-only: a copy is spelled `clone()`. There is no conversion to a string and no operator<<;
/// the one way in is `expose_secret()`, which a reviewer can grep for.
class Secret {
 public:
  Secret() = default;
  /// Takes a copy of `bytes`. Wiping the original is the caller's business.
  explicit Secret(std::string_view bytes);
  /// Copies bytes.
  explicit Secret(std::span<const std::byte> bytes);
  /// A secret of `size` zero bytes, to be filled through `writable()`.
  [[nodiscard]] static Secret of_size(std::size_t size);

  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  /// Leaves `other` empty.
  Secret(Secret&& other) noexcept;
  /// Wipes what it held; leaves `other` empty.
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  /// A second holder of the same bytes; spelled out because every copy is one more thing to lose.
  [[nodiscard]] Secret clone() const;

  /// The bytes, as text. Valid while this object lives and is not moved from, so a temporary
  /// refuses it: the view would outlive what it looks at.
  [[nodiscard]] std::string_view expose_secret() const& noexcept;
  std::string_view expose_secret() const&& = delete;
  /// The bytes, as bytes, for as long as expose_secret() is valid.
  [[nodiscard]] std::span<const std::byte> expose_secret_bytes() const& noexcept;
  std::span<const std::byte> expose_secret_bytes() const&& = delete;
  /// The bytes, to be filled in place by a random source or a decryption.
  [[nodiscard]] std::span<std::byte> writable() & noexcept;

  /// Whether there are no bytes.
  [[nodiscard]] bool empty() const noexcept { return bytes_.empty(); }
  /// In bytes; not a secret.
  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }

  /// Equal in constant time for equal lengths; the length itself is not hidden.
  friend bool operator==(const Secret& a, const Secret& b) noexcept;

 private:
  void wipe() noexcept;
  std::vector<std::byte> bytes_;
};

/// Compares two byte strings without telling by the time taken where they differ.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept;

}  // namespace coffeeauth
