// New credentials: what is read of them, and every rule that one can break.

#include <vector>

#include "coffeeauth/base64url.hpp"
#include "features/passkeys/tests/webauthn_world.hpp"

namespace coffeeauth::passkeys {
namespace {

Registration fresh() { return authenticator().create(ceremony); }

/// A new credential with flags besides those of the attested credential.
Registration flagged(std::uint8_t flags) {
  auto made = fresh();
  made.authenticator_data.flags = static_cast<std::uint8_t>(flags | testing::attested);
  return made;
}

Registration with_id(const std::string& id) {
  auto made = fresh();
  made.id = made.raw_id = base64url_encode(id);
  made.authenticator_data.attested =
      authenticator().attested_credential(id, authenticator().public_key());
  return made;
}

}  // namespace

TEST_CASE("a new passkey of each algorithm is verified, and can log in") {
  for (const auto algorithm : algorithms) {
    CAPTURE(wire_name(algorithm));
    const auto& device = authenticator(algorithm);
    auto made = device.create(ceremony);
    made.authenticator_data.sign_count = 7;
    made.authenticator_data.flags |= testing::backup_eligible;
    const auto response = value_of(read_registration(made.json()));
    const auto verified = value_of(verify_registration(response, checks(), verifier()));
    CHECK(verified.id == device.credential_id());
    CHECK(verified.public_key == device.public_key());
    CHECK(verified.challenge == challenge);
    CHECK(verified.sign_count == 7);
    CHECK(verified.user_verified);
    CHECK(verified.backup_eligible);
    CHECK_FALSE(verified.backed_up);
    CHECK(verified.transports == std::vector<std::string>{"internal", "hybrid"});

    auto login = device.get(ceremony);
    login.authenticator_data.flags |= testing::backup_eligible;
    CHECK(verdict(login, {.public_key = verified.public_key,
                          .backup_eligible = true,
                          .user_handle = device.user_handle}) == "ok");
  }
}

TEST_CASE("a new passkey tells its model and its algorithm") {
  auto made = fresh();
  made.authenticator_data.attested.replace(0, 16, "0123456789ABCDEF");
  const auto verified =
      value_of(verify_registration(value_of(read_registration(made.json())), checks(), verifier()));
  CHECK(verified.aaguid.front() == '0');
  CHECK(verified.aaguid.back() == 'F');
  CHECK(verified.algorithm == CoseAlgorithm::es256);
}

TEST_CASE("a new passkey for another origin is refused") {
  for (const auto* const origin :
       {"http://example.org", "https://example.org:443", "https://example.org:8443",
        "https://Example.org", "HTTPS://example.org", "https://example.org.",
        "https://example.org/", "https://www.example.org", "https://example.org.evil.example",
        "https://evilexample.org", "https://example.or", "https://example.org ", "example.org",
        "null", "", "android:apk-key-hash:ABC"}) {
    CAPTURE(origin);
    auto made = fresh();
    made.client_data.origin = origin;
    CHECK(verdict(made) == "origin");
  }
  auto made = fresh();
  made.client_data.origin = "android:apk-key-hash:abc";
  CHECK(verdict(made) == "ok");
}

TEST_CASE("a new passkey for another relying party is refused") {
  for (const auto* const rp_id : {"org", "www.example.org", "Example.org", "example.org.", ""}) {
    CAPTURE(rp_id);
    auto made = fresh();
    made.authenticator_data.rp_id_hash = testing::sha256(rp_id);
    CHECK(verdict(made) == "rp_id");
  }
  auto with = checks();
  with.rp_id = "accounts.example.org";
  CHECK_MESSAGE(verdict(fresh(), with) == "rp_id", "that of the parent domain");
}

TEST_CASE("a new passkey with another challenge, or of another ceremony, is refused") {
  auto made = fresh();
  made.client_data.challenge = base64url_encode("sixteen octets.!");
  CHECK(verdict(made) == "challenge");
  made.client_data.challenge = "";
  CHECK(verdict(made) == "challenge");
  made.client_data.challenge = base64url_encode(challenge) + "==";
  CHECK(verdict(made) == "challenge");
  for (const auto* const type : {"webauthn.get", "webauthn.Create", "payment.create", ""}) {
    made = fresh();
    made.client_data.type = type;
    CHECK_MESSAGE(verdict(made) == "ceremony", type);
  }
}

TEST_CASE("the challenge is looked at only where the rest of the client data is right") {
  int asked = 0;
  auto with = checks();
  with.accepts_challenge = [&](std::string_view) { return ++asked > 0; };
  auto made = fresh();
  made.client_data.type = "webauthn.get";
  CHECK(verdict(made, with) == "ceremony");
  made = fresh();
  made.client_data.cross_origin = true;
  CHECK(verdict(made, with) == "cross_origin");
  CHECK(asked == 0);
  CHECK(verdict(fresh(), with) == "ok");
  CHECK(asked == 1);
}

TEST_CASE("a new passkey needs its user's presence, and verification where that is required") {
  CHECK(verdict(flagged(testing::user_verified)) == "user_presence");
  CHECK(verdict(flagged(0)) == "user_presence");
  CHECK(verdict(flagged(testing::user_present)) == "user_verification");
  auto with = checks();
  with.requires_user_verification = false;
  CHECK(verdict(flagged(testing::user_present), with) == "ok");
  CHECK(verdict(flagged(testing::user_verified), with) == "user_presence");
}

TEST_CASE("a new passkey is not backed up unless it can be") {
  constexpr auto present = testing::user_present | testing::user_verified;
  CHECK(verdict(flagged(present | testing::backed_up)) == "backup_state");
  CHECK(verdict(flagged(present | testing::backup_eligible)) == "ok");
  CHECK(verdict(flagged(present | testing::backup_eligible | testing::backed_up)) == "ok");
  CHECK_MESSAGE(verdict(flagged(present | 0x02 | 0x20)) == "ok", "flags without a meaning yet");
}

TEST_CASE("a new passkey has an attested credential") {
  auto made = fresh();
  made.authenticator_data.flags &= static_cast<std::uint8_t>(~testing::attested);
  CHECK_MESSAGE(verdict(made) == "authenticator_data", "there without its flag");
  made.authenticator_data.attested.clear();
  CHECK_MESSAGE(verdict(made) == "authenticator_data", "not there");
  made = fresh();
  made.authenticator_data.attested.clear();
  CHECK_MESSAGE(verdict(made) == "authenticator_data", "flagged and not there");
}

TEST_CASE("a credential id has 1 to 1023 bytes, and is the one that is attested") {
  CHECK(verdict(with_id("1")) == "ok");
  CHECK(verdict(with_id(std::string(1'023, 'i'))) == "ok");
  CHECK(verdict(with_id(std::string(1'024, 'i'))) == "credential");
  CHECK(verdict(with_id("")) == "credential");

  auto made = fresh();
  made.authenticator_data.attested =
      authenticator().attested_credential("another", authenticator().public_key());
  CHECK(verdict(made) == "credential_id");
  for (const std::size_t size : {0, 1'024}) {
    made.authenticator_data.attested =
        authenticator().attested_credential(std::string(size, 'i'), authenticator().public_key());
    CHECK(verdict(made) == "authenticator_data");
  }
}

TEST_CASE("authenticator data end where they end, however they are cut or lengthened") {
  const auto whole = fresh().authenticator_data.bytes();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    auto made = fresh();
    made.attestation_object = testing::cbor_head(5, 3) + testing::cbor_text("fmt") +
                              testing::cbor_text("none") + testing::cbor_text("attStmt") + "\xA0" +
                              testing::cbor_text("authData") +
                              testing::cbor_bytes(whole.substr(0, size));
    CHECK_MESSAGE(verdict(made) != "ok", size);
  }
  auto made = fresh();
  made.authenticator_data.trailing = std::string(1, '\0');
  CHECK(verdict(made) == "authenticator_data");
}

TEST_CASE("extensions are one map behind the rest, if they are flagged, and ignored") {
  const auto map =
      testing::cbor_head(5, 1) + testing::cbor_text("credProtect") + testing::cbor_integer(2);
  const auto extended = [&](const std::string& extensions, bool is_flagged = true) {
    auto made = fresh();
    if (is_flagged) made.authenticator_data.flags |= testing::has_extensions;
    made.authenticator_data.extensions = extensions;
    return verdict(made);
  };
  CHECK(extended(map) == "ok");
  CHECK(extended("\xA0") == "ok");
  CHECK_MESSAGE(extended(map, false) == "authenticator_data", "without their flag");
  CHECK_MESSAGE(extended("") == "authenticator_data", "the flag alone");
  CHECK_MESSAGE(extended(map + "\xA0") == "authenticator_data", "two maps");
  CHECK_MESSAGE(extended(testing::cbor_head(4, 0)) == "authenticator_data", "a list");
  CHECK_MESSAGE(extended(map.substr(0, map.size() - 1)) == "authenticator_data", "half a map");
}

TEST_CASE("the format of an attestation is ignored, and its statement is one map") {
  auto made = fresh();
  made.format = "something-new";
  made.statement = testing::cbor_head(5, 2) + testing::cbor_text("sig") +
                   testing::cbor_bytes("no signature") + testing::cbor_text("x5c") +
                   testing::cbor_head(4, 1) + testing::cbor_bytes("no certificate");
  CHECK(verdict(made) == "ok");
  for (const auto& statement :
       {std::string{"\x80"}, std::string{"\x60"}, std::string{"\xF6"}, std::string{},
        testing::cbor_head(5, 1) + testing::cbor_text("sig"), std::string{"\xBF\xFF"}}) {
    made.statement = statement;
    CHECK(verdict(made) == "attestation_object");
  }
}

TEST_CASE("an attestation object has its three members in their order, and no other") {
  const auto text = [](const char* name, const std::string& value) {
    return testing::cbor_text(name) + value;
  };
  const auto format = text("fmt", testing::cbor_text("none"));
  const auto statement = text("attStmt", "\xA0");
  const auto data = text("authData", testing::cbor_bytes(fresh().authenticator_data.bytes()));
  const auto with = [&](const std::string& object) {
    auto made = fresh();
    made.attestation_object = object;
    return verdict(made);
  };
  CHECK(with("\xA3" + format + statement + data) == "ok");
  for (const auto& object :
       {"\xA3" + format + data + statement, "\xA3" + data + statement + format,
        "\xA2" + format + data, "\xA2" + format + statement, "\xA2" + statement + data,
        "\xA3" + format + statement + data + "\x20",
        "\xA4" + format + statement + data + text("more", "\x01"),
        "\xA3" + format + statement + format, "\xA3" + format + format + data,
        "\x83" + format + statement + data, std::string{}, std::string{"\xA0"},
        "\xA3" + text("fmt", "\x01") + statement + data,
        "\xA3" + format + statement + text("authData", testing::cbor_text("data")),
        "\xB8\x03" + format + statement + data, "\xBF" + format + statement + data + "\xFF",
        "\xC1\xA3" + format + statement + data}) {
    CHECK(with(object) == "attestation_object");
  }
}

}  // namespace coffeeauth::passkeys
