#include "features/passkeys/src/ceremony_options.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>

#include <nlohmann/json.hpp>

#include "coffeeauth/base64url.hpp"

namespace coffeeauth::passkeys {
namespace {

using nlohmann::json;

/// How long the browser's dialogue waits, in milliseconds: no longer than its challenge is valid.
std::int64_t dialogue_time(const PasskeyOptions& options) {
  constexpr std::chrono::milliseconds most = std::chrono::minutes{5};
  return std::min<std::chrono::milliseconds>(most, options.challenge_lifetime).count();
}
/// In order of preference.
constexpr std::array offered{CoseAlgorithm::eddsa, CoseAlgorithm::es256, CoseAlgorithm::rs256};

json descriptors_of(const std::vector<Passkey>& passkeys) {
  auto list = json::array();
  for (const auto& one : passkeys) {
    json descriptor{{"type", "public-key"}, {"id", base64url_encode(one.credential_id)}};
    if (!one.transports.empty()) descriptor["transports"] = one.transports;
    list.push_back(std::move(descriptor));
  }
  return list;
}

/// Empty names are the address's.
std::string display_name_of(const User& user) {
  auto name = user.first_name;
  if (!name.empty() && !user.last_name.empty()) name += ' ';
  name += user.last_name;
  return name.empty() ? user.email.display() : name;
}

}  // namespace

std::string_view bytes_of(const UserHandle& handle) noexcept {
  return {reinterpret_cast<const char*>(handle.data()), handle.size()};
}

std::string creation_json(const PasskeyOptions& options, std::string_view rp_name, const User& user,
                          const UserHandle& handle, std::string_view challenge,
                          const std::vector<Passkey>& present) {
  auto algorithms = json::array();
  for (const auto algorithm : offered) {
    algorithms.push_back({{"type", "public-key"}, {"alg", static_cast<int>(algorithm)}});
  }
  const json made{{"rp", {{"id", options.rp_id}, {"name", rp_name}}},
                  {"user",
                   {{"id", base64url_encode(bytes_of(handle))},
                    {"name", user.email.display()},
                    {"displayName", display_name_of(user)}}},
                  {"challenge", base64url_encode(challenge)},
                  {"pubKeyCredParams", std::move(algorithms)},
                  {"timeout", dialogue_time(options)},
                  {"excludeCredentials", descriptors_of(present)},
                  {"authenticatorSelection",
                   {{"residentKey", "required"},
                    {"requireResidentKey", true},
                    {"userVerification", "required"}}},
                  {"attestation", "none"}};
  return made.dump();
}

std::string request_json(const PasskeyOptions& options, std::string_view challenge,
                         UserVerification verification, const std::vector<Passkey>& allowed) {
  const bool is_required = verification == UserVerification::required;
  const json made{{"challenge", base64url_encode(challenge)},
                  {"timeout", dialogue_time(options)},
                  {"rpId", options.rp_id},
                  {"allowCredentials", descriptors_of(allowed)},
                  {"userVerification", is_required ? "required" : "preferred"}};
  return made.dump();
}

}  // namespace coffeeauth::passkeys
