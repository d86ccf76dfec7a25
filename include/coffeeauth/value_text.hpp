#pragma once
/// How a person writes a switch, a number, a duration or a list: one grammar for settings, the
/// options of a URL and the command line.
///
/// Every function is pure and may be called from any thread.

#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "coffeeauth/export.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// An integer without a sign that is written in digits: `std::size_t`, `std::uint16_t`, ...
template <class Number>
concept WholeNumber = std::unsigned_integral<Number> && !std::same_as<Number, bool>;

/// Drops blanks (space and tab) at both ends.
[[nodiscard]] std::string_view trim_blanks(std::string_view text) noexcept;

/// Whether `text` is `word`, in any letter case of ASCII and with blanks around it.
[[nodiscard]] bool is_word(std::string_view text, std::string_view word) noexcept;

/// Reads `true`, `yes`, `on` or `1`, and `false`, `no`, `off` or `0`, in any letter case and with
/// blanks around them.
[[nodiscard]] std::optional<bool> parse_switch(std::string_view text) noexcept;

/// Reads decimal digits and nothing else: no sign, no blank, no exponent. For protocols; a person's
/// number is read by parse_number().
[[nodiscard]] std::optional<std::uint64_t> parse_digits(std::string_view text) noexcept;
/// Reads decimal digits whose number is from `least` to `most`.
template <WholeNumber Number>
[[nodiscard]] std::optional<Number> parse_digits(std::string_view text,
                                                 std::type_identity_t<Number> least,
                                                 std::type_identity_t<Number> most) noexcept {
  const auto number = parse_digits(text);
  if (!number || *number < least || *number > most) return std::nullopt;
  return static_cast<Number>(*number);
}

/// Reads decimal digits with blanks around them, whose number is from `least` to `most`.
template <WholeNumber Number>
[[nodiscard]] std::optional<Number> parse_number(
    std::string_view text, std::type_identity_t<Number> least = 0,
    std::type_identity_t<Number> most = std::numeric_limits<Number>::max()) noexcept {
  return parse_digits<Number>(trim_blanks(text), least, most);
}

/// Reads `500ms`, `90s`, `10min`, `1h`, `14d` or a bare number of seconds, with blanks around it: a
/// whole number without a sign, at most a hundred years.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(
    std::string_view text) noexcept;
/// Writes a duration in the largest unit that is exact, as parse_duration() reads it.
[[nodiscard]] std::string to_duration_text(std::chrono::milliseconds duration);

/// Reads parts between commas and drops the blanks around each; an empty part is left out.
[[nodiscard]] std::vector<std::string> parse_list(std::string_view text);
/// Writes the parts with commas between them, as parse_list() reads them.
[[nodiscard]] std::string to_list_text(std::span<const std::string> parts);

/// The text that stands for a secret wherever settings are shown.
inline constexpr std::string_view masked_text = "********";

}  // namespace coffeeauth
