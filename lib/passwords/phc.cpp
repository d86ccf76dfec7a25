#include "lib/passwords/phc.hpp"

#include <sodium.h>

#include <charconv>

namespace coffeeauth {
namespace {

constexpr int variant = sodium_base64_VARIANT_ORIGINAL_NO_PADDING;
constexpr std::size_t longest = 256;
constexpr std::string_view prefix = "$argon2id$v=19$m=";
constexpr std::size_t salt_size = crypto_pwhash_argon2id_SALTBYTES;

bool take(std::string_view& text, std::string_view expected) noexcept {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

std::optional<std::uint32_t> take_number(std::string_view& text, std::uint32_t least,
                                         std::uint32_t most) noexcept {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || text.front() == '0' || value < least || value > most) {
    return std::nullopt;
  }
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

std::optional<std::vector<unsigned char>> decode(std::string_view text, std::size_t least,
                                                 std::size_t most) {
  std::vector<unsigned char> bytes(most);
  std::size_t size = 0;
  if (sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &size,
                        nullptr, variant) != 0 ||
      size < least) {
    return std::nullopt;
  }
  bytes.resize(size);
  return bytes;
}

std::string encode(const std::vector<unsigned char>& bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), variant);
  text.pop_back();  // the final NUL
  return text;
}

}  // namespace

std::optional<PhcString> parse_phc(std::string_view text) {
  if (text.size() > longest || !take(text, prefix)) return std::nullopt;
  const auto memory = take_number(text, 8, 1'048'576);
  if (!memory || !take(text, ",t=")) return std::nullopt;
  const auto iterations = take_number(text, 1, 20);
  if (!iterations || !take(text, ",p=1$")) return std::nullopt;
  const auto dollar = text.find('$');
  if (dollar == std::string_view::npos) return std::nullopt;
  auto salt = decode(text.substr(0, dollar), salt_size, salt_size);
  auto hash = decode(text.substr(dollar + 1), 16, 64);
  if (!salt || !hash) return std::nullopt;
  // libsodium 1.0.18 reads every octet from 0x80 on as '/'.
  if (encode(*salt) != text.substr(0, dollar) || encode(*hash) != text.substr(dollar + 1)) {
    return std::nullopt;
  }
  return PhcString{*memory, *iterations, *std::move(salt), *std::move(hash)};
}

std::string to_phc(const PhcString& phc) {
  std::string text{prefix};
  text += std::to_string(phc.memory_kib) + ",t=" + std::to_string(phc.iterations) + ",p=1$";
  return text + encode(phc.salt) + "$" + encode(phc.hash);
}

}  // namespace coffeeauth
