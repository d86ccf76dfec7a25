#pragma once
/// The text form of booleans, numbers, durations and lists: one grammar for settings, URL
/// parameters and the command line.
///
/// Every function is pure and thread-safe.

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

/// An unsigned integer type other than bool: `std::size_t`, `std::uint16_t`, ...
template <class Number>
concept WholeNumber = std::unsigned_integral<Number> && !std::same_as<Number, bool>;

/// Removes blanks (space and tab) from both ends.
[[nodiscard]] std::string_view trim_blanks(std::string_view text) noexcept;

/// Whether `text` is `word`, ignoring ASCII letter case and surrounding blanks.
[[nodiscard]] bool is_word(std::string_view text, std::string_view word) noexcept;

/// Parses `true`, `yes`, `on` or `1`, and `false`, `no`, `off` or `0`, ignoring letter case and
/// surrounding blanks; returns nothing for anything else.
[[nodiscard]] std::optional<bool> parse_switch(std::string_view text) noexcept;

/// Parses decimal digits only: no sign, no blank, no exponent. For protocols; use parse_number()
/// for numbers that people type.
[[nodiscard]] std::optional<std::uint64_t> parse_digits(std::string_view text) noexcept;
/// Parses decimal digits of a number in the range `least` to `most`.
template <WholeNumber Number>
[[nodiscard]] std::optional<Number> parse_digits(std::string_view text,
                                                 std::type_identity_t<Number> least,
                                                 std::type_identity_t<Number> most) noexcept {
  const auto number = parse_digits(text);
  if (!number || *number < least || *number > most) return std::nullopt;
  return static_cast<Number>(*number);
}

/// Parses a number in the range `least` to `most`, ignoring surrounding blanks.
template <WholeNumber Number>
[[nodiscard]] std::optional<Number> parse_number(
    std::string_view text, std::type_identity_t<Number> least = 0,
    std::type_identity_t<Number> most = std::numeric_limits<Number>::max()) noexcept {
  return parse_digits<Number>(trim_blanks(text), least, most);
}

/// Parses `500ms`, `90s`, `10min`, `1h`, `14d` or a bare number of seconds, ignoring surrounding
/// blanks: a whole number without a sign, at most a hundred years.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(
    std::string_view text) noexcept;
/// Writes a duration in the largest exact unit, as parse_duration() reads it.
[[nodiscard]] std::string to_duration_text(std::chrono::milliseconds duration);

/// Splits at commas and trims each part; empty parts are dropped.
[[nodiscard]] std::vector<std::string> parse_list(std::string_view text);
/// Joins the parts with commas, as parse_list() reads them.
[[nodiscard]] std::string to_list_text(std::span<const std::string> parts);

/// The text shown in place of a secret.
inline constexpr std::string_view masked_text = "********";

}  // namespace coffeeauth
