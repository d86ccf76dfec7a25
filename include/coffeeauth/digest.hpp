#pragma once
/// Digests: what a Store is given in place of a secret. The type says so.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coffeeauth/export.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// 32 bytes of a keyed hash; equal in constant time. Tags keep one kind from passing for another.
template <class Tag>
class Digest {
 public:
  /// The form in which a Store keeps them, if it can keep bytes.
  using Bytes = std::array<std::uint8_t, 32>;

  Digest() = default;
  /// One that a Store wrote. Others are computed inside the library, with its key.
  explicit Digest(const Bytes& bytes) : bytes_(bytes) {}

  /// For a Store to write.
  [[nodiscard]] const Bytes& bytes() const noexcept { return bytes_; }

  /// Equal in constant time.
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

/// Keyed hash of a verification code, bound to purpose, user and address.
using CodeDigest = Digest<struct CodeDigestTag>;
/// What somebody guesses: the digest of one code under each secret key of the service. There is
/// more than one while the secret key is being changed. A guess is one guess, however many digests
/// it has.
class CodeGuess {
 public:
  /// Under the only key.
  // NOLINTNEXTLINE(google-explicit-constructor): a guess at what has that digest.
  CodeGuess(const CodeDigest& digest) : digests_{digest} {}
  /// Of one code, under several keys.
  explicit CodeGuess(std::vector<CodeDigest> digests) : digests_(std::move(digests)) {}

  /// All of them, in no order; one at least.
  [[nodiscard]] const std::vector<CodeDigest>& digests() const noexcept { return digests_; }

  /// Whether the code with that digest was guessed; all are compared, in constant time.
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
/// Keyed hash of a client's network, to recognise it without keeping it: where somebody logged in
/// from (IPv6 by /64), or whose share of an account's guesses and mails it is (IPv6 by /48).
using AddressDigest = Digest<struct AddressDigestTag>;

/// 64 lower-case hexadecimal digits, as Stores write them, and back.
[[nodiscard]] std::string to_hex(const std::array<std::uint8_t, 32>& bytes);
/// Reads what to_hex() writes; anything else is nothing.
[[nodiscard]] std::optional<std::array<std::uint8_t, 32>> parse_hex_digest(
    std::string_view text) noexcept;

}  // namespace coffeeauth
