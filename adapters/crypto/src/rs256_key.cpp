#include "adapters/crypto/src/rs256_key.hpp"

#include <openssl/core_names.h>
#include <openssl/rsa.h>

#include <stdexcept>

#include "coffeeauth/error.hpp"

namespace coffeeauth::crypto {
namespace {

constexpr int least_bits = 2'048;

class Rs256Key final : public SigningKey {
 public:
  explicit Rs256Key(EvpKey key) : key_(std::move(key)) {}

  SigningAlgorithm algorithm() const noexcept override { return SigningAlgorithm::rs256; }

  std::string sign(std::string_view input) const override { return sign_sha256(*key_, input); }

  bool verify(std::string_view input, std::string_view signature) const noexcept override {
    // RFC 8017 8.2.2: of the modulus' length and no other.
    return signature.size() == static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())) &&
           verify_sha256(*key_, input, signature);
  }

  std::optional<std::string> public_jwk() const override {
    return R"({"e":")" + base64url_parameter(*key_, OSSL_PKEY_PARAM_RSA_E) +
           R"(","kty":"RSA","n":")" + base64url_parameter(*key_, OSSL_PKEY_PARAM_RSA_N) + R"("})";
  }

  Secret export_private() const override { return to_pkcs8(*key_); }

 private:
  /// Never changed, so libcrypto lets any number of threads use it at once.
  const EvpKey key_;
};

}  // namespace

std::unique_ptr<SigningKey> generate_rs256_key() {
  const ErrorQueueGuard guard;
  EvpKey key{EVP_RSA_gen(static_cast<unsigned int>(least_bits))};
  if (!key) throw Unavailable("libcrypto cannot make an RSA key");
  return std::make_unique<Rs256Key>(std::move(key));
}

std::unique_ptr<SigningKey> make_rs256_key(EvpKey key) {
  // "RSA" excludes RSASSA-PSS keys, which are restricted to another scheme.
  if (EVP_PKEY_is_a(key.get(), "RSA") != 1 || EVP_PKEY_get_bits(key.get()) < least_bits) {
    throw std::invalid_argument("an RS256 key is an RSA key of 2048 bits or more");
  }
  return std::make_unique<Rs256Key>(std::move(key));
}

}  // namespace coffeeauth::crypto
