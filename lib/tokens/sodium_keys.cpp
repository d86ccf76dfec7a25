#include <sodium.h>

#include <algorithm>
#include <stdexcept>

#include "coffeeauth/base64url.hpp"
#include "coffeeauth/error.hpp"
#include "coffeeauth/ports/signing_key.hpp"
#include "lib/tokens/ed25519.hpp"

namespace coffeeauth {
namespace {

constexpr std::size_t hs256_least_size = 32;
constexpr std::size_t seed_size = crypto_sign_SEEDBYTES;

/// All of a PKCS#8 Ed25519 key (RFC 8410 7) but the seed: the structure has no other freedom, and
/// with it keys can be exchanged with any other library.
constexpr std::string_view pkcs8_head{
    "\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20", 16};

const unsigned char* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* writable_bytes_of(Secret& secret) noexcept {
  return reinterpret_cast<unsigned char*>(secret.writable().data());
}
std::string_view text_of(const unsigned char* bytes, std::size_t size) noexcept {
  return {reinterpret_cast<const char*>(bytes), size};
}

Secret pkcs8_of(std::string_view seed) {
  auto pkcs8 = Secret::of_size(pkcs8_head.size() + seed.size());
  auto* out = writable_bytes_of(pkcs8);
  std::copy(pkcs8_head.begin(), pkcs8_head.end(), out);
  std::copy(seed.begin(), seed.end(), out + pkcs8_head.size());
  return pkcs8;
}

class EddsaKey final : public SigningKey {
 public:
  /// `seed`: the 32 bytes of RFC 8032 5.1.5.
  explicit EddsaKey(std::string_view seed) {
    crypto_sign_seed_keypair(public_.data(), writable_bytes_of(secret_), bytes_of(seed));
  }

  SigningAlgorithm algorithm() const noexcept override { return SigningAlgorithm::eddsa; }

  std::string sign(std::string_view input) const override {
    std::string signature(crypto_sign_BYTES, '\0');
    crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.data()), nullptr,
                         bytes_of(input), input.size(), bytes_of(secret_.expose_secret()));
    return signature;
  }

  bool verify(std::string_view input, std::string_view signature) const noexcept override {
    return ed25519_verifies(public_, input, signature);
  }

  std::optional<std::string> public_jwk() const override {
    return R"({"crv":"Ed25519","kty":"OKP","x":")" +
           base64url_encode(text_of(public_.data(), public_.size())) + R"("})";
  }

  Secret export_private() const override {
    // libsodium's secret key is the seed followed by the public key.
    return pkcs8_of(secret_.expose_secret().substr(0, seed_size));
  }

 private:
  Ed25519PublicKey public_{};
  Secret secret_ = Secret::of_size(crypto_sign_SECRETKEYBYTES);
};

class Hs256Key final : public SigningKey {
 public:
  explicit Hs256Key(Secret secret) : secret_(std::move(secret)) {}

  SigningAlgorithm algorithm() const noexcept override { return SigningAlgorithm::hs256; }

  std::string sign(std::string_view input) const override {
    std::string tag(crypto_auth_hmacsha256_BYTES, '\0');
    make_tag(input, reinterpret_cast<unsigned char*>(tag.data()));
    return tag;
  }

  bool verify(std::string_view input, std::string_view signature) const noexcept override {
    if (signature.size() != crypto_auth_hmacsha256_BYTES) return false;
    std::array<unsigned char, crypto_auth_hmacsha256_BYTES> tag{};
    make_tag(input, tag.data());
    return sodium_memcmp(tag.data(), signature.data(), tag.size()) == 0;
  }

  std::optional<std::string> public_jwk() const override { return std::nullopt; }
  Secret export_private() const override { return secret_.clone(); }

 private:
  void make_tag(std::string_view input, unsigned char* out) const noexcept {
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, bytes_of(secret_.expose_secret()), secret_.size());
    crypto_auth_hmacsha256_update(&state, bytes_of(input), input.size());
    crypto_auth_hmacsha256_final(&state, out);
    sodium_memzero(&state, sizeof state);
  }

  Secret secret_;
};

std::unique_ptr<SigningKey> load_eddsa(const Secret& exported) {
  const auto pkcs8 = exported.expose_secret();
  if (pkcs8.size() != pkcs8_head.size() + seed_size || !pkcs8.starts_with(pkcs8_head)) {
    throw std::invalid_argument("not an Ed25519 private key in PKCS#8");
  }
  return std::make_unique<EddsaKey>(pkcs8.substr(pkcs8_head.size()));
}

std::unique_ptr<SigningKey> load_hs256(const Secret& exported) {
  if (exported.size() < hs256_least_size) {
    throw std::invalid_argument("an HS256 key has 32 bytes at least (RFC 7518 3.2)");
  }
  return std::make_unique<Hs256Key>(exported.clone());
}

Secret random_secret(std::size_t size) {
  auto secret = Secret::of_size(size);
  // Ends the program rather than give weak bytes; needs no file descriptor.
  randombytes_buf(writable_bytes_of(secret), size);
  return secret;
}

class SodiumKeys final : public SigningKeyFactory {
 public:
  bool supports(SigningAlgorithm algorithm) const noexcept override {
    return algorithm == SigningAlgorithm::eddsa || algorithm == SigningAlgorithm::hs256;
  }

  std::unique_ptr<SigningKey> generate(SigningAlgorithm algorithm) override {
    require_supported(algorithm);
    if (algorithm == SigningAlgorithm::hs256) {
      return std::make_unique<Hs256Key>(random_secret(hs256_least_size));
    }
    const auto seed = random_secret(seed_size);
    return std::make_unique<EddsaKey>(seed.expose_secret());
  }

  std::unique_ptr<SigningKey> load(SigningAlgorithm algorithm, const Secret& exported) override {
    require_supported(algorithm);
    return algorithm == SigningAlgorithm::hs256 ? load_hs256(exported) : load_eddsa(exported);
  }

 private:
  void require_supported(SigningAlgorithm algorithm) const {
    if (!supports(algorithm)) {
      throw std::invalid_argument("libsodium has no keys for " + std::string{wire_name(algorithm)});
    }
  }
};

}  // namespace

bool ed25519_verifies(const Ed25519PublicKey& key, std::string_view input,
                      std::string_view signature) noexcept {
  return signature.size() == crypto_sign_BYTES &&
         crypto_sign_verify_detached(bytes_of(signature), bytes_of(input), input.size(),
                                     key.data()) == 0;
}

std::unique_ptr<SigningKeyFactory> make_sodium_keys() {
  if (sodium_init() < 0) throw Unavailable("libsodium cannot be initialised");
  return std::make_unique<SodiumKeys>();
}

}  // namespace coffeeauth
