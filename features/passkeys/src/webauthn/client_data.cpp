#include "features/passkeys/src/webauthn/client_data.hpp"

#include <utility>

#include "coffeeauth/base64url.hpp"
#include "features/passkeys/src/webauthn/strict_json.hpp"

namespace coffeeauth::passkeys {

Checked<ClientData> parse_client_data(std::string_view json) {
  const auto object = parse_strict_json(json);
  if (!object) return Rejection::client_data;
  const auto* const type = text_at(*object, "type");
  const auto* const challenge = text_at(*object, "challenge");
  const auto* const origin = text_at(*object, "origin");
  if (type == nullptr || challenge == nullptr || origin == nullptr) return Rejection::client_data;
  const auto cross_origin = object->find("crossOrigin");
  if ((cross_origin != object->end() && *cross_origin != false) || object->contains("topOrigin")) {
    return Rejection::cross_origin;
  }
  auto decoded = base64url_decode(*challenge);
  if (!decoded) return Rejection::challenge;
  return ClientData{.type = *type, .challenge = *std::move(decoded), .origin = *origin};
}

}  // namespace coffeeauth::passkeys
