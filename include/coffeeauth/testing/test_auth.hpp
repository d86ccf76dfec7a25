#pragma once
/// TestAuth: a whole Auth over fakes, so that a test begins in one line. Start here.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/auth.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/jobs/worker.hpp"
#include "coffeeauth/testing/fast_hasher.hpp"
#include "coffeeauth/testing/faulty_store.hpp"
#include "coffeeauth/testing/list_judge.hpp"
#include "coffeeauth/testing/manual_clock.hpp"
#include "coffeeauth/testing/recording_events.hpp"
#include "coffeeauth/testing/recording_mailer.hpp"
#include "coffeeauth/testing/scripted_random.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace testing {

/// What a TestAuth is made of, where it is not what a test mostly wants.
struct TestAuthOptions {
  /// What Auth is given.
  Config config{};
  /// Null for one in memory.
  std::unique_ptr<Store> store{};
  /// Null for the library's own words.
  std::unique_ptr<MailTemplates> templates{};
  /// Who may sign up; everybody when it is empty.
  SignUpPolicy sign_up_policy{};
  /// Borrowed; null for the RecordingMailer.
  Mailer* mailer = nullptr;
  /// Borrowed; each must outlive the TestAuth.
  std::vector<Feature*> features{};
};

/// Somebody who is logged in.
struct LoggedInUser {
  /// Verified.
  User user;
  /// Of their one session.
  TokenPair tokens;
  /// The value of an Authorization field: `Bearer ...`.
  std::string authorization;
};

/// An Auth in memory: a clock that stands still, chance that repeats itself, passwords that are
/// hashed in no time, a mailbox to look into, and a Store that can be made to fail.
///
/// INSECURE on purpose: its secret is public, and its random numbers are not random. Access
/// tokens are signed with EdDSA when `config` asks for an algorithm that the core does not have by
/// itself (ES256, RS256). The worker does not run until it is started; deliver_mail() does its work
/// by hand.
class TestAuth {
 public:
  /// Over a Store in memory.
  explicit TestAuth(Config config = {});
  /// Over a Store of yours.
  TestAuth(Config config, std::unique_ptr<Store> store);
  /// With parts, or features, of yours.
  explicit TestAuth(TestAuthOptions options);
  ~TestAuth();
  TestAuth(const TestAuth&) = delete;
  TestAuth& operator=(const TestAuth&) = delete;

  /// What your code under test is given.
  [[nodiscard]] Auth& auth() noexcept { return *auth_; }
  /// The Store as the Auth sees it, faults included.
  [[nodiscard]] Store& store() noexcept { return faults_; }
  /// Where a database that is down, or loses an answer, is asked for.
  [[nodiscard]] FaultyStore& faults() noexcept { return faults_; }
  /// Of this process.
  [[nodiscard]] Cache& cache() noexcept { return *cache_; }
  /// What the rate limits count in.
  [[nodiscard]] RateCounter& counters() noexcept { return *counters_; }
  /// Moves the time of everything here.
  [[nodiscard]] ManualClock& clock() noexcept { return clock_; }
  /// Scripts the codes and tokens to come.
  [[nodiscard]] ScriptedRandom& random() noexcept { return random_; }
  /// Refuses few passwords, and those that your test names.
  [[nodiscard]] ListJudge& judge() noexcept { return judge_; }
  /// Tells how many passwords were hashed.
  [[nodiscard]] FastHasher& hasher() noexcept { return hasher_; }
  /// What happened so far.
  [[nodiscard]] RecordingEvents& events() noexcept { return events_; }
  /// The mailbox.
  [[nodiscard]] RecordingMailer& mailer() noexcept { return mailer_; }
  /// For tests that want it to run by itself: worker().start().
  [[nodiscard]] jobs::MailWorker& worker() noexcept { return *worker_; }

  /// Makes a verified account with that address and logs it in: for tests of what comes after.
  /// Throws std::logic_error when the address is taken, or a LoginStep asks for more.
  [[nodiscard]] LoggedInUser logged_in_user(std::string_view address = "ada@example.org",
                                            Role role = Role::user);

  /// Delivers every mail that is due now; returns how many jobs were dealt with.
  std::size_t deliver_mail();

 private:
  ManualClock clock_;
  ScriptedRandom random_;
  std::unique_ptr<Store> kept_;
  FaultyStore faults_;
  std::unique_ptr<Cache> cache_;
  std::unique_ptr<RateCounter> counters_;
  ListJudge judge_;
  FastHasher hasher_;
  std::unique_ptr<SigningKeyFactory> keys_;
  std::unique_ptr<MailTemplates> templates_;
  RecordingEvents events_;
  RecordingMailer mailer_;
  std::unique_ptr<Auth> auth_;
  std::unique_ptr<jobs::MailWorker> worker_;
};

}  // namespace testing
}  // namespace coffeeauth
