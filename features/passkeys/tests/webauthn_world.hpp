#pragma once
/// Ceremonies of software authenticators, and what is said to them.

#include <array>
#include <string>
#include <utility>
#include <variant>

#include "coffeeauth/crypto/crypto.hpp"
#include "coffeeauth/passkeys/webauthn.hpp"
#include "features/passkeys/testing/cbor_writer.hpp"
#include "features/passkeys/testing/software_authenticator.hpp"

#include "coffeeauth/testing/doctest.hpp"

namespace coffeeauth::passkeys {

using testing::Assertion;
using testing::Registration;
using testing::SoftwareAuthenticator;

inline constexpr std::array algorithms{SigningAlgorithm::es256, SigningAlgorithm::eddsa,
                                       SigningAlgorithm::rs256};

inline const std::string challenge = "sixteen octets..";
inline const testing::Ceremony ceremony{.challenge = challenge};
inline const std::array origins{std::string{"https://example.org"},
                                std::string{"android:apk-key-hash:abc"}};

inline const PublicKeyVerifier& verifier() {
  static const auto made = crypto::make_openssl_public_keys();
  return *made;
}

/// One of each algorithm, made when it is first asked for: RSA takes its time.
inline const SoftwareAuthenticator& authenticator(
    SigningAlgorithm algorithm = SigningAlgorithm::es256) {
  static const auto keys = crypto::make_openssl_keys();
  if (algorithm == SigningAlgorithm::eddsa) {
    static const SoftwareAuthenticator eddsa{*keys, algorithm, "the second credential"};
    return eddsa;
  }
  if (algorithm == SigningAlgorithm::rs256) {
    static const SoftwareAuthenticator rs256{*keys, algorithm, "the third credential"};
    return rs256;
  }
  static const SoftwareAuthenticator es256{*keys, algorithm, "the first credential"};
  return es256;
}

inline CeremonyChecks checks() {
  return {.rp_id = "example.org",
          .origins = origins,
          .accepts_challenge = [](std::string_view said) { return said == challenge; }};
}

/// `ok`, or the word for what was wrong.
template <class T>
std::string outcome(const Checked<T>& result) {
  const auto* const rejection = std::get_if<Rejection>(&result);
  return rejection != nullptr ? std::string{wire_name(*rejection)} : "ok";
}

template <class T>
T value_of(Checked<T> result) {
  REQUIRE(outcome(result) == "ok");
  return std::get<T>(std::move(result));
}

inline std::string verdict(const Registration& registration,
                           const CeremonyChecks& with = checks()) {
  const auto response = read_registration(registration.json());
  if (const auto* const rejection = std::get_if<Rejection>(&response)) {
    return std::string{wire_name(*rejection)};
  }
  return outcome(verify_registration(std::get<RegistrationResponse>(response), with, verifier()));
}

/// What is kept of an authenticator: the key is the first, which lives as long as it is used.
inline RegisteredCredential registered(const SoftwareAuthenticator& by, const std::string& key) {
  return {.public_key = key, .user_handle = by.user_handle};
}

inline std::string verdict(const Assertion& assertion, const RegisteredCredential& credential,
                           const CeremonyChecks& with = checks()) {
  const auto response = read_assertion(assertion.json());
  if (const auto* const rejection = std::get_if<Rejection>(&response)) {
    return std::string{wire_name(*rejection)};
  }
  return outcome(
      verify_assertion(std::get<AssertionResponse>(response), credential, with, verifier()));
}

/// The verdict on an assertion of the ES256 authenticator.
inline std::string verdict(const Assertion& assertion, const CeremonyChecks& with = checks()) {
  static const auto key = authenticator().public_key();
  return verdict(assertion, registered(authenticator(), key), with);
}

}  // namespace coffeeauth::passkeys
