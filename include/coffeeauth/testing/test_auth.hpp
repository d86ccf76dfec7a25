#pragma once
/// TestAuth: a complete Auth over fakes, so that a test starts in one line. Start here.

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

/// The parts of a TestAuth; the defaults suit most tests.
struct TestAuthOptions {
  /// The configuration of the Auth.
  Config config{};
  /// Null selects a store in memory.
  std::unique_ptr<Store> store{};
  /// Null selects the library's own texts.
  std::unique_ptr<MailTemplates> templates{};
  /// Decides who may sign up; when empty, everybody may.
  SignUpPolicy sign_up_policy{};
  /// Borrowed; null selects the RecordingMailer.
  Mailer* mailer = nullptr;
  /// Borrowed; each must outlive the TestAuth.
  std::vector<Feature*> features{};
};

/// A logged-in user.
struct LoggedInUser {
  /// The verified account.
  User user;
  /// The tokens of its only session.
  TokenPair tokens;
  /// The value of an Authorization field: `Bearer ...`.
  std::string authorization;
};

/// An Auth in memory: with a clock that stands still, repeatable randomness, instant password
/// hashes, a mailbox to inspect, and a Store that can be made to fail.
///
/// INSECURE on purpose: its secret key is public, and its random numbers are predictable. Access
/// tokens are signed with EdDSA when `config` selects an algorithm that the core lacks (ES256,
/// RS256). The worker does not run until it is started; deliver_mail() does its work on demand.
class TestAuth {
 public:
  /// Uses a Store in memory.
  explicit TestAuth(Config config = {});
  /// Uses your Store.
  TestAuth(Config config, std::unique_ptr<Store> store);
  /// Uses your parts or features.
  explicit TestAuth(TestAuthOptions options);
  ~TestAuth();
  TestAuth(const TestAuth&) = delete;
  TestAuth& operator=(const TestAuth&) = delete;

  /// The Auth to pass to the code under test.
  [[nodiscard]] Auth& auth() noexcept { return *auth_; }
  /// The Store as the Auth sees it, faults included.
  [[nodiscard]] Store& store() noexcept { return faults_; }
  /// The Store's faults: simulate a database that is down, or lose an answer.
  [[nodiscard]] FaultyStore& faults() noexcept { return faults_; }
  /// The cache, in this process.
  [[nodiscard]] Cache& cache() noexcept { return *cache_; }
  /// The counters of the rate limits.
  [[nodiscard]] RateCounter& counters() noexcept { return *counters_; }
  /// Moves the time of all parts.
  [[nodiscard]] ManualClock& clock() noexcept { return clock_; }
  /// Scripts the next codes and tokens.
  [[nodiscard]] ScriptedRandom& random() noexcept { return random_; }
  /// Rejects a few common passwords, and those that your test names.
  [[nodiscard]] ListJudge& judge() noexcept { return judge_; }
  /// Counts how many passwords were hashed.
  [[nodiscard]] FastHasher& hasher() noexcept { return hasher_; }
  /// The events so far.
  [[nodiscard]] RecordingEvents& events() noexcept { return events_; }
  /// The mailbox.
  [[nodiscard]] RecordingMailer& mailer() noexcept { return mailer_; }
  /// The worker; call worker().start() to run it in the background.
  [[nodiscard]] jobs::MailWorker& worker() noexcept { return *worker_; }

  /// Creates a verified account with that address and logs it in. Throws std::logic_error when the
  /// address is taken, or a LoginStep issues a challenge.
  [[nodiscard]] LoggedInUser logged_in_user(std::string_view address = "ada@example.org",
                                            Role role = Role::user);

  /// Delivers every mail that is due now; returns the number of jobs processed.
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
