#include "coffeeauth/token_service.hpp"

#include <sodium.h>

#include <algorithm>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "coffeeauth/base64url.hpp"
#include "lib/sessions/login_methods.hpp"
#include "lib/tokens/access_claims.hpp"
#include "lib/tokens/jws.hpp"
#include "lib/tokens/key_ring.hpp"
#include "lib/tokens/verified_cache.hpp"

namespace coffeeauth {
namespace {

constexpr std::size_t longest_token = 4'096;
constexpr std::size_t token_id_bytes = 16;
constexpr std::chrono::minutes greatest_leeway{10};
/// RFC 9068 2.1.
constexpr std::string_view access_token_type = "at+jwt";

const TokenConfig& checked(const TokenConfig& config, const SigningKeyFactory& factory) {
  if (!factory.supports(config.algorithm)) {
    throw std::invalid_argument("no keys for " + std::string{wire_name(config.algorithm)} +
                                " can be made by the SigningKeyFactory that was given");
  }
  if (config.leeway < std::chrono::seconds{0} || config.leeway > greatest_leeway) {
    throw std::invalid_argument("TokenConfig::leeway is out of its range");
  }
  return config;
}

VerifiedCache::HashKey cache_key(const Vault& vault) {
  const auto mac = vault.mac("cache of verified tokens", {});
  VerifiedCache::HashKey key{};
  std::copy_n(mac.begin(), key.size(), key.begin());
  return key;
}

void tell_authentication(AccessClaims& claims, const Session& session, const LoginMethods& known) {
  const auto done = methods_in(known, session.methods);
  const auto assurance = assurance_of(done);
  claims.authenticated_at = session.authenticated_at;
  claims.assurance = wire_name(assurance);
  for (const auto& method : done) {
    const std::string amr{method.amr()};
    const bool is_new =
        std::find(claims.methods.begin(), claims.methods.end(), amr) == claims.methods.end();
    if (!amr.empty() && is_new) claims.methods.push_back(amr);
  }
  if (assurance == Assurance::aal2) claims.methods.emplace_back("mfa");
}

nlohmann::json published(const ServiceKey& key, const std::string& public_jwk) {
  auto jwk = nlohmann::json::parse(public_jwk);
  jwk["alg"] = wire_name(key.algorithm);
  jwk["kid"] = key.kid;
  jwk["use"] = "sig";
  return jwk;
}

}  // namespace

SecretKeyMismatch::SecretKeyMismatch()
    : Unavailable(
          "the signing key is encrypted with another secret key: restore that one. If it was the "
          "wrong one, revoke the signing key that was created with it. If the right one is lost, "
          "rotate the signing keys at once; all sessions, codes and pending mails are invalid "
          "then") {}

struct TokenService::State {
  State(const TokenConfig& config_in, Store& store, const Vault& vault, SigningKeyFactory& factory,
        Clock& clock_in, RandomSource& random_in, EventSink& events_in)
      : config(checked(config_in, factory)),
        clock(clock_in),
        random(random_in),
        events(events_in),
        ring(config, store, vault, factory, clock_in, random_in),
        cache(config.verified_cache_size, cache_key(vault)) {}

  /// The key that signs. Throws SecretKeyMismatch when it cannot be opened; `keys` must have one.
  [[nodiscard]] const ServiceKey& signer_in(const KeySet& keys) const {
    const auto* const signer = keys.signer(clock.now());
    if (!signer || !signer->key) throw SecretKeyMismatch();
    return *signer;
  }
  /// What is known of a token seen before, unless its key has gone meanwhile.
  std::optional<VerifiedEntry> recall(const VerifiedCache::TokenHash& hash);
  /// Everything but `exp`.
  std::optional<VerifiedEntry> check(std::string_view token);
  /// What the sources add to a token of that session.
  [[nodiscard]] Claims extra_claims(const LiveSession& live) const;
  [[nodiscard]] bool is_expired(const AccessClaims& claims) const {
    return clock.now() >= claims.expires_at + config.leeway;
  }

