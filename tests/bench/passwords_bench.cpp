// Hashing on every core, through the pool and without it.

#include <benchmark/benchmark.h>
#include <sodium.h>

#include <array>
#include <memory>
#include <string>
#include <thread>

#include "coffeeauth/password_service.hpp"
#include "coffeeauth/ports/random_source.hpp"

namespace coffeeauth::bench {
namespace {

constexpr std::string_view typed = "plum tart & 47 spoons";

void password_hash(benchmark::State& state) {
  static const auto random = make_system_random();
  static const auto pool = make_hashing_pool({}, make_argon2_hasher({}, *random));
  const auto password = Password::parse(typed).value();
  PasswordSalt salt{};
  random->fill(salt);
  for (auto _ : state) benchmark::DoNotOptimize(pool->hash(password, salt));
}

void password_hash_limit(benchmark::State& state) {
  if (sodium_init() < 0) state.SkipWithError("no libsodium");
  const PasswordConfig config;
  std::array<unsigned char, 32> out{};
  std::array<unsigned char, crypto_pwhash_SALTBYTES> salt{};
  for (auto _ : state) {
    if (crypto_pwhash(out.data(), out.size(), typed.data(), typed.size(), salt.data(),
                      config.argon2_iterations, config.argon2_memory_kib * 1024,
                      crypto_pwhash_ALG_ARGON2ID13) != 0) {
      state.SkipWithError("out of memory");
    }
    benchmark::DoNotOptimize(out);
  }
}

const auto cores = static_cast<int>(std::thread::hardware_concurrency());
BENCHMARK(password_hash)->Threads(cores)->UseRealTime();
BENCHMARK(password_hash_limit)->Threads(cores)->UseRealTime();

}  // namespace
}  // namespace coffeeauth::bench
