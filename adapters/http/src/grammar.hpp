#pragma once
/// The character classes of RFC 9110, for reading heads and for checking what is sent.

#include <algorithm>
#include <array>
#include <string_view>

namespace coffeeauth::http_poco {

using CharClass = std::array<bool, 256>;

[[nodiscard]] constexpr CharClass alphanumeric_and(std::string_view others) {
  CharClass members{};
  for (int c = '0'; c <= '9'; ++c) members[static_cast<std::size_t>(c)] = true;
  for (int c = 'A'; c <= 'Z'; ++c) members[static_cast<std::size_t>(c)] = true;
  for (int c = 'a'; c <= 'z'; ++c) members[static_cast<std::size_t>(c)] = true;
  for (const char c : others) members[static_cast<unsigned char>(c)] = true;
  return members;
}

[[nodiscard]] constexpr CharClass field_value_class() {
  CharClass members{};
  for (std::size_t c = 0x20; c < members.size(); ++c) members[c] = c != 0x7F;
  members['\t'] = true;
  return members;
}

/// tchar: what a method and a field name are made of.
inline constexpr CharClass token_chars = alphanumeric_and("!#$%&'*+-.^_`|~");
/// VCHAR, obs-text, SP and HTAB: no CR, LF, NUL or any other control.
inline constexpr CharClass field_value_chars = field_value_class();

[[nodiscard]] constexpr bool all_in(const CharClass& members, std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return members[static_cast<unsigned char>(c)]; });
}

[[nodiscard]] constexpr bool is_token(std::string_view text) noexcept {
  return !text.empty() && all_in(token_chars, text);
}

/// ASCII case aside; no locale has a say in it.
[[nodiscard]] constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  constexpr auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [&](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace coffeeauth::http_poco
