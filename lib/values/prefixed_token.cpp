#include "coffeeauth/prefixed_token.hpp"

#include <algorithm>

#include "coffeeauth/base64url.hpp"

namespace coffeeauth {
namespace {

constexpr std::size_t token_octets = 32;
/// What 32 octets are in base64url, without padding.
constexpr std::size_t token_characters = 43;

}  // namespace

Secret make_prefixed_token(std::string_view prefix, RandomSource& random) {
  const auto digits = base64url_encode(random_bytes(random, token_octets));
  auto text = Secret::of_size(prefix.size() + digits.size());
  const auto out = text.writable();
  const auto rest = std::transform(prefix.begin(), prefix.end(), out.begin(),
                                   [](char c) { return static_cast<std::byte>(c); });
  const auto bytes = digits.expose_secret_bytes();
  std::copy(bytes.begin(), bytes.end(), rest);
  return text;
}

bool is_prefixed_token(std::string_view prefix, const Secret& token) noexcept {
  const auto text = token.expose_secret();
  return text.size() == prefix.size() + token_characters && text.starts_with(prefix);
}

}  // namespace coffeeauth
