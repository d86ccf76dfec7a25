#pragma once
/// DeliveryThreads: the threads of a worker that deliver, as many as are needed and no more than
/// allowed. Private to the library.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "coffeeauth/ports/outbox.hpp"

namespace coffeeauth::jobs {

/// Callable from any thread; made and destroyed by one owner.
class DeliveryThreads {
 public:
  /// `deliver` must not throw.
  DeliveryThreads(std::size_t most, std::function<void(const ClaimedJob&)> deliver);
  /// Lets what was begun finish; what was not is forgotten.
  ~DeliveryThreads();
  DeliveryThreads(const DeliveryThreads&) = delete;
  DeliveryThreads& operator=(const DeliveryThreads&) = delete;

  /// Hands a job to the first thread that is free. False when the system gives no thread: nobody
  /// will take it.
  [[nodiscard]] bool submit(const ClaimedJob& job);
  /// Takes back what no thread has begun.
  [[nodiscard]] std::vector<ClaimedJob> withdraw();

 private:
  void run();

  const std::size_t most_;
  const std::function<void(const ClaimedJob&)> deliver_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<ClaimedJob> waiting_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool closing_ = false;
};

}  // namespace coffeeauth::jobs
