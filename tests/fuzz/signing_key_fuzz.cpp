// Private keys as they come out of the Store: what loads is a key that works, and the rest is
// refused in the one way that is promised.

#include <stdexcept>

#include "coffeeauth/crypto/crypto.hpp"
#include "tests/fuzz/target.hpp"

namespace coffeeauth {
namespace {

using fuzz::hold;

/// The input as it is written in seeds: hexadecimal, or else as it is.
std::string octets_of(std::string_view input) {
  std::string octets;
  int high = -1;
  for (const char c : input) {
    if (c == '\n') continue;
    const int value = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (value < 0) return std::string{input};
    if (high >= 0) octets.push_back(static_cast<char>(16 * high + value));
    high = high >= 0 ? -1 : value;
  }
  return octets;
}

void check_key(SigningAlgorithm algorithm, const Secret& exported) {
  static const auto factory = crypto::make_openssl_keys();
  std::unique_ptr<SigningKey> key;
  try {
    key = factory->load(algorithm, exported);
  } catch (const std::invalid_argument&) {
    return;
  }
  hold(key && key->algorithm() == algorithm, "a key is of the algorithm that was asked for");
  hold(algorithm != SigningAlgorithm::hs256 || exported.size() >= 32, "a key is long enough");
  const auto again = factory->load(algorithm, key->export_private());
  hold(again->public_jwk() == key->public_jwk(), "a key that is written again is the same");
  hold(!key->verify("something", std::string(64, 'x')), "a key does not vouch for anything");
}

}  // namespace
}  // namespace coffeeauth

COFFEEAUTH_FUZZ_TARGET(signing_key) {
  using namespace coffeeauth;
  const auto octets = octets_of(input);
  const Secret exported{std::string_view{octets}};
  for (const auto algorithm : {SigningAlgorithm::es256, SigningAlgorithm::eddsa,
                               SigningAlgorithm::rs256, SigningAlgorithm::hs256}) {
    check_key(algorithm, exported);
  }
}
