#pragma once
/// libcrypto's objects with owners, and the few verbs the keys share.

#include <openssl/bn.h>
#include <openssl/evp.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "coffeeauth/secret.hpp"

namespace coffeeauth::crypto {

/// Calls a C function to free what a unique_ptr held.
template <auto free_function>
struct FreeWith {
  template <class T>
  void operator()(T* object) const noexcept {
    free_function(object);
  }
};

using EvpKey = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using EvpKeyContext = std::unique_ptr<EVP_PKEY_CTX, FreeWith<EVP_PKEY_CTX_free>>;
using EvpDigestContext = std::unique_ptr<EVP_MD_CTX, FreeWith<EVP_MD_CTX_free>>;
using BigNumber = std::unique_ptr<BIGNUM, FreeWith<BN_free>>;

/// Takes back what libcrypto adds to this thread's queue of errors, so that it neither grows nor
/// surprises another user of the library in the same thread.
class ErrorQueueGuard {
 public:
  ErrorQueueGuard() noexcept;
  ErrorQueueGuard(const ErrorQueueGuard&) = delete;
  ErrorQueueGuard& operator=(const ErrorQueueGuard&) = delete;
  ~ErrorQueueGuard();
};

/// The signature over the SHA-256 of `input`, as libcrypto writes it.
/// Throws Unavailable when libcrypto cannot, as for a key without a private part.
[[nodiscard]] std::string sign_sha256(EVP_PKEY& key, std::string_view input);
/// The counterpart. False for anything malformed.
[[nodiscard]] bool verify_sha256(EVP_PKEY& key, std::string_view input,
                                 std::string_view signature) noexcept;

/// PKCS#8 in DER, and back. Reading throws std::invalid_argument unless `der` is one private key
/// and nothing else.
[[nodiscard]] Secret to_pkcs8(const EVP_PKEY& key);
[[nodiscard]] EvpKey from_pkcs8(const Secret& der);

/// An unsigned number among the key's parameters in base64url, as a JWK has it: big-endian in
/// `width` bytes, or in as many as it needs.
[[nodiscard]] std::string base64url_parameter(const EVP_PKEY& key, const char* name,
                                              std::optional<int> width = std::nullopt);

}  // namespace coffeeauth::crypto
