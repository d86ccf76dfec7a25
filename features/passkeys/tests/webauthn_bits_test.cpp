// Every single bit: of a login none can be flipped. Of a new passkey, which nothing signs where no
// attestation is asked for, those can that decide nothing, and a flipped key is another key.

#include <vector>

#include "features/passkeys/tests/webauthn_world.hpp"

namespace coffeeauth::passkeys {
namespace {

/// All checks that a flipped bit might fail before the signature is looked at are off.
CeremonyChecks lenient() {
  auto with = checks();
  with.requires_user_verification = false;
  with.accepts_challenge = [](std::string_view) { return true; };
  return with;
}

/// Flips each bit in turn; returns how many of them `accepts()` still accepted.
template <class Accepts>
std::vector<std::size_t> accepted_flips(std::string& bytes, const Accepts& accepts) {
  std::vector<std::size_t> accepted;
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    auto& octet = bytes[bit / 8];
    const auto before = octet;
    octet = static_cast<char>(static_cast<unsigned char>(before) ^ (1U << (bit % 8)));
    if (accepts()) accepted.push_back(bit);
    octet = before;
  }
  return accepted;
}

bool logs_in(const SoftwareAuthenticator& device, const VerifiedRegistration& kept) {
  auto login = device.get(ceremony);
  login.authenticator_data.flags = static_cast<std::uint8_t>(
      login.authenticator_data.flags | (kept.backup_eligible ? testing::backup_eligible : 0));
  return verdict(login, {.public_key = kept.public_key,
                         .backup_eligible = kept.backup_eligible,
                         .user_handle = device.user_handle}) == "ok";
}

}  // namespace

TEST_CASE("no bit of a login can be flipped") {
  for (const auto algorithm : algorithms) {
    CAPTURE(wire_name(algorithm));
    const auto& device = authenticator(algorithm);
    const auto key = device.public_key();
    auto credential = registered(device, key);
    credential.requires_user_handle = false;
    auto response = value_of(read_assertion(device.get(ceremony).json()));
    const auto accepts = [&] {
      return outcome(verify_assertion(response, credential, lenient(), verifier())) == "ok";
    };
    REQUIRE(accepts());
    CHECK(accepted_flips(response.client_data_json, accepts).empty());
    CHECK(accepted_flips(response.authenticator_data, accepts).empty());
    CHECK(accepted_flips(response.signature, accepts).empty());
    REQUIRE(accepts());
  }
}

TEST_CASE("no bit of the key that is kept can be flipped and the passkey still log in") {
  for (const auto algorithm : algorithms) {
    CAPTURE(wire_name(algorithm));
    const auto& device = authenticator(algorithm);
    auto key = device.public_key();
    const auto credential = registered(device, key);
    const auto response = value_of(read_assertion(device.get(ceremony).json()));
    const auto accepts = [&] {
      const RegisteredCredential flipped{.public_key = key, .user_handle = credential.user_handle};
      return outcome(verify_assertion(response, flipped, checks(), verifier())) == "ok";
    };
    REQUIRE(accepts());
    CHECK(accepted_flips(key, accepts).empty());
  }
}

TEST_CASE("no bit of the client data of a new passkey can be flipped") {
  auto made = authenticator().create(ceremony);
  // A member that may be absent may have another name.
  made.client_data.cross_origin.reset();
  auto response = value_of(read_registration(made.json()));
  const auto accepts = [&] {
    return outcome(verify_registration(response, checks(), verifier())) == "ok";
  };
  REQUIRE(accepts());
  CHECK(accepted_flips(response.client_data_json, accepts).empty());
}

TEST_CASE("a flipped bit of a new passkey is refused, decides nothing, or keeps its owner out") {
  for (const auto algorithm : algorithms) {
    CAPTURE(wire_name(algorithm));
    const auto& device = authenticator(algorithm);
    auto response = value_of(read_registration(device.create(ceremony).json()));
    const auto accepts = [&] {
      const auto result = verify_registration(response, checks(), verifier());
      const auto* const kept = std::get_if<VerifiedRegistration>(&result);
      return kept != nullptr && logs_in(device, *kept);
    };
    REQUIRE(accepts());
    const auto data = response.attestation_object.find(testing::sha256(ceremony.rp_id));
    const auto format = response.attestation_object.find("none");
    REQUIRE(data != std::string::npos);
    const auto is_free = [&](std::size_t octet) {
      // The name of the format; flags, counter and model.
      return (octet >= format && octet < format + 4) || (octet >= data + 32 && octet < data + 53);
    };
    std::size_t flags = 0;
    for (const auto bit : accepted_flips(response.attestation_object, accepts)) {
      CHECK_MESSAGE(is_free(bit / 8), bit);
      if (bit / 8 == data + 32) ++flags;
    }
    CHECK_MESSAGE(flags == 3, "backup eligibility, and two without a meaning yet");
  }
}

}  // namespace coffeeauth::passkeys