  const TokenConfig config;
  Clock& clock;
  RandomSource& random;
  EventSink& events;
  KeyRing ring;
  VerifiedCache cache;
  std::vector<ClaimsSource*> claims_sources;
  LoginMethods methods;
};

Claims TokenService::State::extra_claims(const LiveSession& live) const {
  Claims all;
  for (auto* const source : claims_sources) {
    for (auto& [name, value] : source->claims_of(live)) {
      if (is_own_claim(name) || !all.emplace(name, value).second) {
        throw std::logic_error("a ClaimsSource gives a claim that is not its own: " + name);
      }
    }
  }
  return all;
}

std::optional<VerifiedEntry> TokenService::State::recall(const VerifiedCache::TokenHash& hash) {
  auto entry = cache.find(hash);
  if (!entry) return std::nullopt;
  // Deleting a key stops its tokens here within seconds, and not only when they expire.
  if (!ring.keys()->find(entry->kid, clock.now())) {
    cache.erase(hash);
    return std::nullopt;
  }
  return entry;
}

std::optional<VerifiedEntry> TokenService::State::check(std::string_view token) {
  const auto jws = UnverifiedJws::parse(token, longest_token);
  if (!jws || jws->header().type != access_token_type) return std::nullopt;
  const auto& kid = jws->header().key_id;
  const auto keys = ring.keys_knowing(kid);
  const auto* key = keys->find(kid, clock.now());
  if (!key) {
    // The fault is this process's and not the token's, which another one may accept.
    if (keys->signer(clock.now())) static_cast<void>(signer_in(*keys));
    return std::nullopt;
  }
  const auto payload = jws->payload_signed_by(*key->key);
  if (!payload) return std::nullopt;
  auto decoded = decode_claims(*payload);
  if (!decoded) return std::nullopt;
  if (decoded->claims.issuer != config.issuer || decoded->claims.audience != config.audience) {
    return std::nullopt;
  }
  if (decoded->not_before && clock.now() + config.leeway < *decoded->not_before) {
    return std::nullopt;
  }
  return VerifiedEntry{.claims = std::move(decoded->claims), .kid = kid};
}

TokenService::TokenService(const TokenConfig& config, Store& store, const Vault& vault,
                           SigningKeyFactory& factory, Clock& clock, RandomSource& random,
                           EventSink& events)
    : state_(std::make_unique<State>(config, store, vault, factory, clock, random, events)) {}

TokenService::~TokenService() = default;

void TokenService::add(ClaimsSource& source) { state_->claims_sources.push_back(&source); }

void TokenService::tell_methods(const LoginMethods& known) { state_->methods = known; }

void TokenService::check() {
  auto& s = *state_;
  const auto keys = s.ring.keys();
  if (keys->signer(s.clock.now())) static_cast<void>(s.signer_in(*keys));
}

void TokenService::require_signer() {
  static_cast<void>(state_->signer_in(*state_->ring.keys_that_sign()));
}

Secret TokenService::issue(const LiveSession& live) {
  auto& s = *state_;
  const auto keys = s.ring.keys_that_sign();
  const auto& signer = s.signer_in(*keys);
  const auto now = std::chrono::floor<std::chrono::seconds>(s.clock.now());
  const auto token_id = random_bytes(s.random, token_id_bytes);
  AccessClaims claims{
      .issuer = s.config.issuer,
      .subject = live.user.id,
      .audience = s.config.audience,
      .client_id = s.config.client_id.empty() ? s.config.audience : s.config.client_id,
      .issued_at = now,
      .expires_at = now + s.config.access_lifetime,
      .token_id = base64url_encode(token_id.expose_secret()),
      .session = live.session.id,
      .role = live.user.role,
      .version = live.user.security_version,
      .extra = s.extra_claims(live)};
  if (!s.methods.empty()) tell_authentication(claims, live.session, s.methods);
  auto token = sign_jws(signer.kid, access_token_type, encode_claims(claims), *signer.key);
  Secret secret{token};
  sodium_memzero(token.data(), token.size());
  // Nobody would accept it.
  if (secret.size() > longest_token) throw std::logic_error("the claims of a token are too long");
  return secret;
}

Result<VerifiedToken> TokenService::verify(std::string_view token) {
  auto& s = *state_;
  if (token.size() > longest_token) return ErrorCode::token_invalid;
  const auto hash = s.cache.hash(token);
  if (auto known = s.recall(hash)) {
    if (s.is_expired(known->claims)) {
      s.cache.erase(hash);
      return ErrorCode::token_expired;
    }
    if (known->is_stopped) return ErrorCode::token_invalid;
    return VerifiedToken{std::move(known->claims)};
  }
  auto entry = s.check(token);
  if (!entry) return ErrorCode::token_invalid;
  if (s.is_expired(entry->claims)) return ErrorCode::token_expired;
  VerifiedToken verified{entry->claims};
  s.cache.put(hash, std::move(*entry));
  return verified;
}

void TokenService::note_stopped(std::string_view token) {
  if (token.size() <= longest_token) state_->cache.stop(state_->cache.hash(token));
}

std::string TokenService::jwks() {
  auto& s = *state_;
  const auto keys = s.ring.keys_that_sign();
  // An empty set would make verifiers throw good tokens away.
  static_cast<void>(s.signer_in(*keys));
  auto list = nlohmann::json::array();
  for (const auto& key : keys->all()) {
    if (!key.key || !key.verifies_at(s.clock.now())) continue;
    if (const auto jwk = key.key->public_jwk()) list.push_back(published(key, *jwk));
  }
  return nlohmann::json{{"keys", std::move(list)}}.dump();
}

std::vector<KeySummary> TokenService::list_keys() {
  auto& s = *state_;
  const auto now = s.clock.now();
  const auto keys = s.ring.keys();
  const auto* signer = keys->signer(now);
  std::vector<KeySummary> summaries;
  for (const auto& key : keys->all()) {
    if (!key.verifies_at(now)) continue;
    summaries.push_back({.kid = key.kid,
                         .algorithm = key.algorithm,
                         .created_at = key.created_at,
                         .signs_from = key.signs_from,
                         .verifies_until = key.verifies_until,
                         .current = &key == signer});
  }
  return summaries;
}

Result<KeySummary> TokenService::rotate_key(KeyStart start) {
  auto& s = *state_;
  const auto made = s.ring.rotate(start);
  if (!made) return ErrorCode::version_conflict;
  s.events.on({.kind = EventKind::signing_key_rotated, .at = made->created_at});
  return KeySummary{.kid = made->kid,
                    .algorithm = s.config.algorithm,
                    .created_at = made->created_at,
                    .signs_from = made->signs_from,
                    .current = made->signs_from <= s.clock.now()};
}

Result<void> TokenService::revoke_key(std::string_view kid) {
  auto& s = *state_;
  if (!s.ring.revoke(kid)) return ErrorCode::not_found;
  s.events.on({.kind = EventKind::signing_key_revoked, .at = s.clock.now()});
  return {};
}

}  // namespace coffeeauth
