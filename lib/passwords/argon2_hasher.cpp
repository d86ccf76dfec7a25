#include <sodium.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>

#include "coffeeauth/error.hpp"
#include "coffeeauth/password_service.hpp"
#include "lib/passwords/phc.hpp"

namespace coffeeauth {
namespace {

constexpr std::size_t hash_size = 32;

/// The most memory that a stored hash is believed to need: 256 MiB, or what the service itself
/// uses. A row that somebody tampered with must not be able to eat the machine.
constexpr std::uint32_t trusted_memory_kib = 262'144;

/// Less than this Argon2 does not take.
constexpr std::uint32_t least_memory_kib = 8;

/// The parameters, if Argon2 and phc.hpp can have them.
std::uint32_t checked(std::size_t value, std::size_t least, std::size_t most) {
  if (value < least || value > most) {
    throw std::invalid_argument("coffeeauth: Argon2 parameters out of range");
  }
  return static_cast<std::uint32_t>(value);
}

/// Derives; throws Unavailable when the memory cannot be had.
std::vector<unsigned char> derive(const Password& password, const PhcString& phc) {
  std::vector<unsigned char> out(phc.hash.size());
  const auto text = password.expose_secret();
  const int status = crypto_pwhash_argon2id(
      out.data(), out.size(), text.data(), text.size(), phc.salt.data(), phc.iterations,
      std::size_t{phc.memory_kib} * 1024, crypto_pwhash_argon2id_ALG_ARGON2ID13);
  if (status != 0) throw Unavailable("there is no memory to hash a password");
  return out;
}

class Argon2Hasher final : public PasswordHasher {
 public:
  Argon2Hasher(const PasswordConfig& config, RandomSource& random)
      : memory_kib_(checked(config.argon2_memory_kib, least_memory_kib, 1'048'576)),
        iterations_(checked(config.argon2_iterations, 1, 20)),
        decoy_(make_decoy(random)) {
    // Without it libsodium works, but with its slowest implementation.
    if (sodium_init() < 0) throw Unavailable("libsodium cannot be initialised");
  }

  [[nodiscard]] PasswordHash hash(const Password& password, const PasswordSalt& salt) override {
    auto phc = blank();
    const auto* const bytes = reinterpret_cast<const unsigned char*>(salt.data());
    phc.salt.assign(bytes, bytes + salt.size());
    phc.hash = derive(password, phc);
    return PasswordHash{to_phc(phc)};
  }

  [[nodiscard]] PasswordVerdict verify(const Password& password,
                                       const PasswordHash& stored) override {
    const auto made = hash_like(password, stored);
    if (!made) {
      // What cannot be read costs what can: whether an account has a usable hash must not show.
      static_cast<void>(derive(password, *parse_phc(decoy_.phc())));
      return PasswordVerdict::no_match;
    }
    if (!(*made == stored)) return PasswordVerdict::no_match;
    return needs_rehash(stored) ? PasswordVerdict::match_needs_rehash : PasswordVerdict::match;
  }

  [[nodiscard]] std::optional<PasswordHash> hash_like(const Password& password,
                                                      const PasswordHash& stored) override {
    auto phc = parse_phc(stored.phc());
    if (!phc || phc->memory_kib > std::max(memory_kib_, trusted_memory_kib)) return std::nullopt;
    phc->hash = derive(password, *phc);
    spend_what_is_left(password, *phc);
    return PasswordHash{to_phc(*phc)};
  }

  /// Also of stronger settings: an account whose login takes longer than a login for nobody is one.
  [[nodiscard]] bool needs_rehash(const PasswordHash& stored) const noexcept override {
    const auto phc = parse_phc(stored.phc());
    return phc && (phc->memory_kib != memory_kib_ || phc->iterations != iterations_ ||
                   phc->hash.size() != hash_size);
  }

  [[nodiscard]] const PasswordHash& decoy() const noexcept override { return decoy_; }

 private:
  [[nodiscard]] PhcString blank() const {
    return {.memory_kib = memory_kib_,
            .iterations = iterations_,
            .salt = std::vector<unsigned char>(crypto_pwhash_argon2id_SALTBYTES),
            .hash = std::vector<unsigned char>(hash_size)};
  }
  /// A hash of weaker settings costs what one of today's does: which accounts have one must not
  /// show.
  void spend_what_is_left(const Password& password, const PhcString& done) const {
    const auto today = std::uint64_t{memory_kib_} * iterations_;
    const auto spent = std::uint64_t{done.memory_kib} * done.iterations;
    auto rest = blank();
    rest.memory_kib = spent < today ? static_cast<std::uint32_t>((today - spent) / iterations_) : 0;
    if (rest.memory_kib >= least_memory_kib) static_cast<void>(derive(password, rest));
  }
  /// Random bytes in place of a hash: finding a password for them is as hard as for any other.
  [[nodiscard]] PasswordHash make_decoy(RandomSource& random) const {
    auto phc = blank();
    random.fill(std::as_writable_bytes(std::span{phc.salt}));
    random.fill(std::as_writable_bytes(std::span{phc.hash}));
    return PasswordHash{to_phc(phc)};
  }

  std::uint32_t memory_kib_;
  std::uint32_t iterations_;
  PasswordHash decoy_;
};

}  // namespace

std::unique_ptr<PasswordHasher> make_argon2_hasher(const PasswordConfig& config,
                                                   RandomSource& random) {
  return std::make_unique<Argon2Hasher>(config, random);
}

}  // namespace coffeeauth
