#include "coffeeauth/jobs/scheduler.hpp"

#include <exception>
#include <map>
#include <string>

#include "lib/auth/services.hpp"
#include "lib/jobs/job_signal.hpp"
#include "lib/jobs/loop_thread.hpp"
#include "lib/jobs/part_health.hpp"

namespace coffeeauth::jobs {
namespace {

constexpr std::string_view lease_name = "clean_up";

}  // namespace

struct Scheduler::State {
  explicit State(Services& services)
      : s(services),
        counted(services),
        holder(LeaseId::make(services.now(), services.parts.random)) {}

  /// Takes or prolongs the lease: for as long as this process would wait before it acts again, so
  /// that of many schedulers one acts in each interval.
  [[nodiscard]] bool hold() {
    const auto now = s.now();
    const auto until = now + s.config.jobs.clean_up_interval + s.config.jobs.lease;
    // Before the answer: one that is lost may have been a yes.
    may_hold = true;
    may_hold = s.parts.store.transact(
        [&](Transaction& tx) { return tx.keys().acquire_lease(lease_name, holder, now, until); });
    return may_hold;
  }

  /// Lets another process act at once, and not only when the lease has run out.
  void let_go() noexcept {
    if (!may_hold) return;
    try {
      s.parts.store.transact([&](Transaction& tx) { tx.keys().release_lease(lease_name, holder); });
      may_hold = false;
    } catch (...) {  // an embedder's Store
      // It runs out by itself.
    }
  }

  /// Runs `verb` batch by batch, each in a transaction of its own so that others get their turn,
  /// until one comes back short, the lease is lost or the process wants to stop.
  template <class Verb, class Told>
  std::size_t in_batches(Verb verb, Told told) {
    const auto batch = s.config.jobs.clean_up_batch;
    std::size_t total = 0;
    for (;;) {
      const std::size_t gone =
          s.parts.store.transact([&](Transaction& tx) -> std::size_t { return verb(tx, batch); });
      total += gone;
      if (gone > 0) told(gone);
      if (gone < batch || thread.stopping() || !hold()) return total;
    }
  }

  template <class Verb>
  std::size_t in_batches(Verb verb) {
    return in_batches(verb, [](std::size_t) {});
  }

  /// One step of the clean-up, whatever became of those before it.
  template <class Step>
  void by_itself(const std::string& name, Step&& run_step) {
    auto& health = healths.try_emplace(name, s, name).first->second;
    try {
      run_step();
      health.well();
    } catch (const std::exception& error) {
      health.failed(failure_word(error));
      if (!failure) failure = std::current_exception();
    } catch (...) {  // an embedder's Store
      health.failed("failed");
      if (!failure) failure = std::current_exception();
    }
  }

  [[nodiscard]] CleanUpReport run_once();
  void delete_unverified_users(CleanUpReport& report, UtcTime now);
  void delete_mails(CleanUpReport& report, UtcTime now);
  void step();

  Services& s;
  const BackgroundPart counted;
  LeaseId holder;
  /// Whether the lease may be ours.
  bool may_hold = false;
  /// Of each step, by its name.
  std::map<std::string, PartHealth> healths;
  /// What the first step that failed threw.
  std::exception_ptr failure;
  LoopThread thread;
  JobSignal stop_signal;
};

void Scheduler::State::delete_unverified_users(CleanUpReport& report, UtcTime now) {
  const auto cutoff = now - s.config.codes.unverified_lifetime;
  report.unverified_users = in_batches([&](Transaction& tx, std::size_t limit) {
    const auto gone = tx.users().delete_unverified_before(cutoff, limit);
    if (gone > 0) {
      s.lists_change_with(tx);
      s.record(tx, {.kind = EventKind::unverified_users_deleted, .at = now, .count = gone});
    }
    return gone;
  });
}

void Scheduler::State::delete_mails(CleanUpReport& report, UtcTime now) {
  by_itself("expired_mails", [&] {
    // Told batch by batch, so that one that fails takes no news of the others with it.
    in_batches(
        [&](Transaction& tx, std::size_t limit) {
          return tx.outbox().delete_expired_jobs(now, limit);
        },
        [&](std::size_t gone) {
          report.expired_mails += gone;
          s.note({.kind = EventKind::mail_expired, .at = now, .count = gone, .reason = "expired"});
        });
  });
  by_itself("dead_mails", [&] {
    const auto cutoff = now - s.config.jobs.dead_lifetime;
    report.dead_mails = in_batches([&](Transaction& tx, std::size_t limit) {
      return tx.outbox().delete_dead_jobs(cutoff, limit);
    });
  });
}

CleanUpReport Scheduler::State::run_once() {
  CleanUpReport report;
  failure = nullptr;
  by_itself("scheduler", [&] { report.acted = hold(); });
  if (report.acted) {
    const auto now = s.now();
    by_itself("unverified_users", [&] { delete_unverified_users(report, now); });
    by_itself("sessions", [&] {
      report.sessions = in_batches([&](Transaction& tx, std::size_t limit) {
        return tx.sessions().delete_expired_sessions(now, limit);
      });
    });
    delete_mails(report, now);
    by_itself("stale", [&] {
      const auto cutoff = now - s.config.codes.unverified_lifetime;
      report.stale = in_batches([&](Transaction& tx, std::size_t limit) {
        return tx.sign_ups().delete_stale({.sign_ups = cutoff, .now = now}, limit);
      });
    });
    for (const auto& clean_up : s.clean_ups) {
      by_itself(clean_up.name, [&] {
        report.of_features += in_batches(
            [&](Transaction& tx, std::size_t limit) { return clean_up.run(tx, limit, now); });
      });
    }
    by_itself("keys", [&] {
      report.keys = s.parts.store.transact(
          [&](Transaction& tx) { return tx.keys().delete_keys_before(now); });
    });
  }
  if (failure) std::rethrow_exception(failure);
  return report;
}

void Scheduler::State::step() {
  const auto seen = stop_signal.count();
  static_cast<void>(run_once());
  if (!thread.stopping()) stop_signal.wait_beyond(seen, s.config.jobs.clean_up_interval);
}

Scheduler::Scheduler(Services& services) : state_(std::make_unique<State>(services)) {}

Scheduler::~Scheduler() { stop(); }

CleanUpReport Scheduler::run_once() { return state_->run_once(); }

void Scheduler::start() {
  auto& state = *state_;
  state.thread.start([&state] { state.step(); },
                     [&state] {
                       state.stop_signal.wait_beyond(state.stop_signal.count(),
                                                     state.s.config.jobs.poll_interval);
                     });
}

void Scheduler::request_stop() noexcept {
  state_->thread.request_stop();
  state_->stop_signal.notify();
}

void Scheduler::stop() {
  state_->thread.stop([this] { state_->stop_signal.notify(); });
  state_->let_go();
}

}  // namespace coffeeauth::jobs
