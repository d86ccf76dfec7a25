#pragma once
/// The small pieces of syntax that HTTP fields, targets and bodies share. Private to the library.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace coffeeauth::http {

/// ASCII letter case aside; no locale has a say in it.
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;

/// Without surrounding blanks and tabs (OWS of RFC 9110).
[[nodiscard]] std::string_view trim(std::string_view text) noexcept;

/// Cuts `list` at its first `separator`: returns what stands before it, trimmed, and leaves what
/// stands behind it (nothing, when there is none).
[[nodiscard]] std::string_view take_item(std::string_view& list, char separator) noexcept;

/// The code points of well-formed UTF-8 (RFC 3629); nothing for anything else.
[[nodiscard]] std::optional<std::size_t> count_code_points(std::string_view text) noexcept;

/// Whether there is an ASCII control character (C0 or DEL) in it.
[[nodiscard]] bool has_ascii_controls(std::string_view text) noexcept;

/// A name out of a request comes back to its sender, and into logs beside it: only a short plain
/// one as it is, `?` for any other.
[[nodiscard]] std::string shown_name(std::string_view name);

enum class Plus { is_plus, is_blank };
/// Decodes `%XX`; nothing when a `%` is not followed by two hexadecimal digits.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text, Plus plus);
/// Writes everything but the unreserved characters of RFC 3986 as `%XX`.
[[nodiscard]] std::string percent_encode(std::string_view text);

}  // namespace coffeeauth::http
