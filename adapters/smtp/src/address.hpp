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

/// Whether `host` is an IP address or can be a host's name. Not whether there is one.
[[nodiscard]] bool is_host(const std::string& host);

/// `address`, an IP address, as EHLO wants it: `[192.0.2.1]` (RFC 5321 4.1.3).
[[nodiscard]] std::string address_literal(const std::string& address);

/// `host` with its domain in A-labels (RFC 5890), as the wire wants it; as it is when it is ASCII,
/// or nothing that IDNA knows.
[[nodiscard]] std::string to_ascii_host(const std::string& host);

/// `sender` with its domain in A-labels. Throws std::invalid_argument unless both parts are fit to
/// be written.
[[nodiscard]] Sender require_valid(Sender sender);

/// What this host calls itself: `client_name`, or the domain of the sender where that is empty.
[[nodiscard]] std::string host_name(const std::string& client_name, const Sender& sender);

/// What stands behind the `@` of `address`.
[[nodiscard]] std::string domain_of(std::string_view address);

}  // namespace coffeeauth::smtp
