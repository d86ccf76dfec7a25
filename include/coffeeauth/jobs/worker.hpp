#pragma once
/// MailWorker and JobWorker: claim jobs from the outbox and deliver them.

#include <chrono>
#include <cstddef>
#include <memory>
#include <string_view>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/job_handler.hpp"
#include "coffeeauth/ports/mailer.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

struct Services;

namespace jobs {

/// Delivers the jobs of one channel at least once, with a constant id, exponential back-off with
/// jitter, and a dead-letter state.
///
/// The worker claims only as many jobs as it has idle threads, under a short lease
/// (JobConfig::lease) that it renews during a delivery. A result is kept in memory until the Store
/// has it: while the process lives, a delivered job is not delivered again, even if the database
/// goes down in between. When the process dies, another worker takes over its jobs as soon as the
/// lease expires.
///
/// Any number of workers, in any number of processes, may run over one Store. Call `start()` and
/// `stop()` from one owner; the other methods are thread-safe.
class Worker {
 public:
  /// Stops, and waits for deliveries in progress.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Claims at most JobConfig::concurrency due jobs and delivers them one after another; returns
  /// the number of jobs claimed. For tests and programs with their own schedule. Throws Unavailable
  /// when the Store is down; jobs delivered by then are recorded by the next call.
  std::size_t run_once();

  /// Runs on its own threads until stop(): at once when wake() is called or a job is enqueued in
  /// this process, within JobConfig::poll_interval for jobs of other processes. A Store that is
  /// down is waited for and reported (EventKind::background_failed).
  void start();
  /// Tells a started worker to start no further delivery, and returns at once.
  void request_stop() noexcept;
  /// Starts no further delivery, releases jobs that were not started, and waits up to `grace` until
  /// deliveries in progress are finished and recorded. Returns false if some are not: they finish
  /// in the background, and if the process ends before that, another worker takes them over once
  /// their lease has expired.
  bool stop(std::chrono::milliseconds grace = std::chrono::seconds{65});
  /// Makes a started worker look for jobs now. Thread-safe.
  void wake() noexcept;

 private:
  friend class MailWorker;
  friend class JobWorker;
  struct State;
  explicit Worker(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

/// Delivers mails, and leaves the jobs of features alone.
class MailWorker : public Worker {
 public:
  /// Borrows both; `mailer` is called from up to JobConfig::concurrency threads at once. Destroy it
  /// before the Auth, whose destructor aborts the program otherwise.
  MailWorker(Services& services, Mailer& mailer);
};

/// Delivers the jobs that a feature wrote with Kernel::enqueue_job(), and leaves mails and all
/// other channels alone. It follows the same JobConfig as mails, by itself: a receiver that is down
/// delays no mail.
class JobWorker : public Worker {
 public:
  /// Borrows services and handler; `handler` is called from up to JobConfig::concurrency threads at
  /// once. Destroy it before the Auth, as a MailWorker. Throws std::invalid_argument for
  /// mail_channel.
  JobWorker(Services& services, std::string_view channel, JobHandler& handler);
};

}  // namespace jobs
}  // namespace coffeeauth
