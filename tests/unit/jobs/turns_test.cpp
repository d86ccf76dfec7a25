// How many mails may be handed over without the Store knowing it, whatever goes wrong meanwhile.
#include "coffeeauth/testing/doctest.hpp"

#include <atomic>
#include <functional>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include "coffeeauth/jobs/worker.hpp"

#include "tests/unit/users/fixture.hpp"

using namespace coffeeauth;
using namespace std::chrono_literals;

namespace {

/// A Mailer that takes the turn in the midst of its work, as the one for SMTP does.
class TurnMailer final : public Mailer {
 public:
  explicit TurnMailer(OutboxReads& outbox) : outbox_(outbox) {}

  Delivery deliver(const Mail&) override { throw std::logic_error("never without a turn"); }
  Delivery deliver_in_turn(const Mail& mail, DeliveryTurn& turn) override {
    count_up(prepared_);
    before();
    if (!turn.take(patience)) return {DeliveryVerdict::retry_later, "no turn"};
    CHECK(turn.take(0ms));
    {
      const std::lock_guard lock{mutex_};
      if (!handed_over_.insert(mail.message_id).second) ++doubles_;
      ++total_;
      const auto unknown = outbox_.depth().pending - (all - total_);
      most_in_doubt_ = std::max(most_in_doubt_, unknown);
    }
    count_up(given_);
    if (given_ > free) open_.wait(false);
    if (auto answer = then()) return *answer;
    return {DeliveryVerdict::delivered};
  }

  void let_go() {
    open_ = true;
    open_.notify_all();
  }
  void wait_for_prepared(int count) const { wait_for(prepared_, count); }
  void wait_for_given(int count) const { wait_for(given_, count); }
  [[nodiscard]] int given() const { return given_; }
  [[nodiscard]] int doubles() const {
    const std::lock_guard lock{mutex_};
    return doubles_;
  }
  [[nodiscard]] std::size_t most_in_doubt() const {
    const std::lock_guard lock{mutex_};
    return most_in_doubt_;
  }

  /// How many mails there are in all, when each is tried once.
  std::size_t all = 0;
  /// Those after so many are held until let_go().
  int free = 1'000;
  std::chrono::milliseconds patience{1min};
  /// What happens before a mail asks for its turn.
  std::function<void()> before = [] {};
  /// What is said of a mail that was handed over; nothing for `delivered`.
  std::function<std::optional<Delivery>()> then = []() -> std::optional<Delivery> { return {}; };

 private:
  static void count_up(std::atomic<int>& count) {
    ++count;
    count.notify_all();
  }
  static void wait_for(const std::atomic<int>& count, int least) {
    for (int now = count; now < least; now = count) count.wait(now);
  }

  OutboxReads& outbox_;
  mutable std::mutex mutex_;
  std::set<std::string> handed_over_;
  std::size_t total_ = 0, most_in_doubt_ = 0;
  int doubles_ = 0;
  std::atomic<int> prepared_{0}, given_{0};
  std::atomic<bool> open_{false};
};

Config with(std::size_t in_doubt, std::size_t after = 0) {
  Config config;
  config.jobs.in_doubt = in_doubt;
  config.jobs.in_doubt_after = after;
  config.jobs.poll_interval = 100ms;
  // Some tests move the clock faster than it can be renewed.
  config.jobs.lease = 1h;
  return config;
}

struct TurnFixture : Fixture {
  explicit TurnFixture(const Config& config, std::size_t people)
      : Fixture{.t = testing::TestAuth{config}}, mailer{outbox()} {
    for (std::size_t i = 0; i < people; ++i) {
      REQUIRE_OK(sign_up("user" + std::to_string(i) + "@example.org"));
    }
    mailer.all = people;
  }
  OutboxReads& outbox() { return t.store().outbox(); }
  std::size_t pending() { return outbox().depth().pending; }
  void wait_until_empty() {
    while (pending() > 0) std::this_thread::yield();
  }

  TurnMailer mailer;
  jobs::MailWorker worker{auth().services(), mailer};
};

/// One mail is delivered, one is being handed over, and one waits for its turn.
struct OneWaits : TurnFixture {
  OneWaits() : TurnFixture{with_short_lease(), 3} {
    mailer.free = 1;
    worker.start();
    mailer.wait_for_prepared(3);
    mailer.wait_for_given(2);
  }
  static Config with_short_lease() {
    auto config = with(1);
    config.jobs.lease = 5s;
    return config;
  }
};

}  // namespace

