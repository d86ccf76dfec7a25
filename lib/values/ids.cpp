#include "coffeeauth/ids.hpp"

#include <span>

#include "coffeeauth/ports/random_source.hpp"

namespace coffeeauth {
namespace {

bool is_dash_at(std::size_t position) noexcept {
  return position == 8 || position == 13 || position == 18 || position == 23;
}

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string to_uuid_string(const UuidBytes& bytes) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (const auto byte : bytes) {
    if (is_dash_at(text.size())) text.push_back('-');
    text.push_back(digits[byte >> 4U]);
    text.push_back(digits[byte & 0x0FU]);
  }
  return text;
}

std::optional<UuidBytes> parse_uuid(std::string_view text) noexcept {
  if (text.size() != 36) return std::nullopt;
  UuidBytes bytes{};
  std::size_t nibbles = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_dash_at(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const int value = hex_value(text[i]);
    if (value < 0) return std::nullopt;
    auto& byte = bytes.at(nibbles / 2);
    byte =
        static_cast<std::uint8_t>(static_cast<unsigned>(byte) << 4U | static_cast<unsigned>(value));
    ++nibbles;
  }
  return bytes;
}

UuidBytes make_uuid_v7(UtcTime now, RandomSource& random) {
  UuidBytes bytes{};
  random.fill(std::as_writable_bytes(std::span{bytes}));
  const auto millis = static_cast<std::uint64_t>(to_unix_millis(now));
  for (std::size_t i = 0; i < 6; ++i) {
    bytes.at(i) = static_cast<std::uint8_t>(millis >> (40 - 8 * i));
  }
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0FU) | 0x70U);  // version 7
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3FU) | 0x80U);  // variant of RFC 9562
  return bytes;
}

}  // namespace coffeeauth
