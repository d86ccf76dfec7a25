#include "lib/sessions/refresh_token.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "coffeeauth/base64url.hpp"

namespace coffeeauth {
namespace {

constexpr std::size_t id_size = 16;
constexpr std::size_t secret_size = 32;
constexpr std::size_t tag_size = 16;
constexpr std::size_t body_size = id_size + secret_size;
constexpr std::size_t token_size = body_size + tag_size;
constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
constexpr std::size_t text_size = (token_size * 4 + 2) / 3;

std::string_view tag_of(const std::array<std::uint8_t, 32>& mac) {
  return {reinterpret_cast<const char*>(mac.data()), tag_size};
}

/// Which secret key the tag was made with, and so the digest that was kept.
std::optional<std::size_t> key_of(std::string_view token, const Vault& vault) {
  for (std::size_t key = 0; key < vault.key_count(); ++key) {
    const auto mac = vault.mac("refresh_token_tag", {token.substr(0, body_size)}, key);
    if (equal_in_constant_time(token.substr(body_size), tag_of(mac))) return key;
  }
  return std::nullopt;
}

}  // namespace

RefreshToken RefreshToken::make(const SessionId& session, const Vault& vault,
                                RandomSource& random) {
  auto token = Secret::of_size(token_size);
  const auto out = token.writable();
  std::transform(session.bytes().begin(), session.bytes().end(), out.begin(),
                 [](std::uint8_t byte) { return std::byte{byte}; });
  random.fill(out.subspan(id_size, secret_size));
  const auto mac = vault.mac("refresh_token_tag", {token.expose_secret().substr(0, body_size)});
  std::transform(mac.begin(), mac.begin() + tag_size, out.begin() + body_size,
                 [](std::uint8_t byte) { return std::byte{byte}; });
  auto text = base64url_encode(token);
  const auto digest = vault.refresh_digest(text.expose_secret());
  return {session, digest, std::move(text)};
}

std::optional<RefreshToken> RefreshToken::parse(std::string_view text, const Vault& vault) {
  if (text.size() != text_size) return std::nullopt;
  auto token = Secret::of_size(token_size);
  std::size_t size = 0;
  // libsodium refuses padding and stray bits in the last character.
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(token.writable().data()), token.size(),
                        text.data(), text.size(), nullptr, &size, nullptr, variant) != 0 ||
      size != token_size) {
    return std::nullopt;
  }
  const auto bytes = token.expose_secret();
  // libsodium 1.0.18 reads every octet from 0x80 on as '_', so that one token would have many texts
  // and all but one of them would look spent.
  const auto canonical = base64url_encode(token);
  if (!equal_in_constant_time(canonical.expose_secret(), text)) return std::nullopt;
  const auto key = key_of(bytes, vault);
  if (!key) return std::nullopt;
  UuidBytes id{};
  std::transform(bytes.begin(), bytes.begin() + id_size, id.begin(),
                 [](char c) { return static_cast<std::uint8_t>(c); });
  return RefreshToken{SessionId{id}, vault.refresh_digest(text, *key), Secret{text}};
}

}  // namespace coffeeauth
