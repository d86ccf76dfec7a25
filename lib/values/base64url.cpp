#include "coffeeauth/base64url.hpp"

#include <sodium.h>

#include <array>
#include <cstdint>

namespace coffeeauth {
namespace {

constexpr int base64url_variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
constexpr std::uint8_t no_letter = 0xFF;

constexpr std::array<std::uint8_t, 256> make_letter_values() {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::array<std::uint8_t, 256> values{};
  values.fill(no_letter);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    values.at(static_cast<unsigned char>(alphabet[i])) = static_cast<std::uint8_t>(i);
  }
  return values;
}
constexpr auto letter_values = make_letter_values();

/// With the NUL that libsodium writes behind it.
std::size_t encoded_size(std::size_t bytes) {
  return sodium_base64_encoded_len(bytes, base64url_variant);
}

void encode_into(char* text, std::size_t size, std::string_view bytes) {
  sodium_bin2base64(text, size, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                    base64url_variant);
}

}  // namespace

std::string base64url_encode(std::string_view bytes) {
  std::string text(encoded_size(bytes.size()), '\0');
  encode_into(text.data(), text.size(), bytes);
  text.pop_back();
  return text;
}

Secret base64url_encode(const Secret& bytes) {
  auto text = Secret::of_size(encoded_size(bytes.size()));
  encode_into(reinterpret_cast<char*>(text.writable().data()), text.size(), bytes.expose_secret());
  return Secret{text.expose_secret().substr(0, text.size() - 1)};
}

// Not libsodium's decoder: that of 1.0.18 takes every byte above 0x7F for some letter, so that a
// token would have many texts.
std::optional<std::string> base64url_decode(std::string_view text) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t pending = 0;
  unsigned pending_bits = 0;
  for (const char letter : text) {
    const auto value = letter_values.at(static_cast<unsigned char>(letter));
    if (value == no_letter) return std::nullopt;
    pending = (pending << 6U) | value;
    pending_bits += 6;
    if (pending_bits < 8) continue;
    pending_bits -= 8;
    bytes.push_back(static_cast<char>((pending >> pending_bits) & 0xFFU));
    pending &= (1U << pending_bits) - 1U;
  }
  if (pending != 0) return std::nullopt;
  return bytes;
}

}  // namespace coffeeauth
