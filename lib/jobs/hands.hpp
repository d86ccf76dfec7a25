#pragma once
/// Hands: the mails that a worker has claimed and whose end the Store does not know yet. Private to
/// the library.

#include <algorithm>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "coffeeauth/ports/outbox.hpp"

namespace coffeeauth::jobs {

/// What became of a mail in this process.
enum class Ending {
  delivered,
  expired,
  retry,
  given_up,
  /// Not this process's to try: told as a delay, and counted as no try.
  unreadable,
  not_begun,
};

/// The verdict, with what the Store and the events are to be told.
struct Outcome {
  Ending ending = Ending::not_begun;
  /// For an administrator.
  std::string words{};
  /// A word of a closed set, for events.
  std::string reason{};
  /// For `retry`, `unreadable` and `not_begun`.
  UtcTime next_attempt_at{};
  /// The mail server was known to fail when this try failed, too.
  bool repeated = false;
  /// Whether the server, and not this one mail, was in the way.
  bool server_failed = false;
  /// Whether the server would have no more connections.
  bool turned_away = false;
};

/// An outcome that the Store has not been told, or that it may have been told without our hearing.
struct Unsettled {
  ClaimedJob claimed;
  Outcome outcome;
  bool uncertain = false;
};

/// Keeps a verdict until the Store has it, so that no mail is sent twice by one process, whatever
/// becomes of the database or the lease meanwhile. Callable from any thread.
class Hands {
 public:
  /// False when this very job is here already: begun, or ended and not settled. `lease_ends`: when
  /// others may have it.
  [[nodiscard]] bool take(const ClaimedJob& claimed, UtcTime lease_ends) {
    const std::lock_guard lock{mutex_};
    return held_.try_emplace(claimed.job.id, Held{claimed, lease_ends}).second;
  }
  /// The leases of these go on until then.
  void renewed(const std::vector<JobId>& jobs, UtcTime lease_ends) {
    const std::lock_guard lock{mutex_};
    for (const auto& job : jobs) {
      const auto held = held_.find(job);
      if (held != held_.end()) held->second.lease_ends = lease_ends;
    }
  }
  [[nodiscard]] bool is_ours(const JobId& job, UtcTime now) const {
    const std::lock_guard lock{mutex_};
    const auto held = held_.find(job);
    return held != held_.end() && now < held->second.lease_ends;
  }
  /// Its delivery begins.
  void begin(const JobId& job) {
    const std::lock_guard lock{mutex_};
    const auto begun = held_.find(job);
    if (begun == held_.end()) return;
    for (auto& [id, held] : held_) {
      if (!held.is_under_way || held.outcome) continue;
      held.had_company = true;
      begun->second.had_company = true;
    }
    begun->second.is_under_way = true;
  }
  /// Whether another mail was being delivered at any time while this one was.
  [[nodiscard]] bool had_company(const JobId& job) const {
    const std::lock_guard lock{mutex_};
    const auto held = held_.find(job);
    return held != held_.end() && held->second.had_company;
  }
  /// False when this job is not here.
  bool finish(const JobId& job, Outcome outcome) {
    const std::lock_guard lock{mutex_};
    const auto held = held_.find(job);
    if (held == held_.end()) return false;
    held->second.outcome = std::move(outcome);
    return true;
  }
  void settled(const JobId& job) {
    const std::lock_guard lock{mutex_};
    held_.erase(job);
  }
  void doubt(const std::vector<Unsettled>& told) {
    const std::lock_guard lock{mutex_};
    for (const auto& one : told) {
      const auto held = held_.find(one.claimed.job.id);
      if (held != held_.end()) held->second.uncertain = true;
    }
  }

  [[nodiscard]] std::vector<Unsettled> unsettled() const {
    const std::lock_guard lock{mutex_};
    std::vector<Unsettled> found;
    for (const auto& [id, held] : held_) {
      if (held.outcome) found.push_back({held.claimed, *held.outcome, held.uncertain});
    }
    return found;
  }
  [[nodiscard]] std::vector<JobId> unfinished() const {
    const std::lock_guard lock{mutex_};
    std::vector<JobId> found;
    for (const auto& [id, held] : held_) {
      if (!held.outcome) found.push_back(id);
    }
    return found;
  }
  [[nodiscard]] bool holds_any(const std::vector<ClaimedJob>& jobs) const {
    const std::lock_guard lock{mutex_};
    return std::any_of(jobs.begin(), jobs.end(),
                       [&](const ClaimedJob& one) { return held_.contains(one.job.id); });
  }
  [[nodiscard]] bool empty() const {
    const std::lock_guard lock{mutex_};
    return held_.empty();
  }

 private:
  struct Held {
    ClaimedJob claimed;
    UtcTime lease_ends{};
    std::optional<Outcome> outcome{};
    bool uncertain = false;
    bool is_under_way = false;
    bool had_company = false;
  };

  mutable std::mutex mutex_;
  std::map<JobId, Held> held_;
};

}  // namespace coffeeauth::jobs
