#pragma once
/// race(): many threads do one thing at the same moment; and Rounds: again and again.

#include <algorithm>
#include <cstddef>
#include <exception>
#include <latch>
#include <optional>
#include <thread>
#include <type_traits>
#include <vector>

namespace coffeeauth::testing {

inline constexpr std::size_t race_threads = 64;

/// Runs `work(i)` on `threads` threads that start together, and returns what each of them said.
///
/// Every thread writes to a slot of its own; nothing is checked before all have ended. What one
/// threw is thrown again here.
template <class F>
auto race(std::size_t threads, F&& work) {
  using R = std::invoke_result_t<F&, std::size_t>;
  std::vector<std::optional<R>> slots(threads);
  std::vector<std::exception_ptr> failures(threads);
  std::latch ready{static_cast<std::ptrdiff_t>(threads)};
  std::vector<std::thread> crew;
  crew.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i) {
    crew.emplace_back([&, i] {
      ready.arrive_and_wait();
      try {
        slots[i].emplace(work(i));
      } catch (...) {
        failures[i] = std::current_exception();
      }
    });
  }
  for (auto& thread : crew) thread.join();
  for (const auto& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
  std::vector<R> results;
  results.reserve(threads);
  for (auto& slot : slots) results.push_back(*std::move(slot));
  return results;
}

/// How many threads a race has: what the harness says, where it has a say in it.
template <class Harness>
std::size_t threads_of(const Harness& harness) {
  if constexpr (requires { harness.threads(); }) {
    return harness.threads();
  } else {
    return race_threads;
  }
}

/// Counts the rounds of one race: as many as the harness wants, or `times` as many where a round is
/// cheap and the window small. Tells the harness when they are over.
template <class Harness>
class Rounds {
 public:
  struct Size {
    /// As many as the harness says, unless the race has a number of its own.
    std::optional<std::size_t> threads{};
    std::size_t times = 1;
  };

  explicit Rounds(Harness& harness, Size size = {})
      : harness_(harness),
        threads_(size.threads ? *size.threads : threads_of(harness)),
        wanted_(harness.rounds() * size.times) {}

  [[nodiscard]] bool next() {
    if (number_ < wanted_) return ++number_, true;
    harness_.raced(wanted_, threads_);
    return false;
  }

  /// The round that is on; the first is 1.
  [[nodiscard]] std::size_t number() const noexcept { return number_; }

 private:
  Harness& harness_;
  std::size_t threads_;
  std::size_t wanted_;
  std::size_t number_ = 0;
};

/// How many of `results` are `wanted`.
template <class R>
std::size_t count_of(const std::vector<R>& results, const R& wanted) {
  return static_cast<std::size_t>(std::count(results.begin(), results.end(), wanted));
}

}  // namespace coffeeauth::testing
