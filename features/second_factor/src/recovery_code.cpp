#include <sodium.h>

#include <array>
#include <cstdint>

#include "features/second_factor/src/room.hpp"

namespace coffeeauth::second_factor {
namespace {

/// Crockford's, without what is taken for another character, and without U.
constexpr std::string_view recovery_alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t group = 4;

/// The character that is meant; 0 when it can be none.
char recovery_character(char typed) {
  if (typed >= 'a' && typed <= 'z') typed = static_cast<char>(typed - 'a' + 'A');
  if (typed == 'O') return '0';
  if (typed == 'I' || typed == 'L') return '1';
  return recovery_alphabet.find(typed) == std::string_view::npos ? '\0' : typed;
}

bool is_recovery_separator(char c) {
  return c == ' ' || c == '-' || c == '\t' || c == '\r' || c == '\n';
}

}  // namespace

RecoveryCode RecoveryCode::random(RandomSource& random) {
  // Of each byte five bits, which are uniform and draw all from one call.
  auto text = random_bytes(random, characters);
  for (auto& byte : text.writable()) {
    byte = static_cast<std::byte>(recovery_alphabet[std::to_integer<unsigned>(byte) & 0x1FU]);
  }
  return RecoveryCode{std::move(text)};
}

std::optional<RecoveryCode> RecoveryCode::parse(std::string_view typed) {
  auto text = Secret::of_size(characters);
  const auto out = text.writable();
  std::size_t count = 0;
  for (const char c : typed) {
    if (is_recovery_separator(c)) continue;
    const char meant = recovery_character(c);
    if (meant == '\0' || count == characters) return std::nullopt;
    out[count++] = static_cast<std::byte>(meant);
  }
  if (count != characters) return std::nullopt;
  return RecoveryCode{std::move(text)};
}

FeatureDigest digest_of(const RecoveryCode& code, const UserId& user) {
  const auto add = [](crypto_hash_sha256_state& state, std::string_view text) {
    crypto_hash_sha256_update(&state, reinterpret_cast<const unsigned char*>(text.data()),
                              text.size());
  };
  crypto_hash_sha256_state state{};
  std::array<std::uint8_t, crypto_hash_sha256_BYTES> hash{};
  crypto_hash_sha256_init(&state);
  add(state, "coffeeauth recovery code/");
  add(state, user.str());
  add(state, "/");
  add(state, code.expose_secret());
  crypto_hash_sha256_final(&state, hash.data());
  sodium_memzero(&state, sizeof state);
  return FeatureDigest{hash};
}

Secret RecoveryCode::shown() const {
  auto shown = Secret::of_size(characters + characters / group - 1);
  const auto out = shown.writable();
  const auto text = text_.expose_secret_bytes();
  std::size_t at = 0;
  for (std::size_t i = 0; i < characters; ++i) {
    if (i > 0 && i % group == 0) out[at++] = static_cast<std::byte>('-');
    out[at++] = text[i];
  }
  return shown;
}

}  // namespace coffeeauth::second_factor
