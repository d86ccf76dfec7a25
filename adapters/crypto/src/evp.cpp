#include "adapters/crypto/src/evp.hpp"

#include <openssl/err.h>
#include <openssl/x509.h>

#include <stdexcept>

#include "coffeeauth/base64url.hpp"
#include "coffeeauth/error.hpp"

namespace coffeeauth::crypto {
namespace {

using Pkcs8 = std::unique_ptr<PKCS8_PRIV_KEY_INFO, FreeWith<PKCS8_PRIV_KEY_INFO_free>>;

const unsigned char* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

ErrorQueueGuard::ErrorQueueGuard() noexcept { ERR_set_mark(); }
ErrorQueueGuard::~ErrorQueueGuard() { ERR_pop_to_mark(); }

std::string sign_sha256(EVP_PKEY& key, std::string_view input) {
  const ErrorQueueGuard guard;
  const EvpDigestContext context{EVP_MD_CTX_new()};
  std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(&key)), '\0');
  auto size = signature.size();
  if (!context || EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, &key) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     bytes_of(input), input.size()) != 1) {
    throw Unavailable("libcrypto cannot sign");
  }
  signature.resize(size);
  return signature;
}

bool verify_sha256(EVP_PKEY& key, std::string_view input, std::string_view signature) noexcept {
  const ErrorQueueGuard guard;
  const EvpDigestContext context{EVP_MD_CTX_new()};
  return context &&
         EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, &key) == 1 &&
         EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(input),
                          input.size()) == 1;
}

Secret to_pkcs8(const EVP_PKEY& key) {
  const ErrorQueueGuard guard;
  const Pkcs8 pkcs8{EVP_PKEY2PKCS8(&key)};
  unsigned char* der = nullptr;
  const int size = pkcs8 ? i2d_PKCS8_PRIV_KEY_INFO(pkcs8.get(), &der) : 0;
  if (size <= 0) throw Unavailable("libcrypto cannot write a private key");
  Secret secret{
      std::string_view{reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)}};
  OPENSSL_clear_free(der, static_cast<std::size_t>(size));
  return secret;
}

EvpKey from_pkcs8(const Secret& der) {
  const ErrorQueueGuard guard;
  const auto* next = bytes_of(der.expose_secret());
  const auto* const end = next + der.size();
  const Pkcs8 pkcs8{d2i_PKCS8_PRIV_KEY_INFO(nullptr, &next, static_cast<long>(der.size()))};
  EvpKey key{pkcs8 && next == end ? EVP_PKCS82PKEY(pkcs8.get()) : nullptr};
  if (!key) throw std::invalid_argument("not a private key in PKCS#8");
  return key;
}

std::string base64url_parameter(const EVP_PKEY& key, const char* name, std::optional<int> width) {
  const ErrorQueueGuard guard;
  BIGNUM* raw = nullptr;
  const bool found = EVP_PKEY_get_bn_param(&key, name, &raw) == 1;
  const BigNumber number{raw};
  if (!found) throw Unavailable("libcrypto cannot tell a parameter of a public key");
  const int size = width.value_or(BN_num_bytes(number.get()));
  std::string bytes(static_cast<std::size_t>(size), '\0');
  if (BN_bn2binpad(number.get(), reinterpret_cast<unsigned char*>(bytes.data()), size) != size) {
    throw Unavailable("libcrypto cannot write a parameter of a public key");
  }
  return base64url_encode(bytes);
}

}  // namespace coffeeauth::crypto
