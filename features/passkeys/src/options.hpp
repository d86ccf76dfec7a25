#pragma once
/// Completed and checked options. Private to the room.

#include <chrono>

#include "coffeeauth/passkeys/options.hpp"

namespace coffeeauth::passkeys {

/// The most that PASSKEY_CHALLENGE_LIFETIME can be.
inline constexpr std::chrono::seconds longest_challenge{std::chrono::minutes{15}};

/// Fills in `rp_id` and `origins` from `public_url` where they are empty. Throws
/// std::invalid_argument that begins with the name of the setting for invalid options, unless the
/// feature is disabled.
[[nodiscard]] PasskeyOptions completed(PasskeyOptions options);

}  // namespace coffeeauth::passkeys
