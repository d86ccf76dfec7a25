// Logins: every rule that one can break although the signature is right, and wrong signatures.

#include "coffeeauth/base64url.hpp"
#include "features/passkeys/tests/webauthn_world.hpp"

namespace coffeeauth::passkeys {
namespace {

Assertion login() { return authenticator().get(ceremony); }

Assertion login_flagged(std::uint8_t flags) {
  auto made = login();
  made.authenticator_data.flags = flags;
  return made;
}

constexpr auto present = testing::user_present | testing::user_verified;

}  // namespace

TEST_CASE("a login tells its counter, its challenge, and what the flags say") {
  auto made = login_flagged(present | testing::backup_eligible | testing::backed_up);
  made.authenticator_data.sign_count = 0xFFFFFFFE;
  const auto key = authenticator().public_key();
  auto credential = registered(authenticator(), key);
  credential.backup_eligible = true;
  const auto response = value_of(read_assertion(made.json()));
  CHECK(response.id == authenticator().credential_id());
  CHECK(response.user_handle == authenticator().user_handle);
  const auto verified = value_of(verify_assertion(response, credential, checks(), verifier()));
  CHECK(verified.challenge == challenge);
  CHECK(verified.sign_count == 0xFFFFFFFE);
  CHECK(verified.user_verified);
  CHECK(verified.backed_up);
}

TEST_CASE("a login that is rightly signed for another page is refused") {
  for (const auto* const origin :
       {"http://example.org", "https://example.org:8443", "https://EXAMPLE.org",
        "https://example.org.", "https://login.example.org", "https://example.org.evil.example",
        "https://evilexample.org"}) {
    auto made = login();
    made.client_data.origin = origin;
    CHECK_MESSAGE(verdict(made) == "origin", origin);
  }
  auto made = login();
  made.authenticator_data.rp_id_hash = testing::sha256("org");
  CHECK(verdict(made) == "rp_id");
  made = login();
  made.client_data.cross_origin = true;
  CHECK(verdict(made) == "cross_origin");
  made = login();
  made.client_data.top_origin = "https://example.org";
  CHECK(verdict(made) == "cross_origin");
}

TEST_CASE("a login that is rightly signed for another ceremony or challenge is refused") {
  auto made = login();
  made.client_data.type = "webauthn.create";
  CHECK(verdict(made) == "ceremony");
  made = login();
  made.client_data.challenge = base64url_encode("another");
  CHECK(verdict(made) == "challenge");
}

TEST_CASE("a login without verification is refused where that is required, though rightly signed") {
  CHECK(verdict(login_flagged(testing::user_present)) == "user_verification");
  CHECK(verdict(login_flagged(testing::user_verified)) == "user_presence");
  auto with = checks();
  with.requires_user_verification = false;
  CHECK(verdict(login_flagged(testing::user_present), with) == "ok");
  CHECK(verdict(login_flagged(0), with) == "user_presence");
}

TEST_CASE("a login's passkey can be backed up if it could at registration, and only then") {
  const auto key = authenticator().public_key();
  auto credential = registered(authenticator(), key);
  CHECK(verdict(login_flagged(present | testing::backup_eligible), credential) == "backup_state");
  CHECK(verdict(login_flagged(present | testing::backed_up), credential) == "backup_state");
  credential.backup_eligible = true;
  CHECK(verdict(login_flagged(present | testing::backup_eligible), credential) == "ok");
  CHECK(verdict(login_flagged(present), credential) == "backup_state");
  CHECK(verdict(login_flagged(present | testing::backed_up), credential) == "backup_state");
}

TEST_CASE("a login has no attested credential and no byte left over") {
  auto made = login();
  made.authenticator_data.flags |= testing::attested;
  made.authenticator_data.attested = authenticator().attested_credential(
      authenticator().credential_id(), authenticator().public_key());
  CHECK(verdict(made) == "authenticator_data");
  made = login();
  made.authenticator_data.trailing = "\xA0";
  CHECK(verdict(made) == "authenticator_data");
  made = login();
  made.authenticator_data.flags |= testing::has_extensions;
  CHECK(verdict(made) == "authenticator_data");
  made.authenticator_data.extensions = "\xA0";
  CHECK(verdict(made) == "ok");
}

TEST_CASE("a login's user handle is the account's, and there where it is required") {
  const auto key = authenticator().public_key();
  auto credential = registered(authenticator(), key);
  auto made = login();
  CHECK(verdict(made, credential) == "ok");
  made.user_handle = std::string(32, 'v');
  CHECK(verdict(made, credential) == "user_handle");
  made.user_handle = std::string{};
  CHECK(verdict(made, credential) == "user_handle");
  made.user_handle.reset();
  CHECK(verdict(made, credential) == "user_handle");
  credential.requires_user_handle = false;
  CHECK(verdict(made, credential) == "ok");
  made.user_handle = std::string(32, 'v');
  CHECK_MESSAGE(verdict(made, credential) == "user_handle", "another account's");
}

TEST_CASE("a login is signed by the registered key, over what was sent") {
  for (const auto algorithm : algorithms) {
    CAPTURE(wire_name(algorithm));
    const auto& device = authenticator(algorithm);
    const auto key = device.public_key();
    const auto credential = registered(device, key);
    auto made = device.get(ceremony);
    made.sign();
    REQUIRE(verdict(made, credential) == "ok");
    const auto signature = *made.signature;
    for (const auto& wrong :
         {std::string{}, signature + '\0', '\0' + signature, signature.substr(1),
          signature.substr(0, signature.size() - 1), std::string(signature.size(), '\0'),
          std::string(signature.size(), '\xFF'), std::string{"\x30\x06\x02\x01\x00\x02\x01\x00", 8},
          device.key().sign(made.authenticator_data.bytes())}) {
      made.signature = wrong;
      CHECK(verdict(made, credential) == "signature");
    }
    made.signature = signature;
    made.authenticator_data.sign_count = 1;
    CHECK(verdict(made, credential) == "signature");
    made = device.get(ceremony);
    made.sign();
    made.client_data.tail = ",\"more\":1";
    CHECK(verdict(made, credential) == "signature");
    for (const auto other : algorithms) {
      if (other == algorithm) continue;
      const auto foreign = authenticator(other).public_key();
      CHECK(verdict(device.get(ceremony),
                    {.public_key = foreign, .user_handle = device.user_handle}) == "signature");
    }
  }
}

TEST_CASE("an ES256 signature has one spelling in DER") {
  auto made = login();
  made.sign();
  const auto der = *made.signature;
  REQUIRE(verdict(made) == "ok");
  const auto size = static_cast<unsigned char>(der[1]);
  for (const auto& other : {std::string{der[0], '\x81', der[1]} + der.substr(2),
                            std::string{der[0], static_cast<char>(size + 1)} + der.substr(2) + '\0',
                            std::string{der[0], static_cast<char>(size + 1)} + std::string{'\x02'} +
                                std::string{static_cast<char>(der[3] + 1), '\0'} + der.substr(4),
                            std::string{der[0], '\x80'} + der.substr(2) + std::string(2, '\0')}) {
    made.signature = other;
    CHECK(verdict(made) == "signature");
  }
}

TEST_CASE("a login with a kept key that is damaged is refused") {
  const std::string damaged = "damaged";
  CHECK(verdict(login(), registered(authenticator(), damaged)) == "public_key");
}

}  // namespace coffeeauth::passkeys
