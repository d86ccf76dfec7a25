#include <stdexcept>

#include "adapters/crypto/src/es256_key.hpp"
#include "adapters/crypto/src/evp.hpp"
#include "adapters/crypto/src/rs256_key.hpp"
#include "coffeeauth/crypto/crypto.hpp"

namespace coffeeauth::crypto {
namespace {

class OpensslKeys final : public SigningKeyFactory {
 public:
  bool supports(SigningAlgorithm algorithm) const noexcept override {
    return algorithm == SigningAlgorithm::es256 || algorithm == SigningAlgorithm::rs256 ||
           sodium_->supports(algorithm);
  }

  std::unique_ptr<SigningKey> generate(SigningAlgorithm algorithm) override {
    switch (algorithm) {
      case SigningAlgorithm::es256:
        return generate_es256_key();
      case SigningAlgorithm::rs256:
        return generate_rs256_key();
      case SigningAlgorithm::eddsa:
      case SigningAlgorithm::hs256:
        return sodium_->generate(algorithm);
    }
    throw std::invalid_argument("no such algorithm");
  }

  std::unique_ptr<SigningKey> load(SigningAlgorithm algorithm, const Secret& exported) override {
    switch (algorithm) {
      case SigningAlgorithm::es256:
        return make_es256_key(from_pkcs8(exported));
      case SigningAlgorithm::rs256:
        return make_rs256_key(from_pkcs8(exported));
      case SigningAlgorithm::eddsa:
      case SigningAlgorithm::hs256:
        return sodium_->load(algorithm, exported);
    }
    throw std::invalid_argument("no such algorithm");
  }

 private:
  /// The core has these two already, and one implementation of each is enough to review.
  const std::unique_ptr<SigningKeyFactory> sodium_ = make_sodium_keys();
};

}  // namespace

std::unique_ptr<SigningKeyFactory> make_openssl_keys() { return std::make_unique<OpensslKeys>(); }

}  // namespace coffeeauth::crypto
