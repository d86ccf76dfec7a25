#include "allocations.hpp"

#include <cstddef>
#include <cstdlib>
#include <new>

namespace {
thread_local std::int64_t allocations = 0;
}

namespace coffeeauth::bench {

Allocations::Allocations(benchmark::State& state) noexcept : state_(state), before_(allocations) {}

Allocations::~Allocations() {
  state_.counters["allocations"] = benchmark::Counter(static_cast<double>(allocations - before_),
                                                      benchmark::Counter::kAvgIterations);
}

}  // namespace coffeeauth::bench

// As the language allows every program to.
void* operator new(std::size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc{};
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
