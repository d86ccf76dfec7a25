#pragma once
/// Identifiers: UUIDv7 (RFC 9562), a distinct type for each kind of thing.

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "coffeeauth/export.hpp"
#include "coffeeauth/time.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

class RandomSource;

/// 16 bytes of a UUID in network order. Ordered as bytes, which for version 7 is order of creation.
using UuidBytes = std::array<std::uint8_t, 16>;

/// The canonical lower-case form, 36 characters.
[[nodiscard]] std::string to_uuid_string(const UuidBytes& bytes);
/// Reads the canonical form, in either letter case; anything else is nothing.
[[nodiscard]] std::optional<UuidBytes> parse_uuid(std::string_view text) noexcept;
/// A version 7 UUID for `now`: 48 bits of milliseconds, 74 bits from `random`.
/// Throws Unavailable when the random source fails.
[[nodiscard]] UuidBytes make_uuid_v7(UtcTime now, RandomSource& random);

/// An identifier of one kind of thing; a UserId does not convert to a SessionId.
template <class Tag>
class Id {
 public:
  Id() = default;
  /// From the 16 bytes that bytes() gave.
  explicit Id(const UuidBytes& bytes) : bytes_(bytes) {}

  /// Reads what parse_uuid() reads.
  [[nodiscard]] static std::optional<Id> parse(std::string_view text) noexcept {
    const auto bytes = parse_uuid(text);
    if (!bytes) return std::nullopt;
    return Id{*bytes};
  }
  /// Makes one with make_uuid_v7(): the later of two is greater, unless both are of one
  /// millisecond.
  [[nodiscard]] static Id make(UtcTime now, RandomSource& random) {
    return Id{make_uuid_v7(now, random)};
  }

  /// The canonical lower-case form, 36 characters.
  [[nodiscard]] std::string str() const { return to_uuid_string(bytes_); }
  /// In network order, for a Store that can keep bytes.
  [[nodiscard]] const UuidBytes& bytes() const noexcept { return bytes_; }
  // clang-tidy 14 takes the comparison with 0 that this becomes for a null pointer.
  /// Ordered by bytes: nearly by time of creation.
  [[nodiscard]] std::strong_ordering operator<=>(const Id&) const = default;  // NOLINT

 private:
  UuidBytes bytes_{};
};

/// Names an account for as long as it exists; never used again.
using UserId = Id<struct UserTag>;
/// Names one login on one device: the `sid` claim.
using SessionId = Id<struct SessionTag>;
/// Names a mail in the outbox.
using JobId = Id<struct JobTag>;
/// Proves that a worker or scheduler holds what it works on.
using LeaseId = Id<struct LeaseTag>;

}  // namespace coffeeauth

/// For unordered containers.
template <class Tag>
struct std::hash<coffeeauth::Id<Tag>> {
  /// A part of its random bytes.
  std::size_t operator()(const coffeeauth::Id<Tag>& id) const noexcept {
    // The last bytes are the random ones of a version 7 UUID.
    std::size_t value = 0;
    for (std::size_t i = 8; i < 16; ++i) value = (value << 8U) | id.bytes()[i];
    return value;
  }
};
