#include "lib/vault/vault.hpp"

#include <sodium.h>

#include <utility>

namespace coffeeauth {
namespace {

const unsigned char* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

constexpr std::string_view code_purpose = "verification_code";
constexpr std::string_view login_code_purpose = "login_code";
constexpr std::size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_size = crypto_aead_xchacha20poly1305_ietf_ABYTES;

class Hmac {
 public:
  explicit Hmac(std::string_view key) noexcept {
    crypto_auth_hmacsha256_init(&state_, bytes_of(key), key.size());
  }
  ~Hmac() { sodium_memzero(&state_, sizeof state_); }
  Hmac(const Hmac&) = delete;
  Hmac& operator=(const Hmac&) = delete;

  void add(std::string_view bytes) noexcept {
    crypto_auth_hmacsha256_update(&state_, bytes_of(bytes), bytes.size());
  }
  /// Adds the length first, so that parts cannot run into each other.
  void add_framed(std::string_view bytes) noexcept {
    std::array<char, 8> length{};
    for (std::size_t i = 0; i < length.size(); ++i) {
      length.at(i) = static_cast<char>((bytes.size() >> (8 * i)) & 0xFFU);
    }
    add({length.data(), length.size()});
    add(bytes);
  }
  [[nodiscard]] std::array<std::uint8_t, 32> finish() noexcept {
    std::array<std::uint8_t, 32> out{};
    crypto_auth_hmacsha256_final(&state_, out.data());
    return out;
  }

 private:
  crypto_auth_hmacsha256_state state_{};
};

Secret to_secret(std::array<std::uint8_t, 32>& bytes) {
  Secret secret{std::as_bytes(std::span{bytes})};
  sodium_memzero(bytes.data(), bytes.size());
  return secret;
}

std::string encrypt(const Secret& key, std::string_view bound, std::string_view plain,
                    RandomSource& random) {
  std::string sealed(nonce_size + plain.size() + tag_size, '\0');
  random.fill(std::as_writable_bytes(std::span{sealed.data(), nonce_size}));
  auto* const out = reinterpret_cast<unsigned char*>(sealed.data());
  crypto_aead_xchacha20poly1305_ietf_encrypt(out + nonce_size, nullptr, bytes_of(plain),
                                             plain.size(), bytes_of(bound), bound.size(), nullptr,
                                             out, bytes_of(key.expose_secret()));
  return sealed;
}

std::optional<Secret> decrypt(const Secret& key, std::string_view bound, std::string_view sealed) {
  if (sealed.size() < nonce_size + tag_size) return std::nullopt;
  auto plain = Secret::of_size(sealed.size() - nonce_size - tag_size);
  const auto* const in = bytes_of(sealed);
  const int status = crypto_aead_xchacha20poly1305_ietf_decrypt(
      reinterpret_cast<unsigned char*>(plain.writable().data()), nullptr, nullptr, in + nonce_size,
      sealed.size() - nonce_size, bytes_of(bound), bound.size(), in, bytes_of(key.expose_secret()));
  if (status != 0) return std::nullopt;
  return plain;
}

Secret key_from(std::string_view material, std::string_view purpose) {
  Hmac hmac{material};
  hmac.add("coffeeauth/v1/");
  hmac.add(purpose);
  auto bytes = hmac.finish();
  return to_secret(bytes);
}

}  // namespace

Vault::Vault(const SecretKeys& secret_keys) : roots_(secret_keys.clone()) {
  if (sodium_init() < 0) throw Unavailable("libsodium cannot be initialised");
}

Secret Vault::key_for(std::string_view purpose, std::size_t key) const {
  return key_from(roots_.all().at(key).expose_secret(), purpose);
}

std::array<std::uint8_t, 32> Vault::mac(std::string_view purpose,
                                        std::initializer_list<std::string_view> parts,
                                        std::size_t key) const {
  const auto derived = key_for(purpose, key);
  Hmac hmac{derived.expose_secret()};
  for (const auto part : parts) hmac.add_framed(part);
  return hmac.finish();
}

CodeDigest Vault::digest_of_code(std::string_view purpose, const UserId& user,
                                 const EmailAddress& email, const VerificationCode& code,
                                 std::size_t key) const {
  return CodeDigest{mac(purpose, {user.str(), email.canonical(), code.expose_secret()}, key)};
}

CodeGuess Vault::guess_at_code(std::string_view purpose, const UserId& user,
                               const EmailAddress& email, const VerificationCode& code) const {
  std::vector<CodeDigest> digests;
  for (std::size_t key = 0; key < key_count(); ++key) {
    digests.push_back(digest_of_code(purpose, user, email, code, key));
  }
  return CodeGuess{std::move(digests)};
}

CodeDigest Vault::code_digest(const UserId& user, const EmailAddress& email,
                              const VerificationCode& code) const {
  return digest_of_code(code_purpose, user, email, code, current);
}

CodeDigest Vault::login_code_digest(const UserId& user, const EmailAddress& email,
                                    const VerificationCode& code) const {
  return digest_of_code(login_code_purpose, user, email, code, current);
}

CodeGuess Vault::code_guess(const UserId& user, const EmailAddress& email,
                            const VerificationCode& code) const {
  return guess_at_code(code_purpose, user, email, code);
}

CodeGuess Vault::login_code_guess(const UserId& user, const EmailAddress& email,
                                  const VerificationCode& code) const {
  return guess_at_code(login_code_purpose, user, email, code);
}

RefreshTokenDigest Vault::refresh_digest(std::string_view refresh_token, std::size_t key) const {
  return RefreshTokenDigest{mac("refresh_token", {refresh_token}, key)};
}

AddressDigest Vault::address_digest(std::string_view network, std::size_t key) const {
  return AddressDigest{mac("network_address", {network}, key)};
}

PasswordSalt Vault::sign_up_salt(const EmailAddress& email) const {
  const auto bytes = mac("sign_up_salt", {email.canonical()});
  PasswordSalt salt{};
  for (std::size_t i = 0; i < salt.size(); ++i) salt.at(i) = std::byte{bytes.at(i)};
  return salt;
}

std::string Vault::seal(std::string_view purpose, std::string_view context, std::string_view plain,
                        RandomSource& random) const {
  return encrypt(key_for(purpose, current), context, plain, random);
}

std::optional<Secret> Vault::open(std::string_view purpose, std::string_view context,
                                  std::string_view sealed) const {
  // No key's name stands in what is sealed: a release before this one reads it, too.
  for (std::size_t key = 0; key < key_count(); ++key) {
    if (auto plain = decrypt(key_for(purpose, key), context, sealed)) return plain;
  }
  return std::nullopt;
}

Resealed Vault::reseal(std::string_view purpose, std::string_view context, std::string_view sealed,
                       RandomSource& random) const {
  using State = Resealed::State;
  if (decrypt(key_for(purpose, current), context, sealed)) return {State::current};
  const auto plain = open(purpose, context, sealed);
  if (!plain) return {State::unreadable};
  return {State::resealed, seal(purpose, context, plain->expose_secret(), random)};
}

std::string seal_with(std::string_view key_material, std::string_view plain, RandomSource& random) {
  return encrypt(key_from(key_material, "sealed_successor"), {}, plain, random);
}

std::optional<Secret> open_with(std::string_view key_material, std::string_view sealed) {
  return decrypt(key_from(key_material, "sealed_successor"), {}, sealed);
}

}  // namespace coffeeauth
