#include <openssl/hmac.h>

#include "adapters/crypto/src/evp.hpp"
#include "coffeeauth/crypto/crypto.hpp"
#include "coffeeauth/error.hpp"

namespace coffeeauth::crypto {
namespace {

class OpensslOneTimeCodes final : public OneTimeCodes {
 public:
  HmacSha1 hmac_sha1(const Secret& key, std::string_view message) const override {
    const ErrorQueueGuard guard;
    HmacSha1 made{};
    unsigned int size = 0;
    const auto* const done = HMAC(
        EVP_sha1(), key.expose_secret().data(), static_cast<int>(key.size()),
        reinterpret_cast<const unsigned char*>(message.data()), message.size(), made.data(), &size);
    if (done == nullptr || size != made.size()) throw Unavailable("libcrypto has no HMAC-SHA-1");
    return made;
  }
};

}  // namespace

std::unique_ptr<OneTimeCodes> make_openssl_one_time_codes() {
  return std::make_unique<OpensslOneTimeCodes>();
}

}  // namespace coffeeauth::crypto
