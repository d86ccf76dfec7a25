#include "adapters/crypto/src/es256_key.hpp"

#include <openssl/core_names.h>
#include <openssl/ec.h>

#include <array>
#include <stdexcept>

#include "coffeeauth/error.hpp"

namespace coffeeauth::crypto {
namespace {

constexpr int number_size = 32;
constexpr std::size_t signature_size = 64;
/// SEQUENCE { INTEGER, INTEGER } of two 32-byte numbers, each with a zero in front.
constexpr std::size_t longest_der = 72;

using EcdsaSignature = std::unique_ptr<ECDSA_SIG, FreeWith<ECDSA_SIG_free>>;

/// From the DER that libcrypto writes to r || s.
std::string to_raw(std::string_view der) {
  const auto* next = reinterpret_cast<const unsigned char*>(der.data());
  const EcdsaSignature parsed{d2i_ECDSA_SIG(nullptr, &next, static_cast<long>(der.size()))};
  std::string raw(signature_size, '\0');
  auto* const out = reinterpret_cast<unsigned char*>(raw.data());
  if (!parsed || BN_bn2binpad(ECDSA_SIG_get0_r(parsed.get()), out, number_size) != number_size ||
      BN_bn2binpad(ECDSA_SIG_get0_s(parsed.get()), out + number_size, number_size) != number_size) {
    throw Unavailable("libcrypto made a signature of an unknown form");
  }
  return raw;
}

struct DerSignature {
  std::array<unsigned char, longest_der> bytes{};
  std::size_t size = 0;

  [[nodiscard]] std::string_view view() const noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), size};
  }
};

/// From r || s to DER; nothing unless it is 64 bytes. Ranges are for libcrypto to check.
std::optional<DerSignature> to_der(std::string_view raw) noexcept {
  if (raw.size() != signature_size) return std::nullopt;
  const auto* in = reinterpret_cast<const unsigned char*>(raw.data());
  BigNumber r{BN_bin2bn(in, number_size, nullptr)};
  BigNumber s{BN_bin2bn(in + number_size, number_size, nullptr)};
  const EcdsaSignature signature{ECDSA_SIG_new()};
  if (!r || !s || !signature) return std::nullopt;
  ECDSA_SIG_set0(signature.get(), r.release(), s.release());
  DerSignature der;
  auto* out = der.bytes.data();
  const int size = i2d_ECDSA_SIG(signature.get(), &out);
  if (size <= 0) return std::nullopt;
  der.size = static_cast<std::size_t>(size);
  return der;
}

class Es256Key final : public SigningKey {
 public:
  explicit Es256Key(EvpKey key) : key_(std::move(key)) {}

  SigningAlgorithm algorithm() const noexcept override { return SigningAlgorithm::es256; }

  std::string sign(std::string_view input) const override {
    return to_raw(sign_sha256(*key_, input));
  }

  bool verify(std::string_view input, std::string_view signature) const noexcept override {
    const auto der = to_der(signature);
    return der && verify_sha256(*key_, input, der->view());
  }

  std::optional<std::string> public_jwk() const override {
    return R"({"crv":"P-256","kty":"EC","x":")" +
           base64url_parameter(*key_, OSSL_PKEY_PARAM_EC_PUB_X, number_size) + R"(","y":")" +
           base64url_parameter(*key_, OSSL_PKEY_PARAM_EC_PUB_Y, number_size) + R"("})";
  }

  Secret export_private() const override { return to_pkcs8(*key_); }

 private:
  /// Never changed, so libcrypto lets any number of threads use it at once.
  const EvpKey key_;
};

bool is_on_p256(const EVP_PKEY& key) {
  std::array<char, 64> group{};
  return EVP_PKEY_is_a(&key, "EC") == 1 &&
         EVP_PKEY_get_group_name(&key, group.data(), group.size(), nullptr) == 1 &&
         std::string_view{group.data()} == SN_X9_62_prime256v1;
}

}  // namespace

std::unique_ptr<SigningKey> generate_es256_key() {
  const ErrorQueueGuard guard;
  EvpKey key{EVP_EC_gen(SN_X9_62_prime256v1)};
  if (!key) throw Unavailable("libcrypto cannot make an EC key");
  return std::make_unique<Es256Key>(std::move(key));
}

std::unique_ptr<SigningKey> make_es256_key(EvpKey key) {
  const ErrorQueueGuard guard;
  if (!is_on_p256(*key)) throw std::invalid_argument("an ES256 key is an EC key on P-256");
  return std::make_unique<Es256Key>(std::move(key));
}

}  // namespace coffeeauth::crypto
