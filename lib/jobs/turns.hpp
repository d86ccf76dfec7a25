#pragma once
/// Turns: how many mails of a worker may be handed over without the Store knowing it. Private to
/// the library.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <list>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

#include "coffeeauth/ports/mailer.hpp"
#include "coffeeauth/ports/outbox.hpp"

namespace coffeeauth::jobs {

/// Given in the order in which they were asked for. Callable from any thread.
class Turns {
 public:
  /// False when `stopping` is set, the mail was lost, or `longest` is over before it is its turn.
  [[nodiscard]] bool take(const JobId& job, std::chrono::milliseconds longest,
                          const std::atomic<bool>& stopping) {
    std::unique_lock lock{mutex_};
    if (lost_.contains(job)) return false;
    if (has(job)) return true;
    const auto mine = waiting_.emplace(waiting_.end(), job);
    const auto is_over = [&] { return stopping || lost_.contains(job); };
    const auto is_next = [&] { return held_.size() < most_ && waiting_.begin() == mine; };
    // What is longer than a day could be more than a clock can count.
    mine->changed.wait_for(lock,
                           std::min<std::chrono::milliseconds>(longest, std::chrono::hours{24}),
                           [&] { return is_over() || is_next(); });
    const bool given = !is_over() && is_next();
    if (given) {
      held_.splice(held_.end(), waiting_, mine);
    } else {
      waiting_.erase(mine);
    }
    wake_next();
    return given;
  }

  /// Nothing happens when that mail has no turn.
  void give_back(const JobId& job) noexcept {
    const std::lock_guard lock{mutex_};
    held_.remove_if([&](const Mail& one) { return one.job == job; });
    lost_.erase(job);
    wake_next();
  }

  /// Others have these mails now: no turn for them until each is given back.
  void lose(const std::vector<JobId>& jobs) {
    const std::lock_guard lock{mutex_};
    lost_.insert(jobs.begin(), jobs.end());
    if (jobs.empty()) return;
    for (auto& one : waiting_) one.changed.notify_one();
  }

  /// How many mails have one at a time from now on; those that have one keep it.
  void allow(std::size_t most) noexcept {
    const std::lock_guard lock{mutex_};
    most_ = most;
    wake_next();
  }

  /// Wakes those that wait, after `stopping` of some was set.
  void look_again() noexcept {
    const std::lock_guard lock{mutex_};
    for (auto& one : waiting_) one.changed.notify_one();
  }

  [[nodiscard]] std::size_t waiting() const noexcept {
    const std::lock_guard lock{mutex_};
    return waiting_.size();
  }

 private:
  /// Each is woken by itself, when it is its turn: there may be many.
  struct Mail {
    explicit Mail(const JobId& id) : job(id) {}
    JobId job;
    std::condition_variable changed;
  };

  [[nodiscard]] bool has(const JobId& job) const {
    return std::any_of(held_.begin(), held_.end(), [&](const Mail& one) { return one.job == job; });
  }
  void wake_next() noexcept {
    if (!waiting_.empty() && held_.size() < most_) waiting_.front().changed.notify_one();
  }

  mutable std::mutex mutex_;
  std::list<Mail> waiting_;
  std::list<Mail> held_;
  std::set<JobId> lost_;
  std::size_t most_ = 1;
};

/// One mail's way to them.
class JobTurn final : public DeliveryTurn {
 public:
  /// `is_ours`: whether the mail's lease goes on. Borrows the others.
  JobTurn(Turns& turns, const JobId& job, const std::atomic<bool>& stopping,
          std::function<bool()> is_ours)
      : turns_(turns), job_(job), stopping_(stopping), is_ours_(std::move(is_ours)) {}

  [[nodiscard]] bool take(std::chrono::milliseconds longest) override {
    refused_ = !turns_.take(job_, longest, stopping_);
    // Whoever stood still, or cannot reach the Store, has heard of no loss.
    if (!refused_ && !is_ours_()) {
      turns_.give_back(job_);
      refused_ = true;
    }
    return !refused_;
  }
  /// Whether the last answer was no.
  [[nodiscard]] bool was_refused() const noexcept { return refused_; }

 private:
  Turns& turns_;
  const JobId& job_;
  const std::atomic<bool>& stopping_;
  const std::function<bool()> is_ours_;
  bool refused_ = false;
};

}  // namespace coffeeauth::jobs
