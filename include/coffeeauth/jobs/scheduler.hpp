#pragma once
/// Scheduler: deletes data that is no longer needed.

#include <cstddef>
#include <memory>

#include "coffeeauth/export.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

struct Services;

namespace jobs {

/// The result of one clean-up.
struct CleanUpReport {
  /// False when another process holds the lease, and nothing was done.
  bool acted = false;
  /// Accounts that were not verified in time.
  std::size_t unverified_users = 0;
  /// Expired sessions.
  std::size_t sessions = 0;
  /// Mails that expired before they were sent.
  std::size_t expired_mails = 0;
  /// Mails that were given up JobConfig::dead_lifetime ago.
  std::size_t dead_mails = 0;
  /// Expired codes, decoys of sign-ups, and old counts of guesses and mails.
  std::size_t stale = 0;
  /// Rows deleted by the clean-ups of features (CleanUp).
  std::size_t of_features = 0;
  /// Signing keys that no longer verify any token.
  std::size_t keys = 0;
};

/// Deletes unverified users after CodeConfig::unverified_lifetime, expired sessions, mail jobs that
/// expired or were given up JobConfig::dead_lifetime ago, codes and sign-ups that only time made
/// useless (SignUps::delete_stale()), and keys that no longer verify: in batches, under a lease in
/// the Store, so that any number of schedulers may run and one of them acts.
///
/// Steps are independent: one that fails is reported (EventKind::background_failed, with its name),
/// and the others still run.
/// step's name) and does not keep the others from their work.
class Scheduler {
 public:
  /// Borrows `services`: `jobs::Scheduler{auth.services()}`. Destroy it before the Auth, whose
  /// destructor aborts the program otherwise.
  explicit Scheduler(Services& services);
  /// Calls stop().
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  /// Runs one clean-up to the end. After all steps have run, throws the exception of the first step
  /// that failed; Unavailable when the Store is down.
  CleanUpReport run_once();

  /// Runs on its own thread, at once and then every JobConfig::clean_up_interval, until stop().
  void start();
  /// Tells a started scheduler to start no further batch, and returns at once.
  void request_stop() noexcept;
  /// Waits for the current batch, and releases the lease, so that another process can act at once.
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace jobs
}  // namespace coffeeauth
