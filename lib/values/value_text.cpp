#include "coffeeauth/value_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace coffeeauth {

std::string_view trim_blanks(std::string_view text) noexcept {
  constexpr std::string_view blanks = " \t";
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool is_word(std::string_view text, std::string_view word) noexcept {
  text = trim_blanks(text);
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return std::equal(text.begin(), text.end(), word.begin(), word.end(),
                    [&](char a, char b) { return lower(a) == lower(b); });
}

std::optional<bool> parse_switch(std::string_view text) noexcept {
  constexpr std::array<std::string_view, 4> yes{"true", "yes", "on", "1"};
  constexpr std::array<std::string_view, 4> no{"false", "no", "off", "0"};
  const auto is_given = [text](std::string_view word) { return is_word(text, word); };
  if (std::any_of(yes.begin(), yes.end(), is_given)) return true;
  if (std::any_of(no.begin(), no.end(), is_given)) return false;
  return std::nullopt;
}

std::optional<std::uint64_t> parse_digits(std::string_view text) noexcept {
  // Unsigned, so that from_chars takes no sign.
  std::uint64_t number = 0;
  const auto* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || at != end) return std::nullopt;
  return number;
}

std::vector<std::string> parse_list(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto comma = text.find(',');
    const auto part = trim_blanks(text.substr(0, comma));
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    if (!part.empty()) parts.emplace_back(part);
  }
  return parts;
}

std::string to_list_text(std::span<const std::string> parts) {
  std::string text;
  for (const auto& part : parts) {
    if (!text.empty()) text += ',';
    text += part;
  }
  return text;
}

}  // namespace coffeeauth
