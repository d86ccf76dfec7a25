#pragma once
/// What a browser is asked for, in the JSON of WebAuthn Level 3. Private to the room.

#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/passkeys/options.hpp"
#include "coffeeauth/passkeys/passkey_store.hpp"
#include "coffeeauth/user.hpp"

namespace coffeeauth::passkeys {

/// Whether the authenticator has to verify the user.
enum class UserVerification { required, preferred };

/// `PublicKeyCredentialCreationOptionsJSON` for a new passkey of the user, who has `present` ones.
/// `rp_name` is what authenticators show; the challenge is not encoded.
[[nodiscard]] std::string creation_json(const PasskeyOptions& options, std::string_view rp_name,
                                        const User& user, const UserHandle& handle,
                                        std::string_view challenge,
                                        const std::vector<Passkey>& present);

/// `PublicKeyCredentialRequestOptionsJSON`; without any `allowed`, for whichever passkey the
/// browser finds.
[[nodiscard]] std::string request_json(const PasskeyOptions& options, std::string_view challenge,
                                       UserVerification verification,
                                       const std::vector<Passkey>& allowed);

/// The bytes of a handle.
[[nodiscard]] std::string_view bytes_of(const UserHandle& handle) noexcept;

}  // namespace coffeeauth::passkeys
