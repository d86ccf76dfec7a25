#pragma once
/// JobSignal: tells the workers of this process that a job was written. Private to the library.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace coffeeauth {

/// A counter that can be waited for; a signal given while nobody waits is not lost. Callable from
/// any thread.
class JobSignal {
 public:
  void notify() noexcept {
    {
      const std::lock_guard lock{mutex_};
      ++count_;
    }
    changed_.notify_all();
  }

  /// How many signals there were so far.
  [[nodiscard]] std::uint64_t count() const noexcept {
    const std::lock_guard lock{mutex_};
    return count_;
  }

  /// Returns when there were signals after the `seen`-th, or after `longest`.
  void wait_beyond(std::uint64_t seen, std::chrono::milliseconds longest) noexcept {
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, longest, [&] { return count_ != seen; });
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t count_ = 0;
};

}  // namespace coffeeauth
