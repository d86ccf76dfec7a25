#pragma once
/// The little that the library needs of Unicode, through libunistring. Private to the library.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "coffeeauth/wipe.hpp"

namespace coffeeauth::unicode {

using coffeeauth::wipe;

/// Well-formed UTF-8 (RFC 3629): no surrogates, nothing overlong, nothing beyond U+10FFFF.
[[nodiscard]] bool is_valid(std::string_view text) noexcept;

/// Normalisation forms C and KC of valid text. Throws std::bad_alloc.
[[nodiscard]] std::string nfc(std::string_view text);
[[nodiscard]] std::string nfkc(std::string_view text);
/// NFKC with letter case folded: for comparing without regard to case.
[[nodiscard]] std::string fold(std::string_view text);

/// Of valid text.
[[nodiscard]] std::size_t count_code_points(std::string_view text) noexcept;

/// Whether valid text holds a control character (Cc), a line or paragraph separator, or one of the
/// invisible characters that reorder text (bidirectional controls).
[[nodiscard]] bool has_controls(std::string_view text) noexcept;

/// Whether valid text holds a character that is there to be ignored (a soft hyphen, a zero-width
/// space, a variation selector). The two joiners are none here: some scripts are written with them.
[[nodiscard]] bool has_ignorables(std::string_view text) noexcept;

/// Whether valid text holds at least one character that leaves a mark of its own: no blank, nothing
/// invisible, and no combining mark, which only changes the character before it.
[[nodiscard]] bool has_visible(std::string_view text) noexcept;

/// Without the blanks at both ends: White_Space, and the zero-width characters that copying a text
/// brings along (U+200B, U+2060, U+FEFF, marks of direction).
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

/// Valid text without any blank, dash or invisible character in it. Throws std::bad_alloc.
[[nodiscard]] std::string without_separators(std::string_view text);

}  // namespace coffeeauth::unicode
