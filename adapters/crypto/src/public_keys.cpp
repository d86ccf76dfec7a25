#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <array>

#include "adapters/crypto/src/evp.hpp"
#include "coffeeauth/crypto/crypto.hpp"

namespace coffeeauth::crypto {
namespace {

constexpr std::size_t least_modulus = 2'048 / 8;
constexpr std::size_t longest_modulus = 4'096 / 8;
/// A longer exponent makes each verification as slow as a signature, and is in use nowhere.
constexpr std::size_t longest_exponent = 8;

using ParameterBuilder = std::unique_ptr<OSSL_PARAM_BLD, FreeWith<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, FreeWith<OSSL_PARAM_free>>;

const unsigned char* octets_of(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned octet_at(std::string_view number, std::size_t place) noexcept {
  return static_cast<unsigned char>(number[place]);
}

/// Null when libcrypto refuses the parameters.
EvpKey public_key_from(const char* type, OSSL_PARAM* parameters) noexcept {
  const EvpKeyContext context{EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr)};
  EVP_PKEY* key = nullptr;
  if (!context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1) {
    return nullptr;
  }
  return EvpKey{key};
}

/// Null unless the point is on the curve.
EvpKey evp_key_of(const Es256PublicKey& key) noexcept {
  std::array<unsigned char, 65> point{POINT_CONVERSION_UNCOMPRESSED};
  std::copy(key.x.begin(), key.x.end(), point.begin() + 1);
  std::copy(key.y.begin(), key.y.end(), point.begin() + 33);
  std::array<char, sizeof SN_X9_62_prime256v1> group{SN_X9_62_prime256v1};
  std::array<OSSL_PARAM, 3> parameters{
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), 0),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
      OSSL_PARAM_construct_end()};
  return public_key_from("EC", parameters.data());
}

bool is_in_range(const Rs256PublicKey& key) noexcept {
  const std::string_view n = key.modulus;
  const std::string_view e = key.exponent;
  if (n.size() < least_modulus || n.size() > longest_modulus) return false;
  if (octet_at(n, 0) < (n.size() == least_modulus ? 0x80U : 1U)) return false;
  if (e.empty() || e.size() > longest_exponent || octet_at(e, 0) == 0) return false;
  if (e.size() == 1 && octet_at(e, 0) <= 2) return false;
  return octet_at(n, n.size() - 1) % 2 == 1 && octet_at(e, e.size() - 1) % 2 == 1;
}

/// Null unless the numbers are in range.
EvpKey evp_key_of(const Rs256PublicKey& key) noexcept {
  if (!is_in_range(key)) return nullptr;
  const BigNumber n{
      BN_bin2bn(octets_of(key.modulus), static_cast<int>(key.modulus.size()), nullptr)};
  const BigNumber e{
      BN_bin2bn(octets_of(key.exponent), static_cast<int>(key.exponent.size()), nullptr)};
  const ParameterBuilder builder{OSSL_PARAM_BLD_new()};
  if (!n || !e || !builder ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    return nullptr;
  }
  const Parameters parameters{OSSL_PARAM_BLD_to_param(builder.get())};
  return parameters ? public_key_from("RSA", parameters.get()) : nullptr;
}

bool is_sound(const Es256PublicKey& key) noexcept {
  const ErrorQueueGuard guard;
  const auto evp = evp_key_of(key);
  const EvpKeyContext context{evp ? EVP_PKEY_CTX_new_from_pkey(nullptr, evp.get(), nullptr)
                                  : nullptr};
  return context && EVP_PKEY_public_check(context.get()) == 1;
}

bool is_sound(const Rs256PublicKey& key) noexcept {
  const ErrorQueueGuard guard;
  return evp_key_of(key) != nullptr;
}

class OpensslPublicKeys final : public PublicKeyVerifier {
 public:
  bool valid_key(const CosePublicKey& key) const noexcept override {
    if (const auto* const es256 = std::get_if<Es256PublicKey>(&key)) return is_sound(*es256);
    if (const auto* const rs256 = std::get_if<Rs256PublicKey>(&key)) return is_sound(*rs256);
    return sodium_->valid_key(key);
  }

  bool verify(const CosePublicKey& key, std::string_view message,
              std::string_view signature) const noexcept override {
    const ErrorQueueGuard guard;
    if (const auto* const es256 = std::get_if<Es256PublicKey>(&key)) {
      const auto evp = evp_key_of(*es256);
      return evp && verify_sha256(*evp, message, signature);
    }
    if (const auto* const rs256 = std::get_if<Rs256PublicKey>(&key)) {
      // RFC 8017 8.2.2: of the modulus' length and no other.
      if (signature.size() != rs256->modulus.size()) return false;
      const auto evp = evp_key_of(*rs256);
      return evp && verify_sha256(*evp, message, signature);
    }
    return sodium_->verify(key, message, signature);
  }

 private:
  /// The core has Ed25519 already, and one implementation is enough to review.
  const std::unique_ptr<PublicKeyVerifier> sodium_ = make_sodium_public_keys();
};

}  // namespace

std::unique_ptr<PublicKeyVerifier> make_openssl_public_keys() {
  return std::make_unique<OpensslPublicKeys>();
}

}  // namespace coffeeauth::crypto