TEST_CASE("no more mails are in doubt than may be, however many are sent side by side") {
  for (const std::size_t bound : {1UL, 2UL, 5UL}) {
    CAPTURE(bound);
    TurnFixture f{with(bound), 80};
    f.worker.start();
    f.wait_until_empty();
    CHECK(f.worker.stop());
    CHECK(f.mailer.most_in_doubt() <= bound);
    CHECK(f.mailer.given() == 80);
    CHECK(f.mailer.doubles() == 0);
  }
}

TEST_CASE("one mail is in doubt at the beginning of a queue, whatever may be later") {
  TurnFixture f{with(10, 40), 40};
  f.worker.start();
  f.wait_until_empty();
  CHECK(f.worker.stop());
  CHECK(f.mailer.most_in_doubt() == 1);
}

TEST_CASE("another mail is got ready while one is in doubt, and keeps its lease") {
  OneWaits f;
  const auto first_end = f.outbox().next_due(mail_channel).value();
  f.t.clock().advance(4s);
  while (f.outbox().next_due(mail_channel).value() == first_end) std::this_thread::sleep_for(10ms);
  CHECK(f.outbox().next_due(mail_channel).value() == f.t.clock().now() + 5s);
  CHECK(f.mailer.given() == 2);
  f.mailer.let_go();
  f.wait_until_empty();
  CHECK(f.worker.stop());
  CHECK(f.mailer.doubles() == 0);
}

TEST_CASE("a mail whose turn does not come before the stop goes back, and is no try") {
  TurnFixture f{with(1), 5};
  f.mailer.free = 1;
  f.worker.start();
  f.mailer.wait_for_prepared(3);
  f.mailer.wait_for_given(2);
  f.worker.request_stop();
  f.mailer.let_go();
  CHECK(f.worker.stop());
  CHECK(f.mailer.given() == 2);
  const auto back = f.outbox().list_jobs(JobState::pending, 10);
  CHECK(back.size() == 3);
  for (const auto& job : back) CHECK(job.attempts == 0);
  SUBCASE("for the same worker when it is started again") {
    f.worker.start();
    f.wait_until_empty();
    CHECK(f.worker.stop());
    CHECK(f.mailer.doubles() == 0);
  }
}

TEST_CASE("a mail whose turn does not come in time goes back, and is no try") {
  TurnFixture f{with(1), 4};
  f.mailer.free = 1;
  f.mailer.patience = 1ms;
  f.worker.start();
  f.mailer.wait_for_prepared(4);
  f.mailer.wait_for_given(2);
  for (const auto& job : f.outbox().list_jobs(JobState::pending, 10)) CHECK(job.attempts == 0);
  CHECK(f.t.events().count(EventKind::mail_delayed) == 0);
  f.mailer.let_go();
  f.wait_until_empty();
  CHECK(f.worker.stop());
}

TEST_CASE("a turn is free again when its mail failed, by an answer or by an exception") {
  TurnFixture f{with(1), 10};
  std::atomic<int> tries{0};
  SUBCASE("an answer") {
    f.mailer.then = [&]() -> std::optional<Delivery> {
      if (++tries > 5) return {};
      return Delivery{DeliveryVerdict::retry_later, "451", DeliveryProblem::busy};
    };
  }
  SUBCASE("an exception") {
    f.mailer.then = [&]() -> std::optional<Delivery> {
      if (++tries > 5) return {};
      throw std::runtime_error("an embedder's");
    };
  }
  f.worker.start();
  while (f.mailer.given() < 10) std::this_thread::yield();
  while (f.pending() > 0) {
    f.t.clock().advance(10s);
    f.worker.wake();
    std::this_thread::sleep_for(1ms);
  }
  CHECK(f.worker.stop());
  CHECK(f.mailer.given() == 15);
}

