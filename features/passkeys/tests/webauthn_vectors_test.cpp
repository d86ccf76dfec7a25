// The vectors of WebAuthn Level 3, where they are at hand.

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "coffeeauth/base64url.hpp"
#include "features/passkeys/tests/webauthn_world.hpp"

namespace coffeeauth::passkeys {
namespace {

using nlohmann::json;

std::optional<json> published_vectors() {
  const auto path = std::filesystem::path{COFFEEAUTH_VECTORS_DIR} / "webauthn-l3.json";
  if (!std::filesystem::exists(path)) {
    MESSAGE("no test vectors at ", path.string());
    return std::nullopt;
  }
  std::ifstream file{path};
  return json::parse(file);
}

std::string octets(const json& hex) {
  const auto text = hex.get<std::string>();
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

std::string encoded(const json& hex) { return base64url_encode(octets(hex)); }

/// As toJSON() of a browser returns it.
json credential_of(const json& vector, const json& response) {
  const auto id = encoded(vector["registration"]["credential_id"]);
  return {{"id", id}, {"rawId", id}, {"type", "public-key"}, {"response", response}};
}

CeremonyChecks checks_of(const json& part, const std::vector<std::string>& origin) {
  return {.rp_id = "example.org",
          .origins = origin,
          .accepts_challenge =
              [said = octets(part["challenge"])](std::string_view other) { return other == said; },
          .requires_user_verification = false};
}

Checked<VerifiedRegistration> register_vector(const json& vector) {
  static const std::vector<std::string> origin{"https://example.org"};
  const auto& part = vector["registration"];
  const auto response = value_of(read_registration(
      credential_of(vector, {{"clientDataJSON", encoded(part["client_data_json"])},
                             {"attestationObject", encoded(part["attestation_object"])}})
          .dump()));
  return verify_registration(response, checks_of(part, origin), verifier());
}

Checked<VerifiedAssertion> log_in_vector(const json& vector, const std::string& key,
                                         bool backup_eligible) {
  static const std::vector<std::string> origin{"https://example.org"};
  const auto& part = vector["authentication"];
  const auto response = value_of(read_assertion(
      credential_of(vector, {{"clientDataJSON", encoded(part["client_data_json"])},
                             {"authenticatorData", encoded(part["authenticator_data"])},
                             {"signature", encoded(part["signature"])}})
          .dump()));
  const RegisteredCredential kept{
      .public_key = key, .backup_eligible = backup_eligible, .requires_user_handle = false};
  return verify_assertion(response, kept, checks_of(part, origin), verifier());
}

bool is_offered(const json& vector) {
  const auto& algorithm = vector["algorithm"];
  return algorithm == "ES256" || algorithm == "EdDSA" || algorithm == "RS256";
}

bool is_cross_origin(const json& vector) {
  const auto name = vector["name"].get<std::string>();
  return name.ends_with("-crossOrigin") || name.ends_with("-topOrigin");
}

}  // namespace

TEST_CASE("WebAuthn Level 3: every pair of our algorithms is verified as published") {
  const auto vectors = published_vectors();
  if (!vectors) return;
  int pairs = 0;
  for (const auto& vector : vectors->at("vectors")) {
    if (!is_offered(vector) || is_cross_origin(vector)) continue;
    CAPTURE(vector["name"].get<std::string>());
    const auto& expected = vector["registration"]["expected"];
    const auto made = value_of(register_vector(vector));
    CHECK(made.id == octets(expected["credential_id"]));
    CHECK(made.public_key == octets(expected["credential_public_key_cose"]));
    CHECK(static_cast<int>(made.algorithm) == expected["cose_algorithm"].get<int>());
    CHECK(std::string(made.aaguid.begin(), made.aaguid.end()) == octets(expected["aaguid"]));
    CHECK(made.sign_count == expected["sign_count"].get<std::uint32_t>());
    CHECK(made.user_verified == expected["uv"].get<bool>());
    CHECK(made.backup_eligible == expected["be"].get<bool>());
    CHECK(made.backed_up == expected["bs"].get<bool>());

    const auto& then = vector["authentication"]["expected"];
    const auto login = value_of(log_in_vector(vector, made.public_key, made.backup_eligible));
    CHECK(login.challenge == octets(vector["authentication"]["challenge"]));
    CHECK(login.sign_count == then["sign_count"].get<std::uint32_t>());
    CHECK(login.user_verified == then["uv"].get<bool>());
    CHECK(login.backed_up == then["bs"].get<bool>());
    ++pairs;
  }
  CHECK(pairs == 10);
}

TEST_CASE("WebAuthn Level 3: pairs of embedded pages are refused") {
  const auto vectors = published_vectors();
  if (!vectors) return;
  int pairs = 0;
  for (const auto& vector : vectors->at("vectors")) {
    if (!is_cross_origin(vector)) continue;
    const auto& expected = vector["registration"]["expected"];
    CHECK(outcome(register_vector(vector)) == "cross_origin");
    CHECK(outcome(log_in_vector(vector, octets(expected["credential_public_key_cose"]),
                                expected["be"].get<bool>())) == "cross_origin");
    ++pairs;
  }
  CHECK(pairs == 2);
}

TEST_CASE("WebAuthn Level 3: pairs of other algorithms are refused") {
  const auto vectors = published_vectors();
  if (!vectors) return;
  int pairs = 0;
  for (const auto& vector : vectors->at("vectors")) {
    if (is_offered(vector)) continue;
    const auto& expected = vector["registration"]["expected"];
    CHECK(outcome(register_vector(vector)) == "public_key");
    CHECK(outcome(log_in_vector(vector, octets(expected["credential_public_key_cose"]),
                                expected["be"].get<bool>())) == "public_key");
    ++pairs;
  }
  CHECK(pairs == 3);
}

TEST_CASE("WebAuthn Level 3: no bit of a login can be flipped") {
  const auto vectors = published_vectors();
  if (!vectors) return;
  int pairs = 0;
  for (const auto& vector : vectors->at("vectors")) {
    if (!is_offered(vector) || is_cross_origin(vector)) continue;
    CAPTURE(vector["name"].get<std::string>());
    const auto made = value_of(register_vector(vector));
    for (const auto* const field : {"client_data_json", "authenticator_data", "signature"}) {
      const auto whole = octets(vector["authentication"][field]);
      for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
        auto flipped = whole;
        flipped[bit / 8] =
            static_cast<char>(static_cast<unsigned char>(flipped[bit / 8]) ^ (1U << (bit % 8)));
        auto changed = vector;
        std::string hex;
        for (const char c : flipped) {
          hex += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4U];
          hex += "0123456789abcdef"[static_cast<unsigned char>(c) & 15U];
        }
        changed["authentication"][field] = hex;
        CHECK(outcome(log_in_vector(changed, made.public_key, made.backup_eligible)) != "ok");
      }
    }
    ++pairs;
  }
  CHECK(pairs == 10);
}

}  // namespace coffeeauth::passkeys
