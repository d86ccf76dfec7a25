#include "lib/jobs/delivery_threads.hpp"

#include <system_error>
#include <utility>

namespace coffeeauth::jobs {

DeliveryThreads::DeliveryThreads(std::size_t most, std::function<void(const ClaimedJob&)> deliver)
    : most_(most), deliver_(std::move(deliver)) {}

DeliveryThreads::~DeliveryThreads() {
  {
    const std::lock_guard lock{mutex_};
    closing_ = true;
    waiting_.clear();
  }
  changed_.notify_all();
  for (auto& thread : threads_) thread.join();
}

bool DeliveryThreads::submit(const ClaimedJob& job) {
  {
    const std::lock_guard lock{mutex_};
    if (waiting_.size() >= idle_ && threads_.size() < most_) {
      try {
        threads_.emplace_back([this] { run(); });
      } catch (const std::system_error&) {
        if (threads_.empty()) return false;
      }
    }
    waiting_.push_back(job);
  }
  changed_.notify_one();
  return true;
}

std::vector<ClaimedJob> DeliveryThreads::withdraw() {
  const std::lock_guard lock{mutex_};
  std::vector<ClaimedJob> unbegun{waiting_.begin(), waiting_.end()};
  waiting_.clear();
  return unbegun;
}

void DeliveryThreads::run() {
  std::unique_lock lock{mutex_};
  for (;;) {
    ++idle_;
    changed_.wait(lock, [this] { return closing_ || !waiting_.empty(); });
    --idle_;
    if (closing_) return;
    const ClaimedJob job = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    deliver_(job);
    lock.lock();
  }
}

}  // namespace coffeeauth::jobs
