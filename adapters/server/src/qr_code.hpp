#pragma once
/// QR codes, for authenticator apps.

#include <string>
#include <string_view>

namespace coffeeauth::server {

/// Returns the QR code of `text` as a complete SVG document: black on white, with the quiet zone of
/// four modules that readers need. Thread-safe. Throws std::length_error for a text too long for a
/// QR code: at most 2,953 octets fit.
[[nodiscard]] std::string qr_svg(std::string_view text);

}  // namespace coffeeauth::server
