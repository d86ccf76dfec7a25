#pragma once
/// NetworkAddress and NetworkRange: an IP address as bytes, read from text without asking the
/// system.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "coffeeauth/export.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// An IPv6 address, or an IPv4 one mapped into IPv6 (RFC 4291 2.5.5.2).
using NetworkAddress = std::array<std::uint8_t, 16>;

/// Reads textual IPv4 (four decimal parts, no leading zeros) or IPv6 (RFC 4291 2.2, with an
/// optional zone, which is dropped); nothing for anything else. No system call and no resolver.
[[nodiscard]] std::optional<NetworkAddress> parse_network_address(std::string_view text) noexcept;

/// Whether it is an IPv4 address mapped into IPv6.
[[nodiscard]] bool is_v4_mapped(const NetworkAddress& address) noexcept;

/// A network in CIDR notation; a bare address is a network of one. IPv4 networks are those of
/// mapped addresses.
class NetworkRange {
 public:
  /// Throws std::invalid_argument for anything else.
  explicit NetworkRange(std::string_view cidr);
  /// Whether `address` is one of the network's.
  [[nodiscard]] bool contains(const NetworkAddress& address) const noexcept;

 private:
  NetworkAddress base_{};
  unsigned bits_ = 0;
};

}  // namespace coffeeauth
