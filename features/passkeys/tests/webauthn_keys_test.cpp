// Public keys in COSE: the three that are offered, each in one form.

#include "features/passkeys/tests/webauthn_world.hpp"

namespace coffeeauth::passkeys {
namespace {

using testing::cbor_bytes;
using testing::cbor_head;
using testing::cbor_integer;
using testing::cbor_text;

std::string member(std::int64_t label, const std::string& value) {
  return cbor_integer(label) + value;
}
std::string integer(std::int64_t label, std::int64_t value) {
  return member(label, cbor_integer(value));
}
std::string kind(std::int64_t type, std::int64_t algorithm) {
  return integer(1, type) + integer(3, algorithm);
}

/// What a new passkey with that key is told.
std::string verdict_on_key(const std::string& cose) {
  const auto& device = authenticator();
  auto made = device.create(ceremony);
  made.authenticator_data.attested = device.attested_credential(device.credential_id(), cose);
  return verdict(made);
}

std::string rsa_key(const std::string& modulus, const std::string& exponent) {
  return cbor_head(5, 4) + kind(3, -257) + member(-1, cbor_bytes(modulus)) +
         member(-2, cbor_bytes(exponent));
}

/// A number with that many bits, odd unless `last` is not.
std::string number_of_bits(std::size_t bits, char last = '\x01') {
  std::string number((bits + 7) / 8, '\x55');
  number.front() = static_cast<char>(1U << ((bits + 7) % 8));
  number.back() = last;
  return number;
}

std::string point_key(const std::string& x, const std::string& y) {
  return cbor_head(5, 5) + kind(2, -7) + integer(-1, 1) + member(-2, cbor_bytes(x)) +
         member(-3, cbor_bytes(y));
}

/// The coordinates of a key on P-256.
struct Point {
  std::string x = authenticator().public_key().substr(10, 32);
  std::string y = authenticator().public_key().substr(45, 32);
};

}  // namespace

TEST_CASE("a key on P-256 is a point of the curve with two whole coordinates") {
  const Point point;
  const std::string zero(32, '\0');
  REQUIRE(verdict_on_key(point_key(point.x, point.y)) == "ok");
  CHECK_MESSAGE(verdict_on_key(point_key(point.y, point.x)) == "public_key", "off the curve");
  CHECK_MESSAGE(verdict_on_key(point_key(zero, zero)) == "public_key", "the point at infinity");
  CHECK_MESSAGE(verdict_on_key(point_key(std::string(32, '\xFF'), point.y)) == "public_key",
                "beyond the field");
  CHECK(verdict_on_key(point_key(point.x.substr(1), point.y)) == "public_key");
  CHECK(verdict_on_key(point_key('\0' + point.x, point.y)) == "public_key");
  CHECK(verdict_on_key(point_key(point.x, "")) == "public_key");
  CHECK_MESSAGE(
      verdict_on_key(cbor_head(5, 5) + kind(2, -7) + integer(-1, 1) +
                     member(-2, cbor_bytes(point.x)) + member(-3, "\xF5")) == "public_key",
      "compressed");
}

TEST_CASE("a key has the members of its kind in their order, and no other") {
  const Point point;
  const auto x = member(-2, cbor_bytes(point.x));
  const auto y = member(-3, cbor_bytes(point.y));
  const auto curve = integer(-1, 1);
  REQUIRE(verdict_on_key(cbor_head(5, 5) + kind(2, -7) + curve + x + y) == "ok");
  for (const auto& cose :
       {cbor_head(5, 5) + kind(2, -7) + curve + y + x,
        cbor_head(5, 5) + integer(3, -7) + integer(1, 2) + curve + x + y,
        cbor_head(5, 4) + kind(2, -7) + curve + x, cbor_head(5, 4) + kind(2, -7) + x + y,
        cbor_head(5, 6) + kind(2, -7) + curve + x + y + integer(-4, 0),
        cbor_head(5, 6) + integer(1, 2) + member(2, cbor_bytes("kid")) + integer(3, -7) + curve +
            x + y,
        cbor_head(5, 6) + kind(2, -7) + curve + x + y + cbor_text("use") + cbor_text("sig"),
        cbor_head(5, 6) + kind(2, -7) + curve + x + x + y,
        cbor_head(5, 5) + kind(2, -7) + curve + x + x,
        cbor_head(5, 4) + kind(2, -7) + curve + x + y, cbor_head(5, 0), cbor_head(4, 0),
        std::string{}}) {
    CHECK(verdict_on_key(cose) != "ok");
  }
}

TEST_CASE("a key is of an algorithm that is offered, on its own curve") {
  const Point point;
  const auto x = member(-2, cbor_bytes(point.x));
  const auto y = member(-3, cbor_bytes(point.y));
  const auto on_curve = [&](std::int64_t algorithm, std::int64_t curve) {
    return verdict_on_key(cbor_head(5, 5) + kind(2, algorithm) + integer(-1, curve) + x + y);
  };
  REQUIRE(on_curve(-7, 1) == "ok");
  CHECK_MESSAGE(on_curve(-35, 2) == "public_key", "ES384");
  CHECK_MESSAGE(on_curve(-36, 3) == "public_key", "ES512");
  CHECK_MESSAGE(on_curve(-47, 8) == "public_key", "ES256K");
  CHECK_MESSAGE(on_curve(-9, 1) == "public_key", "ESP256");
  CHECK_MESSAGE(on_curve(-7, 2) == "public_key", "ES256 on P-384");
  CHECK_MESSAGE(on_curve(-8, 1) == "public_key", "EdDSA on P-256");
  CHECK_MESSAGE(on_curve(-257, 1) == "public_key", "RS256 on P-256");
  for (const std::int64_t algorithm : {-37, -38, -39, -258, -259, -65'535, 0, 1}) {
    CHECK(verdict_on_key(cbor_head(5, 4) + kind(3, algorithm) +
                         member(-1, cbor_bytes(number_of_bits(2'048))) +
                         member(-2, cbor_bytes("\x03"))) == "public_key");
  }
}

TEST_CASE("an Ed25519 key is a whole point of the large group") {
  const auto key = [](std::int64_t curve, const std::string& point) {
    return verdict_on_key(cbor_head(5, 4) + kind(1, -8) + integer(-1, curve) +
                          member(-2, cbor_bytes(point)));
  };
  const auto point = authenticator(SigningAlgorithm::eddsa).public_key().substr(10);
  REQUIRE(point.size() == 32);
  REQUIRE(key(6, point) == "ok");
  CHECK_MESSAGE(key(7, point) == "public_key", "Ed448");
  CHECK_MESSAGE(key(4, point) == "public_key", "X25519");
  CHECK(key(6, point.substr(1)) == "public_key");
  CHECK(key(6, point + '\0') == "public_key");
  CHECK_MESSAGE(key(6, '\x01' + std::string(31, '\0')) == "public_key", "the neutral point");
  CHECK_MESSAGE(key(6, std::string(32, '\0')) == "public_key", "a point of order 4");
  CHECK_MESSAGE(key(6, std::string(31, '\xFF') + '\x7F') == "public_key", "not canonical");
}

TEST_CASE("an RSA key has an odd modulus of 2048 to 4096 bits") {
  for (const std::size_t bits : {2'048, 2'049, 3'072, 4'095, 4'096}) {
    CHECK_MESSAGE(verdict_on_key(rsa_key(number_of_bits(bits), "\x03")) == "ok", bits);
  }
  for (const std::size_t bits : {1, 512, 1'024, 2'040, 2'047, 4'097, 4'104, 8'192}) {
    CHECK_MESSAGE(verdict_on_key(rsa_key(number_of_bits(bits), "\x03")) == "public_key", bits);
  }
  CHECK(verdict_on_key(rsa_key(number_of_bits(2'048, '\x02'), "\x03")) == "public_key");
  CHECK(verdict_on_key(rsa_key('\0' + number_of_bits(2'048), "\x03")) == "public_key");
  CHECK(verdict_on_key(rsa_key("", "\x03")) == "public_key");
}

TEST_CASE("an RSA key has an odd exponent above 2 of 64 bits at most") {
  const auto exponent = [](const std::string& number) {
    return verdict_on_key(rsa_key(number_of_bits(2'048), number));
  };
  CHECK(exponent("\x03") == "ok");
  CHECK(exponent(std::string{"\x01\x00\x01", 3}) == "ok");
  CHECK(exponent(std::string(8, '\xFF')) == "ok");
  for (const auto& number :
       {std::string{}, std::string{'\0'}, std::string{"\x01"}, std::string{"\x02"},
        std::string{"\x04"}, std::string{"\x01\x00", 2}, std::string{"\x00\x03", 2},
        std::string(9, '\xFF'), number_of_bits(2'047)}) {
    CHECK(exponent(number) == "public_key");
  }
}

TEST_CASE("a kept key is parsed as it was registered, and not a byte more") {
  for (const auto algorithm : algorithms) {
    CAPTURE(wire_name(algorithm));
    const auto cose = authenticator(algorithm).public_key();
    const auto key = parse_public_key(cose);
    REQUIRE(key);
    CHECK(verifier().valid_key(*key));
    const auto signature = testing::webauthn_signature(authenticator(algorithm).key(), "message");
    CHECK(verifier().verify(*key, "message", signature));
    CHECK_FALSE(parse_public_key(cose + '\0'));
    for (std::size_t size = 0; size < cose.size(); ++size) {
      CHECK_FALSE(parse_public_key(cose.substr(0, size)));
    }
  }
}

}  // namespace coffeeauth::passkeys
