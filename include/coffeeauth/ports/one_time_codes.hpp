#pragma once
/// OneTimeCodes: the keyed hash of authenticator apps.

#include <array>
#include <cstdint>
#include <string_view>

#include "coffeeauth/export.hpp"
#include "coffeeauth/secret.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// An HMAC-SHA-1 value.
using HmacSha1 = std::array<std::uint8_t, 20>;

/// HMAC-SHA-1, which authenticator apps make their codes with (RFC 4226). Thread-safe.
///
/// Apps know no other hash reliably. The weakness of SHA-1 does not matter here: collisions are of
/// no use against an HMAC, and a code reveals 20 bits of it.
class OneTimeCodes {
 public:
  virtual ~OneTimeCodes() = default;
  OneTimeCodes(const OneTimeCodes&) = delete;
  OneTimeCodes& operator=(const OneTimeCodes&) = delete;

  /// Returns the HMAC-SHA-1 of `message` under `key`. Throws Unavailable when it cannot be
  /// computed.
  [[nodiscard]] virtual HmacSha1 hmac_sha1(const Secret& key, std::string_view message) const = 0;

 protected:
  OneTimeCodes() = default;
};

}  // namespace coffeeauth
