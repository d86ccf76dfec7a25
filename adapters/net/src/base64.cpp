#include "base64.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "coffeeauth/wipe.hpp"

namespace coffeeauth::net {
namespace {

constexpr std::size_t encoded_size(std::size_t size) { return 4 * ((size + 2) / 3); }

/// `out` has room for encoded_size() octets, and no more: OpenSSL would write a zero behind them.
void encode(std::span<const std::byte> in, char* out) {
  constexpr std::size_t step = 48;
  std::array<unsigned char, encoded_size(step) + 1> encoded{};
  while (!in.empty()) {
    const auto some = in.first(std::min(step, in.size()));
    EVP_EncodeBlock(encoded.data(), reinterpret_cast<const unsigned char*>(some.data()),
                    static_cast<int>(some.size()));
    std::memcpy(out, encoded.data(), encoded_size(some.size()));
    out += encoded_size(some.size());
    in = in.subspan(some.size());
  }
  wipe(std::as_writable_bytes(std::span{encoded}));
}

}  // namespace

std::string encode_base64(std::string_view bytes) {
  std::string text(encoded_size(bytes.size()), '\0');
  encode(std::as_bytes(std::span{bytes}), text.data());
  return text;
}

Secret encode_base64(const Secret& bytes) {
  auto text = Secret::of_size(encoded_size(bytes.size()));
  encode(bytes.expose_secret_bytes(), reinterpret_cast<char*>(text.writable().data()));
  return text;
}

std::optional<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0 || text.size() > std::size_t{1} << 30U) return std::nullopt;
  std::string bytes(text.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  // It counts padding as octets, and skips blanks around the text.
  if (size < 0 || static_cast<std::size_t>(size) != bytes.size()) return std::nullopt;
  if (text.ends_with("==")) bytes.pop_back();
  if (text.ends_with('=')) bytes.pop_back();
  if (encode_base64(std::string_view{bytes}) != text) return std::nullopt;
  return bytes;
}

}  // namespace coffeeauth::net
