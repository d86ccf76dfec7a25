#include <sodium.h>

#include "coffeeauth/error.hpp"
#include "coffeeauth/ports/public_key_verifier.hpp"
#include "lib/tokens/ed25519.hpp"

namespace coffeeauth {
namespace {

class SodiumPublicKeys final : public PublicKeyVerifier {
 public:
  bool valid_key(const CosePublicKey& key) const noexcept override {
    const auto* const eddsa = std::get_if<EddsaPublicKey>(&key);
    return eddsa != nullptr && crypto_core_ed25519_is_valid_point(eddsa->point.data()) == 1;
  }

  bool verify(const CosePublicKey& key, std::string_view message,
              std::string_view signature) const noexcept override {
    const auto* const eddsa = std::get_if<EddsaPublicKey>(&key);
    return eddsa != nullptr && ed25519_verifies(eddsa->point, message, signature);
  }
};

}  // namespace

CoseAlgorithm algorithm_of(const CosePublicKey& key) noexcept {
  if (std::holds_alternative<Es256PublicKey>(key)) return CoseAlgorithm::es256;
  if (std::holds_alternative<EddsaPublicKey>(key)) return CoseAlgorithm::eddsa;
  return CoseAlgorithm::rs256;
}

std::unique_ptr<PublicKeyVerifier> make_sodium_public_keys() {
  if (sodium_init() < 0) throw Unavailable("libsodium cannot be initialised");
  return std::make_unique<SodiumPublicKeys>();
}

}  // namespace coffeeauth
