#pragma once
/// Scheduler: deletes what is no longer needed.

#include <cstddef>
#include <memory>

#include "coffeeauth/export.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

struct Services;

namespace jobs {

/// What one clean-up deleted.
struct CleanUpReport {
  /// False when another process holds the lease: nothing was done.
  bool acted = false;
  /// Accounts that were not verified in time.
  std::size_t unverified_users = 0;
  /// Sessions past an expiry.
  std::size_t sessions = 0;
  /// Mails whose time was over before they were sent.
  std::size_t expired_mails = 0;
  /// Mails that were given up JobConfig::dead_lifetime ago.
  std::size_t dead_mails = 0;
  /// Dead codes, decoys of sign-ups, and counts of guesses and mails that are over.
  std::size_t stale = 0;
  /// What the clean-ups of features (CleanUp) deleted.
  std::size_t of_features = 0;
  /// Signing keys that no longer verify any token.
  std::size_t keys = 0;
};

/// Deletes unverified users after CodeConfig::unverified_lifetime, sessions past an expiry, mail
/// jobs that expired or were given up JobConfig::dead_lifetime ago, what only time made useless of
/// codes and sign-ups (SignUps::delete_stale()), and keys that no longer verify: in batches, with a
/// lease in the Store so that any number of schedulers may run and one acts.
///
/// Each step runs by itself: one that fails is told of (EventKind::background_failed, with the
/// step's name) and does not keep the others from their work.
class Scheduler {
 public:
  /// Borrows `services`: `jobs::Scheduler{auth.services()}`. Must be destroyed before the Auth,
  /// whose destructor ends the program otherwise.
  explicit Scheduler(Services& services);
  /// Stops.
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  /// One clean-up, to the end. Throws what the first step that failed threw, after all had their
  /// turn; Unavailable when the Store is gone.
  CleanUpReport run_once();

  /// Runs on a thread of its own, at once and then every JobConfig::clean_up_interval, until
  /// stop().
  void start();
  /// Tells a started scheduler to begin no further batch, and returns at once.
  void request_stop() noexcept;
  /// Lets a batch in hand finish, and gives the lease back, so that another process can act at
  /// once.
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace jobs
}  // namespace coffeeauth
