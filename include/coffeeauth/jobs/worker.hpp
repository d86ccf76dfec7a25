#pragma once
/// MailWorker: takes mail jobs from the outbox and delivers them.

#include <cstddef>
#include <memory>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/mailer.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

struct Services;

namespace jobs {

/// At least once, with a stable Message-ID, exponential back-off with jitter, and a dead-letter
/// state.
///
/// Any number of workers, in any number of processes, may run over one Store. `start()` and
/// `stop()` belong to one owner; the rest is callable from any thread.
class MailWorker {
 public:
  /// Borrows both; `mailer` is called from the worker's thread.
  MailWorker(Services& services, Mailer& mailer);
  /// Stops.
  ~MailWorker();
  MailWorker(const MailWorker&) = delete;
  MailWorker& operator=(const MailWorker&) = delete;

  /// Claims one batch of due jobs and deals with each; returns how many it claimed. What start()
  /// does over and over; tests call it by hand. Throws Unavailable when the Store is gone.
  std::size_t run_once();

  /// Runs on a thread of its own until stop(): at once when wake() is called or a job is enqueued
  /// in this process, within JobConfig::poll_interval for jobs of other processes. A Store that is
  /// gone is waited for.
  void start();
  /// Finishes the mail in hand, gives the rest of the batch back, and returns.
  void stop();
  /// Makes a started worker look for jobs now. Callable from any thread.
  void wake() noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace jobs
}  // namespace coffeeauth
