// Access tokens of every algorithm: what nobody signed is never accepted, and what is accepted says
// all that it has to, whoever signed it.

#include <array>
#include <memory>
#include <string>

#include <nlohmann/json.hpp>

#include "coffeeauth/base64url.hpp"
#include "coffeeauth/crypto/crypto.hpp"
#include "coffeeauth/memory/memory.hpp"
#include "coffeeauth/testing/manual_clock.hpp"
#include "coffeeauth/testing/recording_events.hpp"
#include "coffeeauth/testing/scripted_random.hpp"
#include "coffeeauth/token_service.hpp"
#include "lib/tokens/jws.hpp"
#include "lib/tokens/key_set.hpp"
#include "tests/exposed.hpp"
#include "tests/fuzz/target.hpp"

namespace coffeeauth {
namespace {

using fuzz::hold;
using Json = nlohmann::json;

/// A service that signs with one algorithm, and one token of it.
class Issuer {
 public:
  explicit Issuer(SigningAlgorithm algorithm) {
    config_.algorithm = algorithm;
    config_.verified_cache_size = 0;
    service_ = std::make_unique<TokenService>(config_, *store_, vault_, *factory_, clock_, random_,
                                              events_);
    const User user{.id = UserId::make(clock_.now(), random_),
                    .email = EmailAddress::parse("ada@example.org").value(),
                    .first_name = "Ada",
                    .last_name = "L",
                    .security_version = 7};
    Session session;
    session.id = SessionId::make(clock_.now(), random_);
    session.user_id = user.id;
    token_ = exposed(service_->issue({session, user}));
    keys_ = open_keys(store_->keys().list_keys(), {}, vault_, *factory_);
  }

  [[nodiscard]] const std::string& token() const { return token_; }
  [[nodiscard]] const ServiceKey& key() const { return keys_.all().front(); }
  [[nodiscard]] bool accepts(std::string_view token) { return service_->verify(token).has_value(); }

  /// What an accepted token says, read by another reader.
  void check_accepted(std::string_view header_text, std::string_view payload_text) const {
    const auto header = Json::parse(header_text);
    const auto payload = Json::parse(payload_text);
    hold(header.at("alg") == wire_name(key().algorithm), "the algorithm is the key's");
    hold(header.at("typ") == "at+jwt" && header.at("kid") == key().kid, "type and key are named");
    for (const char* const name : {"crit", "b64", "jwk", "jku", "x5u", "x5c"}) {
      hold(!header.contains(name), "no extension and no key of the token's own");
    }
    hold(payload.at("iss") == config_.issuer && payload.at("aud") == config_.audience, "for us");
    const auto now = to_unix_millis(clock_.now()) / 1'000;
    const auto leeway = config_.leeway.count();
    for (const char* const name : {"exp", "iat"}) {
      hold(payload.at(name).is_number_integer(), "dates are whole numbers");
    }
    hold(payload.at("exp").get<std::int64_t>() + leeway > now, "it has not expired");
    hold(!payload.contains("nbf") || payload.at("nbf").get<std::int64_t>() <= now + leeway + 1,
         "it is good already");
    hold(UserId::parse(payload.at("sub").get<std::string>()).has_value() &&
             SessionId::parse(payload.at("sid").get<std::string>()).has_value(),
         "it names a user and a session");
    const std::string role = payload.at("role");
    hold(role == "user" || role == "admin", "it names a role");
    hold(payload.at("ver").get<std::int64_t>() >= 0, "it has a version");
  }

 private:
  testing::RecordingEvents events_;
  TokenConfig config_{};
  testing::ManualClock clock_;
  testing::ScriptedRandom random_;
  std::unique_ptr<Store> store_ = memory::make_memory_store();
  std::unique_ptr<SigningKeyFactory> factory_ = crypto::make_openssl_keys();
  Vault vault_{Secret{std::string_view{"0123456789abcdef0123456789abcdef"}}};
  std::unique_ptr<TokenService> service_;
  std::string token_;
  KeySet keys_;
};

using Issuers = std::array<Issuer, 4>;

Issuers& issuers() {
  static Issuers all{Issuer{SigningAlgorithm::eddsa}, Issuer{SigningAlgorithm::es256},
                     Issuer{SigningAlgorithm::hs256}, Issuer{SigningAlgorithm::rs256}};
  return all;
}

void check_foreign(std::string_view token) {
  for (auto& issuer : issuers()) {
    hold(issuer.accepts(token) == (token == issuer.token()), "only what was signed is accepted");
  }
}

/// Each token with the same edits: pairs of a place (two octets) and a character.
void check_edited(fuzz::Pieces pieces) {
  for (auto& issuer : issuers()) {
    auto token = issuer.token();
    for (auto edits = pieces; !edits.done();) {
      const std::size_t place = edits.octet() * 256U + edits.octet();
      const auto octet = static_cast<char>(edits.octet());
      if (place >= 0xFF00) {
        token.insert(place % token.size(), 1, octet);
      } else {
        token.at(place % token.size()) = octet;
      }
    }
    hold(issuer.accepts(token) == (token == issuer.token()), "no edited token is accepted");
  }
}

/// `text` with `$kid` and `$alg` replaced by those of the key.
std::string filled_in(std::string_view text, const ServiceKey& key) {
  std::string out{text};
  const auto replace = [&](std::string_view name, std::string_view value) {
    for (auto at = out.find(name); at != std::string::npos; at = out.find(name, at)) {
      out.replace(at, name.size(), value);
      at += value.size();
    }
  };
  replace("$kid", key.kid);
  replace("$alg", wire_name(key.algorithm));
  return out;
}

/// A header and a payload that our own key signed: strictness is all that is left to refuse them.
void check_signed(std::string_view header_text, std::string_view payload_text) {
  for (auto& issuer : issuers()) {
    // An RSA signature takes a hundred times as long as the others, and is over the same octets.
    if (issuer.key().algorithm == SigningAlgorithm::rs256) continue;
    const auto header = filled_in(header_text, issuer.key());
    const auto payload = filled_in(payload_text, issuer.key());
    const auto input = base64url_encode(header) + "." + base64url_encode(payload);
    const auto token = input + "." + base64url_encode(issuer.key().key->sign(input));
    if (issuer.accepts(token)) issuer.check_accepted(header, payload);
    const auto jws = UnverifiedJws::parse(token, 4'096);
    if (!jws) continue;
    const auto read = jws->payload_signed_by(*issuer.key().key);
    hold(!read || *read == payload, "a payload is read as it was signed");
    for (auto& other : issuers()) {
      hold(&other == &issuer || !jws->payload_signed_by(*other.key().key),
           "no other key vouches for it");
    }
  }
}

void check_base64url(std::string_view text) {
  if (const auto bytes = base64url_decode(text)) {
    hold(base64url_encode(*bytes) == text, "base64url has one spelling");
  }
  hold(base64url_decode(base64url_encode(text)) == text, "base64url reads back");
}

}  // namespace
}  // namespace coffeeauth

COFFEEAUTH_FUZZ_TARGET(token) {
  using namespace coffeeauth;
  fuzz::Pieces pieces{input};
  const auto kind = pieces.octet();
  if (kind == 'e') return check_edited(pieces);
  if (kind == 's') {
    const auto header = pieces.line();
    return check_signed(header, pieces.rest());
  }
  check_base64url(pieces.rest());
  check_foreign(pieces.rest());
}
