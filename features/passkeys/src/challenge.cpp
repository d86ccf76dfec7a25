#include "features/passkeys/src/challenge.hpp"

#include <algorithm>
#include <cstdint>

namespace coffeeauth::passkeys {
namespace {

constexpr std::size_t random_size = 16;
constexpr std::size_t expiry_size = 8;
constexpr std::size_t head_size = random_size + expiry_size;
constexpr std::size_t challenge_size = head_size + FeatureDigest::Bytes{}.size();
constexpr std::string_view challenge_purpose = "challenge";

std::string_view word_of(Ceremony ceremony) {
  switch (ceremony) {
    case Ceremony::create:
      return "create";
    case Ceremony::login:
      return "login";
    case Ceremony::second:
      return "second";
    case Ceremony::step_up:
      break;
  }
  return "step_up";
}

std::string big_endian(std::uint64_t number) {
  std::string bytes;
  for (std::size_t i = 0; i < expiry_size; ++i) {
    bytes += static_cast<char>(number >> (8 * (expiry_size - 1 - i)) & 0xFFU);
  }
  return bytes;
}

std::uint64_t number_in(std::string_view big_endian_bytes) {
  std::uint64_t number = 0;
  for (const char byte : big_endian_bytes) number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

}  // namespace

std::string make_challenge(const Sealer& sealer, RandomSource& random, Ceremony ceremony,
                           std::string_view subject, UtcTime expires_at) {
  const auto unique = random_bytes(random, random_size);
  auto challenge = std::string{unique.expose_secret()} +
                   big_endian(static_cast<std::uint64_t>(to_unix_millis(expires_at)));
  const auto mac = sealer.digest(challenge_purpose, {challenge, word_of(ceremony), subject});
  challenge.append(mac.bytes().begin(), mac.bytes().end());
  return challenge;
}

std::optional<UtcTime> expiry_of(const Sealer& sealer, std::string_view challenge,
                                 Ceremony ceremony, std::string_view subject, UtcTime now) {
  if (challenge.size() != challenge_size) return std::nullopt;
  const auto head = challenge.substr(0, head_size);
  FeatureDigest::Bytes bytes{};
  std::transform(challenge.begin() + head_size, challenge.end(), bytes.begin(),
                 [](char c) { return static_cast<std::uint8_t>(c); });
  const FeatureDigest said{bytes};
  bool is_ours = false;
  for (const auto& mac : sealer.digests(challenge_purpose, {head, word_of(ceremony), subject})) {
    is_ours = (mac == said) || is_ours;
  }
  if (!is_ours) return std::nullopt;
  const auto expires_at =
      from_unix_millis(static_cast<std::int64_t>(number_in(head.substr(random_size))));
  if (expires_at <= now) return std::nullopt;
  return expires_at;
}

}  // namespace coffeeauth::passkeys
