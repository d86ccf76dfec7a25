#pragma once
/// Client data: what the browser tells of the page that asked (WebAuthn 5.8.1).

#include <string>
#include <string_view>

#include "coffeeauth/passkeys/webauthn.hpp"

namespace coffeeauth::passkeys {

/// Client data of a page that no other origin embedded.
struct ClientData {
  std::string type;
  /// Decoded.
  std::string challenge;
  std::string origin;
};

/// Parses client data; unknown members are ignored.
[[nodiscard]] Checked<ClientData> parse_client_data(std::string_view json);

}  // namespace coffeeauth::passkeys
