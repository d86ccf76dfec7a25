// Passkeys beside the bare signature, and CBOR that was made to cost much.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "allocations.hpp"
#include "coffeeauth/base64url.hpp"
#include "coffeeauth/crypto/crypto.hpp"
#include "coffeeauth/memory/memory.hpp"
#include "coffeeauth/passkeys/memory.hpp"
#include "coffeeauth/passkeys/passkeys.hpp"
#include "coffeeauth/passkeys/webauthn.hpp"
#include "coffeeauth/testing/test_auth.hpp"
#include "features/passkeys/src/webauthn/authenticator_data.hpp"
#include "features/passkeys/testing/hostile_cbor.hpp"
#include "features/passkeys/testing/software_authenticator.hpp"

namespace coffeeauth::bench {
namespace {

using passkeys::testing::Ceremony;
using passkeys::testing::SoftwareAuthenticator;

/// An account with a passkey of ES256, over the store in memory.
class PasskeyWorld {
 public:
  PasskeyWorld() {
    const auto user = test_.logged_in_user();
    const auto principal = test_.auth().sessions().authenticate(user.authorization);
    const auto options = room_.creation_options(principal.value()).value();
    key_.user_handle =
        base64url_decode(nlohmann::json::parse(options).at("user").at("id").get<std::string>())
            .value();
    static_cast<void>(
        room_.add(principal.value(), key_.create(ceremony_of(options)).json(), "", client).value());
  }

  [[nodiscard]] std::string assertion() const {
    return key_.get(ceremony_of(room_.login_options())).json();
  }
  [[nodiscard]] Result<LoginOutcome> log_in(const std::string& assertion) {
    return room_.log_in(assertion, client);
  }
  [[nodiscard]] const SoftwareAuthenticator& key() const noexcept { return key_; }
  [[nodiscard]] const PublicKeyVerifier& verifier() const noexcept { return *public_keys_; }

 private:
  static Ceremony ceremony_of(const std::string& options) {
    const auto challenge = nlohmann::json::parse(options).at("challenge").get<std::string>();
    return {.challenge = base64url_decode(challenge).value()};
  }

  static inline const ClientContext client{.address = "203.0.113.7", .user_agent = "bench"};
  std::unique_ptr<SigningKeyFactory> keys_ = crypto::make_openssl_keys();
  std::unique_ptr<PublicKeyVerifier> public_keys_ = crypto::make_openssl_public_keys();
  SoftwareAuthenticator key_{*keys_, SigningAlgorithm::es256, "a credential"};
  std::unique_ptr<Store> store_ = memory::make_memory_store();
  std::unique_ptr<passkeys::PasskeyStore> rows_ = passkeys::make_memory_passkeys(*store_);
  mutable passkeys::PasskeyService room_{
      *rows_, *public_keys_, {.public_url = "https://example.org"}};
  testing::TestAuth test_{{.store = std::move(store_), .features = {&room_}}};
};

void bare_signature(benchmark::State& state) {
  const PasskeyWorld world;
  const auto cose = world.key().public_key();
  const auto key = passkeys::parse_public_key(cose).value();
  const std::string message(100, 'x');
  const auto signature = passkeys::testing::webauthn_signature(world.key().key(), message);
  for (auto _ : state) {
    if (!world.verifier().verify(key, message, signature)) state.SkipWithError("refused");
  }
}

/// From the JSON of the client to the verified assertion.
void passkey_verify(benchmark::State& state) {
  const PasskeyWorld world;
  const auto cose = world.key().public_key();
  const std::string origin[] = {"https://example.org"};
  const auto json = world.key().get({.challenge = "sixteen octets.."}).json();
  const passkeys::CeremonyChecks checks{.rp_id = "example.org",
                                        .origins = origin,
                                        .accepts_challenge = [](std::string_view) { return true; }};
  const passkeys::RegisteredCredential registered{.public_key = cose,
                                                  .user_handle = world.key().user_handle};
  const Allocations counted{state};
  for (auto _ : state) {
    const auto response = std::get<passkeys::AssertionResponse>(passkeys::read_assertion(json));
    const auto verified = verify_assertion(response, registered, checks, world.verifier());
    if (std::holds_alternative<passkeys::Rejection>(verified)) state.SkipWithError("refused");
  }
}

/// The whole login: looked up, verified, its challenge and counter spent, and a session opened.
void passkey_log_in(benchmark::State& state) {
  PasskeyWorld world;
  for (auto _ : state) {
    state.PauseTiming();
    const auto assertion = world.assertion();
    state.ResumeTiming();
    if (!world.log_in(assertion)) state.SkipWithError("refused");
  }
}

/// The slowest of the hostile inputs, as the extensions of authenticator data.
std::string slowest_data() {
  using Clock = std::chrono::steady_clock;
  const auto head = passkeys::testing::sha256("example.org") + '\x85' + std::string(4, '\0');
  std::pair<Clock::duration, std::string> slowest{};
  for (const auto& input : passkeys::testing::hostile_cbor()) {
    auto fastest = Clock::duration::max();
    const auto data = head + input;
    for (int turn = 0; turn < 9; ++turn) {
      const auto began = Clock::now();
      benchmark::DoNotOptimize(passkeys::parse_authenticator_data(data));
      fastest = std::min(fastest, Clock::now() - began);
    }
    if (fastest > slowest.first) slowest = {fastest, data};
  }
  return slowest.second;
}

void passkey_hostile_cbor(benchmark::State& state) {
  const auto data = slowest_data();
  const Allocations counted{state};
  for (auto _ : state) benchmark::DoNotOptimize(passkeys::parse_authenticator_data(data));
}

BENCHMARK(passkey_verify);
BENCHMARK(bare_signature)->Name("passkey_verify_limit");
BENCHMARK(passkey_log_in);
BENCHMARK(bare_signature)->Name("passkey_log_in_limit");
BENCHMARK(passkey_hostile_cbor);

}  // namespace
}  // namespace coffeeauth::bench
