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

/// Writes the canonical lower-case form, 36 characters.
[[nodiscard]] std::string to_uuid_string(const UuidBytes& bytes);
/// Parses the canonical form, case-insensitively; returns nothing for anything else.
[[nodiscard]] std::optional<UuidBytes> parse_uuid(std::string_view text) noexcept;
/// Makes a version 7 UUID: 48 bits of milliseconds from `now`, 74 bits from `random`. Throws
/// Unavailable when the random source fails.
[[nodiscard]] UuidBytes make_uuid_v7(UtcTime now, RandomSource& random);

/// An identifier of one kind of object; a UserId does not convert to a SessionId.
template <class Tag>
class Id {
 public:
  Id() = default;
  /// Restores an id from its bytes().
  explicit Id(const UuidBytes& bytes) : bytes_(bytes) {}

  /// Parses as parse_uuid() does.
  [[nodiscard]] static std::optional<Id> parse(std::string_view text) noexcept {
    const auto bytes = parse_uuid(text);
    if (!bytes) return std::nullopt;
    return Id{*bytes};
  }
  /// Makes an id with make_uuid_v7(): a later id is greater, except within one millisecond.
  [[nodiscard]] static Id make(UtcTime now, RandomSource& random) {
    return Id{make_uuid_v7(now, random)};
  }

  /// The canonical lower-case form, 36 characters.
  [[nodiscard]] std::string str() const { return to_uuid_string(bytes_); }
  /// The bytes in network order, for a Store that can keep bytes.
  [[nodiscard]] const UuidBytes& bytes() const noexcept { return bytes_; }
  // clang-tidy 14 takes the comparison with 0 that this becomes for a null pointer.
  /// Orders by bytes: approximately by time of creation.
  [[nodiscard]] std::strong_ordering operator<=>(const Id&) const = default;  // NOLINT

 private:
  UuidBytes bytes_{};
};

/// Identifies an account for its lifetime; never reused.
using UserId = Id<struct UserTag>;
/// Identifies one login on one device: the `sid` claim.
using SessionId = Id<struct SessionTag>;
/// Identifies a mail in the outbox.
using JobId = Id<struct JobTag>;
/// Identifies the holder of a lease: a worker or a scheduler.
using LeaseId = Id<struct LeaseTag>;

}  // namespace coffeeauth

/// Hash for unordered containers.
template <class Tag>
struct std::hash<coffeeauth::Id<Tag>> {
  /// Takes some of the random bytes.
  std::size_t operator()(const coffeeauth::Id<Tag>& id) const noexcept {
    // The last bytes are the random ones of a version 7 UUID.
    std::size_t value = 0;
    for (std::size_t i = 8; i < 16; ++i) value = (value << 8U) | id.bytes()[i];
    return value;
  }
};
