#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <vector>

#include "coffeeauth/error.hpp"
#include "coffeeauth/password_service.hpp"

namespace coffeeauth {
namespace {

class HashingPool final : public PasswordHasher {
 public:
  HashingPool(const PasswordConfig& config, std::unique_ptr<PasswordHasher> inner)
      : inner_(std::move(inner)) {
    const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
    const auto count = config.hashing_threads == 0 ? cores : config.hashing_threads;
    capacity_ = count + config.hashing_queue;
    try {
      for (std::size_t i = 0; i < count; ++i) threads_.emplace_back([this] { work(); });
    } catch (const std::system_error&) {
      stop();
      throw Unavailable("the threads that hash passwords cannot be started");
    }
  }
  ~HashingPool() override { stop(); }
  HashingPool(const HashingPool&) = delete;
  HashingPool& operator=(const HashingPool&) = delete;

  [[nodiscard]] PasswordHash hash(const Password& password, const PasswordSalt& salt) override {
    return run<PasswordHash>([&] { return inner_->hash(password, salt); });
  }
  [[nodiscard]] PasswordVerdict verify(const Password& password,
                                       const PasswordHash& stored) override {
    return run<PasswordVerdict>([&] { return inner_->verify(password, stored); });
  }
  [[nodiscard]] std::optional<PasswordHash> hash_like(const Password& password,
                                                      const PasswordHash& stored) override {
    return run<std::optional<PasswordHash>>([&] { return inner_->hash_like(password, stored); });
  }
  [[nodiscard]] bool needs_rehash(const PasswordHash& stored) const noexcept override {
    return inner_->needs_rehash(stored);
  }
  [[nodiscard]] const PasswordHash& decoy() const noexcept override { return inner_->decoy(); }

 private:
  /// Lives on the stack of the caller, who waits for it. `failure` and `done` are under mutex_.
  struct Job {
    std::function<void()> work;
    std::exception_ptr failure{};
    bool done = false;
    std::condition_variable finished{};
  };

  /// Has a thread of the pool call `call` and waits for it.
  template <class R, class F>
  R run(F call) {
    std::optional<R> result;
    Job job{.work = [&] { result.emplace(call()); }};
    {
      std::unique_lock lock{mutex_};
      // Counted with what is being hashed: a thread that is free but has not woken up yet must not
      // make a short queue look full.
      if (unfinished_ >= capacity_) {
        throw Unavailable("the queue of passwords to hash is full", std::chrono::seconds{1});
      }
      waiting_.push_back(&job);
      ++unfinished_;
      changed_.notify_one();
      job.finished.wait(lock, [&] { return job.done; });
    }
    if (job.failure) std::rethrow_exception(std::move(job.failure));
    return *std::move(result);
  }

  void work() {
    std::unique_lock lock{mutex_};
    for (;;) {
      changed_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      auto* const job = waiting_.front();
      waiting_.pop_front();
      lock.unlock();
      std::exception_ptr failure;
      try {
        job->work();
      } catch (...) {
        failure = std::current_exception();
      }
      lock.lock();
      --unfinished_;
      job->failure = std::move(failure);
      job->done = true;
      // Under the lock: once it is released the caller may be gone, and the job with it.
      job->finished.notify_one();
    }
  }

  void stop() noexcept {
    {
      const std::lock_guard lock{mutex_};
      stopping_ = true;
    }
    changed_.notify_all();
    for (auto& thread : threads_) thread.join();
  }

  std::unique_ptr<PasswordHasher> inner_;
  std::size_t capacity_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job*> waiting_;
  /// Waiting and being hashed.
  std::size_t unfinished_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace

std::unique_ptr<PasswordHasher> make_hashing_pool(const PasswordConfig& config,
                                                  std::unique_ptr<PasswordHasher> inner) {
  return std::make_unique<HashingPool>(config, std::move(inner));
}

}  // namespace coffeeauth
