#pragma once
/// MailWorker: takes mail jobs from the outbox and delivers them.

#include <chrono>
#include <cstddef>
#include <memory>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/mailer.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

struct Services;

namespace jobs {

/// Delivers at least once, with a stable Message-ID, exponential back-off with jitter, and a
/// dead-letter state.
///
/// The worker claims only as many mails as it has threads free to deliver them, under a short lease
/// (JobConfig::lease) that it renews while a delivery goes on. A verdict is kept in memory until
/// the Store has it: while the process lives, a delivered mail is not sent again, even when the
/// database goes away in between. When the process dies, another worker takes its mails over as
/// soon as the lease has run out.
///
/// Any number of workers, in any number of processes, may run over one Store. `start()` and
/// `stop()` belong to one owner; the rest is callable from any thread.
class MailWorker {
 public:
  /// Borrows both; `mailer` is called from up to JobConfig::concurrency threads at once. Must be
  /// destroyed before the Auth, whose destructor ends the program otherwise.
  MailWorker(Services& services, Mailer& mailer);
  /// Stops, and waits for every delivery in hand.
  ~MailWorker();
  MailWorker(const MailWorker&) = delete;
  MailWorker& operator=(const MailWorker&) = delete;

  /// Claims at most JobConfig::concurrency due jobs and deals with them one after another; returns
  /// how many it claimed. For tests and for programs with a schedule of their own. Throws
  /// Unavailable when the Store is gone; what was delivered by then is settled by the next call.
  std::size_t run_once();

  /// Runs on threads of its own until stop(): at once when wake() is called or a job is enqueued in
  /// this process, within JobConfig::poll_interval for jobs of other processes. A Store that is
  /// gone is waited for, and told of (EventKind::background_failed).
  void start();
  /// Tells a started worker to begin no further mail, and returns at once.
  void request_stop() noexcept;
  /// Begins no further mail, gives back what was not begun, and waits up to `grace` until the mails
  /// in hand are delivered and settled. False when some are not: they finish in the background, and
  /// if the process ends before they do, another worker takes them over when their lease has run
  /// out.
  bool stop(std::chrono::milliseconds grace = std::chrono::seconds{65});
  /// Makes a started worker look for jobs now. Callable from any thread.
  void wake() noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace jobs
}  // namespace coffeeauth
