#pragma once
/// Digests: what a Store receives in place of a secret, as distinct types.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coffeeauth/export.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// 32 bytes of a keyed hash, compared in constant time. Tags make each kind a distinct type.
template <class Tag>
class Digest {
 public:
  /// The raw form, for a Store that can keep bytes.
  using Bytes = std::array<std::uint8_t, 32>;

  Digest() = default;
  /// Restores a digest that a Store wrote. The library computes new ones with its key.
  explicit Digest(const Bytes& bytes) : bytes_(bytes) {}

  /// The raw bytes, for a Store to write.
  [[nodiscard]] const Bytes& bytes() const noexcept { return bytes_; }

  /// Compares in constant time.
  friend bool operator==(const Digest& a, const Digest& b) noexcept {
    std::uint8_t difference = 0;
    for (std::size_t i = 0; i < a.bytes_.size(); ++i) {
      difference = static_cast<std::uint8_t>(difference | (a.bytes_[i] ^ b.bytes_[i]));
    }
    return difference == 0;
  }

 private:
  Bytes bytes_{};
};

/// Keyed hash of a verification code, bound to purpose, user and email address.
using CodeDigest = Digest<struct CodeDigestTag>;
/// A guess at a code: its digest under each secret key of the service, of which there are several
/// while the secret key is being changed. It counts as one guess, however many digests it has.
class CodeGuess {
 public:
  /// A guess under the only key.
  // NOLINTNEXTLINE(google-explicit-constructor): a guess at what has that digest.
  CodeGuess(const CodeDigest& digest) : digests_{digest} {}
  /// A guess under several keys.
  explicit CodeGuess(std::vector<CodeDigest> digests) : digests_(std::move(digests)) {}

  /// All digests, unordered; at least one.
  [[nodiscard]] const std::vector<CodeDigest>& digests() const noexcept { return digests_; }

  /// Whether `guess` matches the kept digest; compares all of them, in constant time.
  friend bool operator==(const CodeDigest& kept, const CodeGuess& guess) noexcept {
    bool is_equal = false;
    for (const auto& digest : guess.digests_) is_equal = (kept == digest) || is_equal;
    return is_equal;
  }

 private:
  std::vector<CodeDigest> digests_;
};

/// Keyed hash of a refresh token.
using RefreshTokenDigest = Digest<struct RefreshTokenDigestTag>;
/// Keyed hash of a client's network, to recognise it without keeping it: the network of a login
/// (IPv6 by /64), or the owner of a share of an account's guesses and mails (IPv6 by /48).
using AddressDigest = Digest<struct AddressDigestTag>;

/// Writes 64 lower-case hexadecimal digits. Thread-safe.
[[nodiscard]] std::string to_hex(const std::array<std::uint8_t, 32>& bytes);
/// Parses what to_hex() writes; returns nothing for anything else. Thread-safe.
[[nodiscard]] std::optional<std::array<std::uint8_t, 32>> parse_hex_digest(
    std::string_view text) noexcept;

}  // namespace coffeeauth