TEST_CASE("no further mail is handed over while the Store cannot be told of those in doubt") {
  TurnFixture f{with(1), 6};
  f.mailer.free = 1;
  f.worker.start();
  f.mailer.wait_for_prepared(3);
  f.mailer.wait_for_given(2);
  f.t.faults().take_down();
  f.mailer.let_go();
  REQUIRE(f.t.events().wait_for(EventKind::background_failed));
  CHECK(f.mailer.given() == 2);
  SUBCASE("and goes on when it can") {
    f.t.faults().bring_back();
    f.worker.wake();
    f.wait_until_empty();
    CHECK(f.worker.stop());
  }
  SUBCASE("and a stop does not wait for that") {
    CHECK_FALSE(f.worker.stop());
    CHECK(f.mailer.given() == 2);
    f.t.faults().bring_back();
    f.worker.start();
    f.wait_until_empty();
    CHECK(f.worker.stop());
  }
  CHECK(f.mailer.given() == 6);
  CHECK(f.mailer.doubles() == 0);
}

TEST_CASE("a pass that loses the Store ends at once, and the next one sends nothing twice") {
  TurnFixture f{with(1), 5};
  int tries = 0;
  f.mailer.then = [&]() -> std::optional<Delivery> {
    if (++tries == 2) f.t.faults().take_down();
    return {};
  };
  CHECK_THROWS_AS(f.worker.run_once(), Unavailable);
  CHECK(f.mailer.given() == 2);
  f.t.faults().bring_back();
  while (f.pending() > 0) f.worker.run_once();
  CHECK(f.mailer.given() == 5);
  CHECK(f.mailer.doubles() == 0);
}

TEST_CASE("a Mailer that knows nothing of turns has one from the beginning to the end") {
  TurnFixture f{with(2), 30};
  class Plain final : public Mailer {
   public:
    Delivery deliver(const Mail&) override {
      const auto now = ++in_hand_;
      for (auto most = most_.load(); now > most && !most_.compare_exchange_weak(most, now);) {
      }
      std::this_thread::yield();
      --in_hand_;
      return {DeliveryVerdict::delivered};
    }
    std::atomic<int> in_hand_{0}, most_{0};
  } plain;
  jobs::MailWorker worker{f.auth().services(), plain};
  worker.start();
  f.wait_until_empty();
  CHECK(worker.stop());
  CHECK(plain.most_ <= 2);
}

TEST_CASE("a mail that another worker has meanwhile is not handed over") {
  OneWaits f;
  // As if this process had stood still for longer than its lease.
  const auto later = f.t.clock().now() + 6s;
  const auto other = LeaseId::make(later, f.t.random());
  const auto taken = f.t.store().transact([&](Transaction& tx) {
    return tx.outbox().claim_jobs(mail_channel, 10, other, later, later + 1h);
  });
  CHECK(taken.size() == 2);
  f.t.clock().advance(2s);
  f.mailer.let_go();
  CHECK(f.worker.stop());
  // The one that was being handed over, and not the one that waited for its turn.
  CHECK(f.mailer.given() == 2);
  CHECK(f.pending() == 1);
}

TEST_CASE("a mail whose lease is over is not handed over, though its turn is free") {
  auto config = with(1);
  config.jobs.lease = 5s;
  TurnFixture f{config, 1};
  SUBCASE("another worker has it") {
    f.mailer.before = [&] {
      // As if this process had stood still.
      const auto later = f.t.clock().now() + 5s;
      const auto other = LeaseId::make(later, f.t.random());
      const auto taken = f.t.store().transact([&](Transaction& tx) {
        return tx.outbox().claim_jobs(mail_channel, 10, other, later, later + 1h);
      });
      CHECK(taken.size() == 1);
      f.t.clock().advance(5s);
    };
    CHECK(f.worker.run_once() == 1);
    CHECK(f.pending() == 1);
    CHECK(f.mailer.given() == 0);
  }
  SUBCASE("nobody has it: it is tried again, and that was no try") {
    f.mailer.before = [&] { f.t.clock().advance(5s); };
    CHECK(f.worker.run_once() == 1);
    CHECK(f.mailer.given() == 0);
    CHECK(f.outbox().list_jobs(JobState::pending, 10).at(0).attempts == 0);
    f.mailer.before = [] {};
    CHECK(f.worker.run_once() == 1);
    CHECK(f.mailer.given() == 1);
    CHECK(f.pending() == 0);
  }
}
