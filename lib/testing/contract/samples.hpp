#pragma once
/// Values for the suites to write: the n-th id, user, session, job.

#include <chrono>
#include <cstdint>
#include <string>

#include "coffeeauth/ports/store.hpp"

namespace coffeeauth::testing {

using namespace std::chrono_literals;
using namespace std::string_literals;

/// With milliseconds, so that a Store that drops them is noticed.
inline constexpr UtcTime noon = from_unix_millis(1'768'478'400'123);

/// The n-th id of its kind; a greater one for a greater n.
template <class IdType>
IdType nth(std::uint64_t n) {
  UuidBytes bytes{0x01, 0x9b, 0xc0, 0, 0, 0, 0x70, 0, 0x80};
  for (std::size_t i = 0; i < 6; ++i) bytes[15 - i] = static_cast<std::uint8_t>(n >> (8 * i));
  return IdType{bytes};
}

template <class DigestType>
DigestType nth_digest(std::uint64_t n) {
  typename DigestType::Bytes bytes{};
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<std::uint8_t>(n >> (8 * i));
  return DigestType{bytes};
}
inline CodeDigest code(std::uint64_t n) { return nth_digest<CodeDigest>(n); }
inline RefreshTokenDigest token(std::uint64_t n) { return nth_digest<RefreshTokenDigest>(n); }
inline AddressDigest network(std::uint64_t n) { return nth_digest<AddressDigest>(n); }

inline PasswordHash hash(std::uint64_t n) {
  return PasswordHash{"$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$" + std::to_string(n)};
}

/// As typed; the canonical form is in lower case.
inline EmailAddress address(const std::string& typed) {
  auto canonical = typed;
  for (auto& c : canonical) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return EmailAddress::restore(typed, canonical);
}

/// A user as create_user() takes it: verified, no administrator.
inline NewUser user(std::uint64_t n) {
  return NewUser{.id = nth<UserId>(n),
                 .email = address("user" + std::to_string(n) + "@example.org"),
                 .first_name = "Ada",
                 .last_name = "Lovelace",
                 .is_verified = true,
                 .password_hash = hash(n),
                 .now = noon};
}
inline NewUser admin(std::uint64_t n) {
  auto made = user(n);
  made.role = Role::admin;
  return made;
}
/// A sign-up for `email`, the password of which hashes to `password_hash`.
inline NewUser candidate(std::uint64_t n, const std::string& email, const PasswordHash& wanted) {
  auto made = user(n);
  made.email = address(email);
  made.is_verified = false;
  made.password_hash = wanted;
  return made;
}

inline NewSession session(std::uint64_t n, const UserId& owner) {
  return NewSession{.session = {.id = nth<SessionId>(n),
                                .user_id = owner,
                                .created_at = noon,
                                .last_used_at = noon,
                                .idle_expires_at = noon + 24h,
                                .expires_at = noon + 72h,
                                .address = "2001:db8::1",
                                .user_agent = "Mozilla/5.0 (\"quoted\"; 100% \\o/)",
                                .authenticated_at = noon - 1s,
                                .methods = "password email_code"},
                    .refresh_digest = token(n)};
}

inline NewJob job(std::uint64_t n) {
  return NewJob{.id = nth<JobId>(n),
                .kind = "verification_code",
                .sealed_payload = "\0\x01\xff sealed \0"s,
                .message_id = std::to_string(n) + ".mail@example.org",
                .created_at = noon,
                .expires_at = noon + 1h};
}

inline StoredKey key(const std::string& kid, const std::string& algorithm = "ES256") {
  return StoredKey{.kid = kid,
                   .algorithm = algorithm,
                   .sealed_private = "\0\xfe private \0"s,
                   .created_at = noon,
                   .signs_from = noon + 1ms};
}

/// More than a test ever runs into.
inline constexpr MailPace no_pace{.pause = 0ms, .per_hour = 1'000, .per_day = 1'000};
inline constexpr GuessLimits five_guesses{.per_code = 5, .per_day = 50};

}  // namespace coffeeauth::testing
