#pragma once
/// What may stand as a mail address or a host. Pure.

#include <string>
#include <string_view>

#include "coffeeauth/smtp/smtp.hpp"

namespace coffeeauth::smtp {

/// Whether `address` is one ASCII mailbox that cannot end its line, its angle brackets or its
/// field. Not whether it exists.
[[nodiscard]] bool is_plain_address(std::string_view address) noexcept;

/// Whether `text` is UTF-8 without control characters.
[[nodiscard]] bool is_one_line(std::string_view text) noexcept;

/// Whether `host` is an IP address, without brackets.
[[nodiscard]] bool is_ip_address(const std::string& host);

/// Whether `host` is an IP address or can be a host's name. Not whether there is one.
[[nodiscard]] bool is_host(const std::string& host);

/// Throws std::invalid_argument unless both parts are fit to be written.
void require_valid(const Sender& sender);

}  // namespace coffeeauth::smtp
