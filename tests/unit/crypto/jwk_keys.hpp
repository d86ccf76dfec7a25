#pragma once
/// Reads the JWKs that stand in RFCs and in test vectors. The library itself reads none: its keys
/// come from its own Store.

#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "adapters/crypto/src/es256_key.hpp"
#include "adapters/crypto/src/evp.hpp"
#include "adapters/crypto/src/rs256_key.hpp"
#include "coffeeauth/base64url.hpp"

namespace coffeeauth {

class JwkReader {
 public:
  explicit JwkReader(const nlohmann::json& jwk) : jwk_(jwk) {}

  /// A key for `alg`, with a private part if the JWK has one. Throws std::invalid_argument when it
  /// cannot be used for that.
  [[nodiscard]] std::unique_ptr<SigningKey> key() {
    if (jwk_.value("use", "sig") != "sig" || !may_verify()) {
      throw std::invalid_argument("the JWK is for another use");
    }
    const auto alg = parse_signing_algorithm(jwk_.at("alg").get<std::string>());
    if (alg == SigningAlgorithm::hs256) {
      return make_sodium_keys()->load(*alg, Secret{member("k")});
    }
    if (alg == SigningAlgorithm::es256) return crypto::make_es256_key(ec_key());
    if (alg == SigningAlgorithm::rs256) return crypto::make_rs256_key(rsa_key());
    throw std::invalid_argument("no algorithm of ours");
  }

 private:
  using Builder = std::unique_ptr<OSSL_PARAM_BLD, crypto::FreeWith<OSSL_PARAM_BLD_free>>;
  using Params = std::unique_ptr<OSSL_PARAM, crypto::FreeWith<OSSL_PARAM_free>>;

  [[nodiscard]] bool may_verify() const {
    if (!jwk_.contains("key_ops")) return true;
    const auto& operations = jwk_.at("key_ops");
    return std::find(operations.begin(), operations.end(), "verify") != operations.end() ||
           std::find(operations.begin(), operations.end(), "sign") != operations.end();
  }
  [[nodiscard]] std::string member(const char* name) const {
    return base64url_decode(jwk_.at(name).get<std::string>()).value();
  }
  void push_number(const char* parameter, const char* name) {
    if (!jwk_.contains(name)) return;
    const auto bytes = member(name);
    numbers_.emplace_back(BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                                    static_cast<int>(bytes.size()), nullptr));
    OSSL_PARAM_BLD_push_BN(builder_.get(), parameter, numbers_.back().get());
  }
  [[nodiscard]] crypto::EvpKey build(const char* type) {
    const Params params{OSSL_PARAM_BLD_to_param(builder_.get())};
    const crypto::EvpKeyContext context{EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr)};
    EVP_PKEY* key = nullptr;
    if (EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, params.get()) != 1) {
      throw std::invalid_argument("not a key");
    }
    return crypto::EvpKey{key};
  }

  [[nodiscard]] crypto::EvpKey ec_key() {
    const auto point = "\x04" + member("x") + member("y");
    OSSL_PARAM_BLD_push_utf8_string(builder_.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
    OSSL_PARAM_BLD_push_octet_string(builder_.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                     point.size());
    push_number(OSSL_PKEY_PARAM_PRIV_KEY, "d");
    return build("EC");
  }
  [[nodiscard]] crypto::EvpKey rsa_key() {
    push_number(OSSL_PKEY_PARAM_RSA_N, "n");
    push_number(OSSL_PKEY_PARAM_RSA_E, "e");
    push_number(OSSL_PKEY_PARAM_RSA_D, "d");
    return build("RSA");
  }

  const nlohmann::json& jwk_;
  Builder builder_{OSSL_PARAM_BLD_new()};
  std::vector<crypto::BigNumber> numbers_;
};

}  // namespace coffeeauth
