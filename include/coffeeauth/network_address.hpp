#pragma once
/// NetworkAddress and NetworkRange: IP addresses as bytes, parsed without a system call.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "coffeeauth/export.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// An IPv6 address, or an IPv4 one mapped into IPv6 (RFC 4291 2.5.5.2).
using NetworkAddress = std::array<std::uint8_t, 16>;

/// Parses textual IPv4 (four decimal parts, no leading zeros) or IPv6 (RFC 4291 2.2; an optional
/// zone is dropped); returns nothing for anything else. Thread-safe; calls no resolver.
[[nodiscard]] std::optional<NetworkAddress> parse_network_address(std::string_view text) noexcept;

/// Whether `address` is an IPv4 address mapped into IPv6.
[[nodiscard]] bool is_v4_mapped(const NetworkAddress& address) noexcept;

/// A network in CIDR notation; a bare address is a network of one address. IPv4 networks consist of
/// mapped addresses.
class NetworkRange {
 public:
  /// Parses `cidr`. Throws std::invalid_argument when it is malformed.
  explicit NetworkRange(std::string_view cidr);
  /// Whether `address` belongs to the network.
  [[nodiscard]] bool contains(const NetworkAddress& address) const noexcept;

 private:
  NetworkAddress base_{};
  unsigned bits_ = 0;
};

}  // namespace coffeeauth
