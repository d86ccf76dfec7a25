#pragma once
/// A SQLite store in a folder of its own, and short ways to make what goes into it.

#include <memory>
#include <string>

#include "coffeeauth/sql/sql.hpp"
#include "tests/temporary_folder.hpp"

namespace coffeeauth::sql::testing {

using coffeeauth::testing::TemporaryFolder;

inline constexpr UtcTime noon = from_unix_millis(1'800'000'000'000);

/// The n-th id of a kind; greater for a greater n.
template <class IdType>
IdType nth_id(std::uint64_t n) {
  UuidBytes bytes{};
  bytes[6] = 0x70;
  bytes[8] = 0x80;
  for (std::size_t i = 0; i < 6; ++i) {
    bytes[15 - i] = static_cast<std::uint8_t>(n >> (8 * i));
  }
  return IdType{bytes};
}

template <class DigestType>
DigestType nth_digest(std::uint8_t n) {
  typename DigestType::Bytes bytes{};
  bytes.fill(n);
  return DigestType{bytes};
}

inline EmailAddress email_of(const std::string& name) {
  const auto address = name + "@example.com";
  return EmailAddress::restore(address, address);
}

inline NewUser new_user(std::uint64_t n, bool verified = true) {
  return NewUser{.id = nth_id<UserId>(n),
                 .email = email_of("user" + std::to_string(n)),
                 .first_name = "Ann",
                 .last_name = "Lee",
                 .is_verified = verified,
                 .password_hash = PasswordHash{"$argon2id$hash" + std::to_string(n)},
                 .now = noon + std::chrono::milliseconds{n}};
}

inline NewSession new_session(std::uint64_t n, const UserId& user) {
  return NewSession{.session = Session{.id = nth_id<SessionId>(n),
                                       .user_id = user,
                                       .created_at = noon,
                                       .last_used_at = noon,
                                       .idle_expires_at = noon + std::chrono::hours{24},
                                       .expires_at = noon + std::chrono::hours{48},
                                       .address = "127.0.0.1",
                                       .user_agent = "test"},
                    .refresh_digest = nth_digest<RefreshTokenDigest>(1)};
}

inline NewJob new_job(std::uint64_t n) {
  return NewJob{.id = nth_id<JobId>(n),
                .kind = "verification_code",
                .sealed_payload = std::string("\0sealed\0", 8),
                .message_id = "m" + std::to_string(n) + "@example.com",
                .created_at = noon + std::chrono::milliseconds{n},
                .expires_at = noon + std::chrono::hours{1}};
}

/// Creates the user in a transaction of its own.
inline void add_user(Store& store, const NewUser& user) {
  store.transact([&](Transaction& tx) { static_cast<void>(tx.users().create_user(user)); });
}

}  // namespace coffeeauth::sql::testing
