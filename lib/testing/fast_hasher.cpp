#include "coffeeauth/testing/fast_hasher.hpp"

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "coffeeauth/error.hpp"

namespace coffeeauth::testing {
namespace {

constexpr std::string_view prefix = "$fast$g=";

std::string to_hex(std::span<const std::byte> bytes) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const auto byte : bytes) {
    text += digits[std::to_integer<unsigned>(byte) >> 4U];
    text += digits[std::to_integer<unsigned>(byte) & 0x0FU];
  }
  return text;
}

std::string fnv1a(std::string_view salt, std::string_view password) {
  std::uint64_t state = 0xcbf29ce484222325U;
  for (const auto part : {salt, std::string_view{"$"}, password}) {
    for (const char c : part) state = (state ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  }
  return to_hex(std::as_bytes(std::span{&state, 1}));
}

struct Parts {
  std::uint64_t generation = 0;
  std::string_view salt;
  std::string_view sum;
};

std::optional<Parts> split(std::string_view phc) {
  if (!phc.starts_with(prefix)) return std::nullopt;
  phc.remove_prefix(prefix.size());
  Parts parts;
  const auto [end, error] = std::from_chars(phc.data(), phc.data() + phc.size(), parts.generation);
  if (error != std::errc{}) return std::nullopt;
  phc.remove_prefix(static_cast<std::size_t>(end - phc.data()));
  const auto second = phc.find('$', 1);
  if (!phc.starts_with('$') || second == std::string_view::npos) return std::nullopt;
  parts.salt = phc.substr(1, second - 1);
  parts.sum = phc.substr(second + 1);
  return parts;
}

PasswordHash make(std::uint64_t generation, std::string_view salt, const Password& password) {
  return PasswordHash{std::string{prefix} + std::to_string(generation) + "$" + std::string{salt} +
                      "$" + fnv1a(salt, password.expose_secret())};
}

}  // namespace

void FastHasher::fail_if_due() {
  auto left = failures_.load();
  while (left > 0) {
    if (failures_.compare_exchange_weak(left, left - 1))
      throw Unavailable("a full queue, scripted");
  }
}

PasswordHash FastHasher::hash(const Password& password, const PasswordSalt& salt) {
  fail_if_due();
  ++hashes_;
  return make(generation_, to_hex(salt), password);
}

std::optional<PasswordHash> FastHasher::hash_like(const Password& password,
                                                  const PasswordHash& stored) {
  const auto parts = split(stored.phc());
  if (!parts) return std::nullopt;
  fail_if_due();
  ++hashes_;
  return make(parts->generation, parts->salt, password);
}

bool FastHasher::needs_rehash(const PasswordHash& stored) const noexcept {
  const auto parts = split(stored.phc());
  return parts && parts->generation < generation_;
}

PasswordVerdict FastHasher::verify(const Password& password, const PasswordHash& stored) {
  fail_if_due();
  ++verifies_;
  const auto parts = split(stored.phc());
  if (!parts || fnv1a(parts->salt, password.expose_secret()) != parts->sum) {
    return PasswordVerdict::no_match;
  }
  return parts->generation < generation_ ? PasswordVerdict::match_needs_rehash
                                         : PasswordVerdict::match;
}

}  // namespace coffeeauth::testing
