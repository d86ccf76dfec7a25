// What a browser says in JSON: client data, and the credential around them.

#include <nlohmann/json.hpp>

#include "coffeeauth/base64url.hpp"
#include "features/passkeys/src/webauthn/client_data.hpp"
#include "tests/fuzz/target.hpp"

namespace coffeeauth {
namespace {

using fuzz::hold;
using nlohmann::json;

void check_client_data(std::string_view input) {
  const auto result = passkeys::parse_client_data(input);
  const auto* const data = std::get_if<passkeys::ClientData>(&result);
  if (data == nullptr) return;
  const auto other = json::parse(input, nullptr, false);
  hold(other.is_object(), "what is read strictly is JSON");
  hold(other.at("type") == data->type && other.at("origin") == data->origin, "and means the same");
  hold(other.at("challenge") == base64url_encode(data->challenge), "a challenge has one spelling");
  hold(!other.contains("topOrigin") && !other.value("crossOrigin", false), "no page embeds it");
}

void check_credential(std::string_view input) {
  const auto registration = passkeys::read_registration(input);
  if (const auto* const read = std::get_if<passkeys::RegistrationResponse>(&registration)) {
    const auto other = json::parse(input);
    hold(other.at("id") == base64url_encode(read->id), "an id has one spelling");
    hold(other.at("rawId") == other.at("id"), "and is there twice");
    hold(!read->id.empty() && read->id.size() <= 1'023, "an id has its length");
    hold(read->transports.size() <= 6, "transports are known words");
  }
  const auto assertion = passkeys::read_assertion(input);
  if (const auto* const read = std::get_if<passkeys::AssertionResponse>(&assertion)) {
    const auto other = json::parse(input);
    hold(other.at("response").at("signature") == base64url_encode(read->signature),
         "a signature has one spelling");
  }
}

}  // namespace
}  // namespace coffeeauth

COFFEEAUTH_FUZZ_TARGET(client_data) {
  coffeeauth::check_client_data(input);
  coffeeauth::check_credential(input);
}
