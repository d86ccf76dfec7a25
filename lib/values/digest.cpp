#include "coffeeauth/digest.hpp"

namespace coffeeauth {
namespace {

std::optional<std::uint8_t> nibble(char c) noexcept {
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
  return std::nullopt;
}

}  // namespace

std::string to_hex(const std::array<std::uint8_t, 32>& bytes) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const auto byte : bytes) {
    text.push_back(digits[byte >> 4U]);
    text.push_back(digits[byte & 0x0FU]);
  }
  return text;
}

std::optional<std::array<std::uint8_t, 32>> parse_hex_digest(std::string_view text) noexcept {
  std::array<std::uint8_t, 32> bytes{};
  if (text.size() != bytes.size() * 2) return std::nullopt;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto high = nibble(text[2 * i]);
    const auto low = nibble(text[2 * i + 1]);
    if (!high || !low) return std::nullopt;
    bytes.at(i) = static_cast<std::uint8_t>(*high << 4U | *low);
  }
  return bytes;
}

}  // namespace coffeeauth
