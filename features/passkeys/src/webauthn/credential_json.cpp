#include <algorithm>
#include <array>
#include <utility>

#include "coffeeauth/base64url.hpp"
#include "coffeeauth/passkeys/webauthn.hpp"
#include "features/passkeys/src/webauthn/strict_json.hpp"

namespace coffeeauth::passkeys {
namespace {

constexpr std::array<std::string_view, 6> known_transports{"ble", "hybrid",     "internal",
                                                           "nfc", "smart-card", "usb"};

/// A credential's id and the member `response`.
struct Envelope {
  std::string id;
  nlohmann::json response;
};

std::optional<std::string> bytes_at(const nlohmann::json& object, const char* name) {
  const auto* const text = text_at(object, name);
  return text != nullptr ? base64url_decode(*text) : std::nullopt;
}

std::optional<Envelope> read_envelope(std::string_view json) {
  if (json.size() > longest_credential_json) return std::nullopt;
  auto object = parse_strict_json(json);
  if (!object) return std::nullopt;
  const auto* const type = text_at(*object, "type");
  const auto* const id = text_at(*object, "id");
  const auto* const raw_id = text_at(*object, "rawId");
  if (type == nullptr || *type != "public-key") return std::nullopt;
  if (id == nullptr || raw_id == nullptr || *id != *raw_id) return std::nullopt;
  auto decoded = base64url_decode(*id);
  if (!decoded || decoded->empty() || decoded->size() > longest_credential_id) return std::nullopt;
  const auto response = object->find("response");
  if (response == object->end() || !response->is_object()) return std::nullopt;
  return Envelope{.id = *std::move(decoded), .response = std::move(*response)};
}

/// The known ones among the words of a list, each once; nothing unless it is a list of texts.
std::optional<std::vector<std::string>> read_transports(const nlohmann::json& list) {
  if (!list.is_array()) return std::nullopt;
  std::vector<std::string> kept;
  for (const auto& word : list) {
    const auto* const text = word.get_ptr<const std::string*>();
    if (text == nullptr) return std::nullopt;
    const auto is = [&](std::string_view other) { return *text == other; };
    if (std::none_of(known_transports.begin(), known_transports.end(), is)) continue;
    if (std::none_of(kept.begin(), kept.end(), is)) kept.push_back(*text);
  }
  return kept;
}

}  // namespace

Checked<RegistrationResponse> read_registration(std::string_view json) {
  auto envelope = read_envelope(json);
  if (!envelope) return Rejection::credential;
  auto client_data = bytes_at(envelope->response, "clientDataJSON");
  auto attestation = bytes_at(envelope->response, "attestationObject");
  if (!client_data || !attestation) return Rejection::credential;
  RegistrationResponse response{.id = std::move(envelope->id),
                                .client_data_json = *std::move(client_data),
                                .attestation_object = *std::move(attestation)};
  const auto transports = envelope->response.find("transports");
  if (transports != envelope->response.end()) {
    auto kept = read_transports(*transports);
    if (!kept) return Rejection::credential;
    response.transports = *std::move(kept);
  }
  return response;
}

Checked<AssertionResponse> read_assertion(std::string_view json) {
  auto envelope = read_envelope(json);
  if (!envelope) return Rejection::credential;
  auto client_data = bytes_at(envelope->response, "clientDataJSON");
  auto authenticator_data = bytes_at(envelope->response, "authenticatorData");
  auto signature = bytes_at(envelope->response, "signature");
  if (!client_data || !authenticator_data || !signature) return Rejection::credential;
  AssertionResponse response{.id = std::move(envelope->id),
                             .client_data_json = *std::move(client_data),
                             .authenticator_data = *std::move(authenticator_data),
                             .signature = *std::move(signature)};
  // Scripts that write this JSON for older browsers give null where there is no user handle.
  const auto handle = envelope->response.find("userHandle");
  if (handle != envelope->response.end() && !handle->is_null()) {
    response.user_handle = bytes_at(envelope->response, "userHandle");
    if (!response.user_handle) return Rejection::credential;
  }
  return response;
}

}  // namespace coffeeauth::passkeys
