#pragma once
/// How often the benchmarks allocate.

#include <benchmark/benchmark.h>

#include <cstdint>

namespace coffeeauth::bench {

/// To be made just before the loop of a benchmark: reports what this thread allocates from then on,
/// an iteration, as the counter `allocations`.
class Allocations {
 public:
  explicit Allocations(benchmark::State& state) noexcept;
  ~Allocations();
  Allocations(const Allocations&) = delete;
  Allocations& operator=(const Allocations&) = delete;

 private:
  benchmark::State& state_;
  std::int64_t before_;
};

}  // namespace coffeeauth::bench
