// Access tokens beside the bare signature and the parsing of the same JSON.

#include <benchmark/benchmark.h>
#include <sodium.h>

#include <nlohmann/json.hpp>
#include <string>

#include "allocations.hpp"
#include "coffeeauth/crypto/crypto.hpp"
#include "world.hpp"

namespace coffeeauth::bench {
namespace {

std::string decode(std::string_view text) {
  std::string bytes(text.size(), '\0');
  std::size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                        text.size(), nullptr, &size, nullptr,
                        sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0) {
    throw std::logic_error("a token of ours is not base64url");
  }
  bytes.resize(size);
  return bytes;
}

void verify_tokens(benchmark::State& state, std::size_t cache_size) {
  World world{cache_size};
  const auto token = world.auth().tokens().issue(world.live());
  const Allocations counted{state};
  for (auto _ : state) {
    auto verified = world.auth().tokens().verify(token.expose_secret());
    if (!verified) state.SkipWithError("refused");
    benchmark::DoNotOptimize(verified);
  }
}

void token_verify_kept(benchmark::State& state) { verify_tokens(state, 10'000); }
void token_verify_cold(benchmark::State& state) { verify_tokens(state, 0); }

void token_verify_cold_limit(benchmark::State& state) {
  World world;
  const auto token = world.auth().tokens().issue(world.live());
  const auto text = token.expose_secret();
  const auto dot = text.find('.');
  const auto last = text.rfind('.');
  const auto key = crypto::make_openssl_keys()->generate(SigningAlgorithm::es256);
  const auto input = std::string{text.substr(0, last)};
  const auto signature = key->sign(input);
  for (auto _ : state) {
    auto header = nlohmann::json::parse(decode(text.substr(0, dot)));
    auto claims = nlohmann::json::parse(decode(text.substr(dot + 1, last - dot - 1)));
    if (!key->verify(input, signature)) state.SkipWithError("refused");
    benchmark::DoNotOptimize(header);
    benchmark::DoNotOptimize(claims);
  }
}

void token_sign(benchmark::State& state) {
  World world;
  const Allocations counted{state};
  for (auto _ : state) benchmark::DoNotOptimize(world.auth().tokens().issue(world.live()));
}

void token_sign_limit(benchmark::State& state) {
  const auto key = crypto::make_openssl_keys()->generate(SigningAlgorithm::es256);
  const std::string input(400, 'x');
  for (auto _ : state) benchmark::DoNotOptimize(key->sign(input));
}

BENCHMARK(token_verify_kept);
BENCHMARK(token_verify_cold);
BENCHMARK(token_verify_cold_limit);
BENCHMARK(token_sign);
BENCHMARK(token_sign_limit);

}  // namespace
}  // namespace coffeeauth::bench
