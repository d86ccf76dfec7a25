#pragma once
/// Challenges of ceremonies, which no row remembers until they are used. Private to the room.

#include <optional>
#include <string>
#include <string_view>

#include "coffeeauth/kernel.hpp"
#include "coffeeauth/time.hpp"

namespace coffeeauth::passkeys {

/// What a challenge is made for; good for nothing else.
enum class Ceremony {
  /// A new passkey. Its subject is a user and a session.
  create,
  /// A login, of whomever. It has no subject.
  login,
  /// The second step of a login. Its subject is a user and a ticket.
  second,
  /// A session that authenticates again. Its subject is a user and that session.
  step_up,
};

/// Returns a new challenge, not encoded: 16 random bytes, when it expires (milliseconds since 1970,
/// 8 bytes, the highest first), and the MAC of both, of the ceremony and of its subject.
[[nodiscard]] std::string make_challenge(const Sealer& sealer, RandomSource& random,
                                         Ceremony ceremony, std::string_view subject,
                                         UtcTime expires_at);

/// Returns when the challenge expires, if it was made by make_challenge() for this ceremony and
/// subject, under any key of the ring, and has not expired at `now`.
[[nodiscard]] std::optional<UtcTime> expiry_of(const Sealer& sealer, std::string_view challenge,
                                               Ceremony ceremony, std::string_view subject,
                                               UtcTime now);

}  // namespace coffeeauth::passkeys
