#pragma once
/// Secret: bytes that must not leak.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/export.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// Bytes that are wiped on destruction, compared in constant time and not printed by accident.
///
/// Move-only: copy with `clone()`. There is no conversion to a string and no operator<<; the only
/// access is `expose_secret()`, which a reviewer can grep for.
class Secret {
 public:
  Secret() = default;
  /// Copies `bytes`; the caller must wipe the original.
  explicit Secret(std::string_view bytes);
  /// Copies `bytes`; the caller must wipe the original.
  explicit Secret(std::span<const std::byte> bytes);
  /// Makes a secret of `size` zero bytes, to be filled through `writable()`.
  [[nodiscard]] static Secret of_size(std::size_t size);

  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  /// Leaves `other` empty.
  Secret(Secret&& other) noexcept;
  /// Wipes the previous bytes; leaves `other` empty.
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  /// Returns a copy; explicit, because every copy is another one to protect.
  [[nodiscard]] Secret clone() const;

  /// The bytes as text; valid until this object is moved from or destroyed. Deleted for
  /// temporaries, where the view would dangle.
  [[nodiscard]] std::string_view expose_secret() const& noexcept;
  std::string_view expose_secret() const&& = delete;
  /// The bytes; valid as long as expose_secret().
  [[nodiscard]] std::span<const std::byte> expose_secret_bytes() const& noexcept;
  std::span<const std::byte> expose_secret_bytes() const&& = delete;
  /// The bytes, to be filled in place by a random source or a decryption.
  [[nodiscard]] std::span<std::byte> writable() & noexcept;

  /// Whether the secret has no bytes.
  [[nodiscard]] bool empty() const noexcept { return bytes_.empty(); }
  /// The size in bytes; not itself a secret.
  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }

  /// Compares in constant time for equal lengths; does not hide the lengths.
  friend bool operator==(const Secret& a, const Secret& b) noexcept;

 private:
  void wipe() noexcept;
  std::vector<std::byte> bytes_;
};

/// Compares in constant time for equal lengths: the time does not reveal where they differ.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept;

}  // namespace coffeeauth
