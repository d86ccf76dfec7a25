#pragma once
/// Whether a host is an address or a name. Pure.

#include <string>

namespace coffeeauth::net {

/// Whether `host` is an IP address, without brackets.
[[nodiscard]] bool is_ip_address(const std::string& host);

}  // namespace coffeeauth::net
