#include "lib/tokens/key_set.hpp"

#include <sodium.h>

#include <algorithm>
#include <stdexcept>

#include "coffeeauth/base64url.hpp"

namespace coffeeauth {
namespace {

constexpr std::string_view purpose = "signing_key";
/// 132 bits: nobody finds a second key with the same beginning.
constexpr std::size_t kid_size = 22;
constexpr std::size_t random_kid_bytes = 16;

/// What a sealed key is bound to, so that the Store's administrator cannot rename one or pass it
/// off as a key of another algorithm.
std::string context_of(std::string_view kid, std::string_view algorithm) {
  return std::string{kid}.append(1, '.').append(algorithm);
}

std::shared_ptr<const SigningKey> open_key(const StoredKey& stored, SigningAlgorithm algorithm,
                                           const Vault& vault, SigningKeyFactory& factory) {
  if (!factory.supports(algorithm)) return nullptr;
  const auto exported =
      vault.open(purpose, context_of(stored.kid, stored.algorithm), stored.sealed_private);
  if (!exported) return nullptr;
  try {
    return factory.load(algorithm, *exported);
  } catch (const std::invalid_argument&) {
    // One key that is too weak for today's rules must not take the others down with it.
    return nullptr;
  }
}

std::string make_kid(const SigningKey& key, RandomSource& random) {
  const auto jwk = key.public_jwk();
  if (!jwk) {
    const auto drawn = random_bytes(random, random_kid_bytes);
    return base64url_encode(drawn.expose_secret());
  }
  std::string hash(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(hash.data()),
                     reinterpret_cast<const unsigned char*>(jwk->data()), jwk->size());
  return base64url_encode(hash).substr(0, kid_size);
}

}  // namespace

const ServiceKey* KeySet::named(std::string_view kid) const noexcept {
  const auto found = std::find_if(keys_.begin(), keys_.end(),
                                  [&](const ServiceKey& key) { return key.kid == kid; });
  return found != keys_.end() ? &*found : nullptr;
}

const ServiceKey* KeySet::find(std::string_view kid, UtcTime now) const noexcept {
  const auto* key = named(kid);
  return key && key->key && key->verifies_at(now) ? key : nullptr;
}

const ServiceKey* KeySet::newest() const noexcept {
  const auto found = std::find_if(keys_.begin(), keys_.end(),
                                  [](const ServiceKey& key) { return !key.verifies_until; });
  return found != keys_.end() ? &*found : nullptr;
}

const ServiceKey* KeySet::signer(UtcTime now) const noexcept {
  const auto* last_made = newest();
  if (last_made && last_made->signs_from <= now) return last_made;
  const ServiceKey* last_started = nullptr;
  for (const auto& key : keys_) {
    if (!key.key || !key.verifies_until || !key.verifies_at(now) || key.signs_from > now) continue;
    if (!last_started || key.signs_from >= last_started->signs_from) last_started = &key;
  }
  return last_started ? last_started : last_made;
}

KeySet open_keys(const std::vector<StoredKey>& stored, const KeySet& known, const Vault& vault,
                 SigningKeyFactory& factory) {
  std::vector<ServiceKey> keys;
  keys.reserve(stored.size());
  for (const auto& one : stored) {
    const auto algorithm = parse_signing_algorithm(one.algorithm);
    if (!algorithm) continue;
    // A kid is never given to a second key, so what was opened once need not be opened again.
    const auto* opened = known.named(one.kid);
    const bool is_open = opened && opened->key && opened->algorithm == *algorithm;
    keys.push_back({.kid = one.kid,
                    .algorithm = *algorithm,
                    .created_at = one.created_at,
                    .signs_from = one.signs_from,
                    .verifies_until = one.verifies_until,
                    .key = is_open ? opened->key : open_key(one, *algorithm, vault, factory)});
  }
  return KeySet{std::move(keys)};
}

Resealed reseal_key(const StoredKey& key, const Vault& vault, RandomSource& random) {
  return vault.reseal(purpose, context_of(key.kid, key.algorithm), key.sealed_private, random);
}

StoredKey make_stored_key(SigningAlgorithm algorithm, UtcTime now, UtcTime signs_from,
                          const Vault& vault, SigningKeyFactory& factory, RandomSource& random) {
  const auto key = factory.generate(algorithm);
  const auto exported = key->export_private();
  StoredKey stored;
  stored.kid = make_kid(*key, random);
  stored.algorithm = wire_name(algorithm);
  stored.sealed_private = vault.seal(purpose, context_of(stored.kid, stored.algorithm),
                                     exported.expose_secret(), random);
  stored.created_at = now;
  stored.signs_from = signs_from;
  return stored;
}

}  // namespace coffeeauth
