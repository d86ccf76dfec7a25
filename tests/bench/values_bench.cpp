// What every request's input goes through.

#include <benchmark/benchmark.h>

#include "allocations.hpp"

#include "coffeeauth/email_address.hpp"
#include "coffeeauth/password.hpp"

namespace coffeeauth::bench {
namespace {

void email_parse(benchmark::State& state) {
  const Allocations counted{state};
  for (auto _ : state) benchmark::DoNotOptimize(EmailAddress::parse("Ada.Lovelace@Example.com"));
}

void password_parse(benchmark::State& state) {
  const Allocations counted{state};
  for (auto _ : state) benchmark::DoNotOptimize(Password::parse("plum tart & 47 spoons"));
}

BENCHMARK(email_parse);
BENCHMARK(password_parse);

}  // namespace
}  // namespace coffeeauth::bench
