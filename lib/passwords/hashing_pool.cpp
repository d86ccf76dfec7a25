#include <algorithm>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

#include "coffeeauth/error.hpp"
#include "coffeeauth/password_service.hpp"

namespace coffeeauth {
namespace {

class HashingPool final : public PasswordHasher {
 public:
  HashingPool(const PasswordConfig& config, std::unique_ptr<PasswordHasher> inner)
      : inner_(std::move(inner)), max_waiting_(config.hashing_queue) {
    const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
    const auto count = config.hashing_threads == 0 ? cores : config.hashing_threads;
    for (std::size_t i = 0; i < count; ++i) threads_.emplace_back([this] { work(); });
  }
  ~HashingPool() override {
    {
      const std::lock_guard lock{mutex_};
      stopping_ = true;
    }
    changed_.notify_all();
    for (auto& thread : threads_) thread.join();
  }
  HashingPool(const HashingPool&) = delete;
  HashingPool& operator=(const HashingPool&) = delete;

  [[nodiscard]] PasswordHash hash(const Password& password, const PasswordSalt& salt) override {
    return run<PasswordHash>([&] { return inner_->hash(password, salt); });
  }
  [[nodiscard]] PasswordVerdict verify(const Password& password,
                                       const PasswordHash& stored) override {
    return run<PasswordVerdict>([&] { return inner_->verify(password, stored); });
  }
  [[nodiscard]] const PasswordHash& decoy() const noexcept override { return inner_->decoy(); }

 private:
  /// Has a thread of the pool run `task` and waits for it, so that what `task` refers to stays
  /// alive.
  template <class R, class F>
  R run(F task) {
    std::packaged_task<R()> packaged{std::move(task)};
    auto result = packaged.get_future();
    {
      const std::lock_guard lock{mutex_};
      if (waiting_.size() >= max_waiting_) {
        throw Unavailable("the queue of passwords to hash is full", std::chrono::seconds{1});
      }
      waiting_.emplace_back([&packaged] { packaged(); });
    }
    changed_.notify_one();
    return result.get();
  }

  void work() {
    for (;;) {
      std::function<void()> task;
      {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
        if (waiting_.empty()) return;
        task = std::move(waiting_.front());
        waiting_.pop_front();
      }
      task();
    }
  }

  std::unique_ptr<PasswordHasher> inner_;
  const std::size_t max_waiting_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace

std::unique_ptr<PasswordHasher> make_hashing_pool(const PasswordConfig& config,
                                                  std::unique_ptr<PasswordHasher> inner) {
  return std::make_unique<HashingPool>(config, std::move(inner));
}

}  // namespace coffeeauth
