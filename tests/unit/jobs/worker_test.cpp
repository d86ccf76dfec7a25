#include "coffeeauth/testing/doctest.hpp"

#include <atomic>
#include <future>
#include <latch>
#include <thread>
#include "coffeeauth/jobs/worker.hpp"

#include "coffeeauth/memory/memory.hpp"
#include "lib/auth/services.hpp"
#include "lib/mail/mail_job.hpp"
#include "tests/recording_diagnostics.hpp"
#include "tests/unit/users/fixture.hpp"

using namespace coffeeauth;
using namespace std::chrono_literals;

namespace {

struct WorkerFixture : Fixture {
  OutboxReads& outbox() { return t.store().outbox(); }
  std::size_t run() { return t.worker().run_once(); }
  std::vector<ClaimedJob> claim_as_another(std::chrono::seconds length = 15s) {
    const auto lease = LeaseId::make(t.clock().now(), t.random());
    const auto now = t.clock().now();
    return t.store().transact([&](Transaction& tx) {
      return tx.outbox().claim_jobs(mail_channel, 10, lease, now, now + length);
    });
  }
  void people(int count) {
    for (int i = 0; i < count; ++i) {
      REQUIRE_OK(sign_up("user" + std::to_string(i) + "@example.org"));
    }
  }
  std::vector<std::string> reasons(EventKind kind) {
    std::vector<std::string> found;
    for (const auto& event : t.events().all()) {
      if (event.kind == kind) found.push_back(event.reason);
    }
    return found;
  }
  /// What a log that leaves out what is repeated has of them.
  std::size_t lines(EventKind kind) {
    std::size_t count = 0;
    for (const auto& event : t.events().all()) {
      if (event.kind == kind && !event.repeated) ++count;
    }
    return count;
  }
};

/// Holds each mail but the first `free` until it is let go, and tells how many it holds.
class HeldMailer final : public Mailer {
 public:
  explicit HeldMailer(int free = 0) : free_(free) {}
  Delivery deliver(const Mail& mail) noexcept override {
    if (free_-- > 0) return inner.deliver(mail);
    const auto now = ++held_;
    for (auto most = most_.load(); now > most && !most_.compare_exchange_weak(most, now);) {
    }
    ++began_;
    began_.notify_all();
    open_.wait(false);
    --held_;
    return inner.deliver(mail);
  }
  void let_go() {
    open_ = true;
    open_.notify_all();
  }
  void wait_for(int began) const {
    for (int now = began_; now < began; now = began_) began_.wait(now);
  }
  [[nodiscard]] int most() const { return most_; }

  testing::RecordingMailer inner;

 private:
  std::atomic<int> free_, held_{0}, most_{0}, began_{0};
  std::atomic<bool> open_{false};
};

}  // namespace

TEST_CASE_FIXTURE(WorkerFixture, "a delivered job is gone, payload and all") {
  REQUIRE_OK(sign_up("ada@example.org"));
  CHECK(outbox().depth().pending == 1);
  CHECK(run() == 1);
  CHECK(t.mailer().count_for(email("ada@example.org")) == 1);
  CHECK(outbox().depth().pending == 0);
  CHECK(outbox().depth().dead == 0);
}

TEST_CASE_FIXTURE(WorkerFixture,
                  "a job that must wait comes back later, with the same Message-ID") {
  REQUIRE_OK(sign_up("ada@example.org"));
  t.mailer().answer_next({DeliveryVerdict::retry_later, "450"});
  REQUIRE(run() == 1);
  const auto first_id = t.mailer().last_attempt()->message_id;
  CHECK(t.mailer().count_for(email("ada@example.org")) == 0);
  CHECK(outbox().depth().pending == 1);
  CHECK(run() == 0);  // not due yet
  t.clock().advance(5s);
  REQUIRE(run() == 1);
  CHECK(t.mailer().count_for(email("ada@example.org")) == 1);
  CHECK(t.mailer().last_attempt()->message_id == first_id);
}

TEST_CASE_FIXTURE(WorkerFixture,
                  "a refused job is dead at once, and can be retried by an administrator") {
  REQUIRE_OK(sign_up("ada@example.org"));
  t.mailer().answer_next({DeliveryVerdict::refused, "550"});
  REQUIRE(run() == 1);
  CHECK(outbox().depth().pending == 0);
  const auto dead = outbox().list_jobs(JobState::dead, 10);
  REQUIRE(dead.size() == 1);
  CHECK(dead.front().last_error == "550");

  t.store().transact(
      [&](Transaction& tx) { return tx.outbox().revive_job(dead.front().id, t.clock().now()); });
  REQUIRE(run() == 1);
  CHECK(t.mailer().count_for(email("ada@example.org")) == 1);
}

TEST_CASE("a job is given up after its last try, not before") {
  Config config;
  config.jobs.max_attempts = 3;
  WorkerFixture g{{.t = testing::TestAuth{config}}};
  REQUIRE_OK(g.sign_up("ada@example.org"));
  for (int i = 0; i < 3; ++i) {
    CHECK(g.outbox().depth().dead == 0);
    g.t.mailer().answer_next({DeliveryVerdict::retry_later, "timeout"});
    REQUIRE(g.run() == 1);
    g.t.clock().advance(10min);
  }
  CHECK(g.outbox().depth().dead == 1);
  CHECK(g.outbox().depth().pending == 0);
}

TEST_CASE_FIXTURE(WorkerFixture, "a mail whose code has expired is dropped, not sent") {
  REQUIRE_OK(sign_up("ada@example.org"));
  t.clock().advance(1h);
  REQUIRE(run() == 1);
  CHECK(t.mailer().count_for(email("ada@example.org")) == 0);
  CHECK(outbox().depth().pending == 0);
  CHECK(outbox().depth().dead == 0);
  const auto told = t.events().last(EventKind::mail_expired);
  REQUIRE(told);
  CHECK(told->mail == mail_kind::verification_code);
  CHECK(told->reason == "expired");
}

TEST_CASE_FIXTURE(WorkerFixture, "a job whose worker died is done by another after the lease") {
  REQUIRE_OK(sign_up("ada@example.org"));
  REQUIRE(claim_as_another().size() == 1);
  CHECK(run() == 0);
  t.clock().advance(15s);
  CHECK(run() == 1);
  CHECK(t.mailer().count_for(email("ada@example.org")) == 1);
}

TEST_CASE_FIXTURE(WorkerFixture, "a running worker delivers what is written, and stops when told") {
  t.worker().start();
  REQUIRE_OK(sign_up("ada@example.org"));
  CHECK(t.mailer().wait_for(email("ada@example.org"), 1));
  t.worker().stop();
  REQUIRE_OK(sign_up("bob@example.org"));
  CHECK(t.mailer().count_for(email("bob@example.org")) == 0);
  CHECK(outbox().depth().pending == 1);
}

TEST_CASE("a try is one that ended: none is given up before as many as are allowed") {
  Config config;
  config.jobs.max_attempts = 3;
  WorkerFixture f{{.t = testing::TestAuth{config}}};
  f.people(20);
  // Claimed and put down again and again by workers that come to nothing: no tries.
  for (int i = 0; i < 5; ++i) {
    for (const auto& job : f.claim_as_another()) {
      f.t.store().transact([&](Transaction& tx) {
        return tx.outbox().release_job(job.job.id, job.lease, f.t.clock().now());
      });
    }
  }
  for (int round = 1; round <= 3; ++round) {
    CHECK(f.outbox().depth().dead == 0);
    for (int i = 0; i < 20; ++i) {
      f.t.mailer().answer_next({DeliveryVerdict::retry_later, "450", DeliveryProblem::busy});
    }
    CHECK(f.t.deliver_mail() == 20);
    f.t.clock().advance(5min);
  }
  CHECK(f.t.mailer().attempts() == 60);
  CHECK(f.outbox().depth().dead == 20);
}

TEST_CASE(
    "a mail that another secret key sealed waits for that key, however often it is looked at") {
  Config config;
  config.jobs.max_attempts = 3;
  config.jobs.max_backoff = 60s;
  WorkerFixture f{{.t = testing::TestAuth{config}}};
  f.people(1);
  Auth other{f.auth().config(), Secret{std::string_view{"another secret of thirty-two byte"}},
             f.auth().parts()};
  jobs::MailWorker stranger{other.services(), f.t.mailer()};
  for (int round = 0; round < 6; ++round) {
    CHECK(stranger.run_once() == 1);
    const auto waiting = f.outbox().list_jobs(JobState::pending, 10);
    REQUIRE(waiting.size() == 1);
    CHECK(waiting[0].attempts == 0);
    CHECK(waiting[0].next_attempt_at == f.t.clock().now() + 60s);
    CHECK(f.t.events().last(EventKind::mail_delayed)->job == waiting[0].id);
    f.t.clock().advance(60s);
  }
  CHECK(f.reasons(EventKind::mail_delayed) == std::vector<std::string>(6, "unreadable"));
  CHECK(f.outbox().depth().dead == 0);
  SUBCASE("and is delivered when it is there") {
    CHECK(f.run() == 1);
    CHECK(f.t.mailer().count_for(email("user0@example.org")) == 1);
    CHECK(f.outbox().depth().pending == 0);
  }
  SUBCASE("or until it has expired") {
    f.t.clock().advance(1h);
    CHECK(stranger.run_once() == 1);
    CHECK(f.outbox().depth().pending == 0);
    CHECK(f.t.events().count(EventKind::mail_expired) == 1);
  }
}

TEST_CASE("what was delivered while the database went away is not sent again") {
  Config config;
  config.jobs.in_doubt = 20;
  config.jobs.in_doubt_after = 0;
  WorkerFixture f{{.t = testing::TestAuth{config}}};
  f.people(50);
  HeldMailer mailer{30};
  jobs::MailWorker worker{f.auth().services(), mailer};
  worker.start();
  mailer.wait_for(20);
  f.t.faults().take_down();
  mailer.let_go();
  REQUIRE(f.t.events().wait_for(EventKind::background_failed));
  while (mailer.inner.attempts() < 50) std::this_thread::yield();
  SUBCASE("and comes back soon") {}
  SUBCASE("and comes back when every lease has run out") { f.t.clock().advance(1min); }
  f.t.faults().bring_back();
  worker.wake();
  REQUIRE(f.t.events().wait_for(EventKind::background_recovered));
  CHECK(worker.stop());
  CHECK(f.outbox().depth().pending == 0);
  CHECK(mailer.inner.attempts() == 50);
  CHECK(f.t.events().count(EventKind::mail_delivered) == 50);
}

TEST_CASE_FIXTURE(WorkerFixture,
                  "a mail that was delivered is gone, though another worker has it") {
  people(1);
  HeldMailer mailer;
  jobs::MailWorker worker{auth().services(), mailer};
  worker.start();
  mailer.wait_for(1);
  worker.request_stop();
  t.clock().advance(1min);
  const auto taken = claim_as_another();
  mailer.let_go();
  CHECK(worker.stop());
  CHECK(outbox().depth().pending == 0);
  if (!taken.empty()) {  // unless the lease was renewed just then
    CHECK_FALSE(t.store().transact([&](Transaction& tx) {
      return tx.outbox().retry_job(taken[0].job.id, taken[0].lease, t.clock().now(), "450");
    }));
  }
}

TEST_CASE("a worker delivers as many mails at once as it may, and claims no more") {
  Config config;
  config.jobs.concurrency = 4;
  config.jobs.in_doubt = 4;
  config.jobs.in_doubt_after = 0;
  WorkerFixture f{{.t = testing::TestAuth{config}}};
  f.people(25);
  HeldMailer mailer{15};
  jobs::MailWorker worker{f.auth().services(), mailer};
  worker.start();
  mailer.wait_for(4);
  CHECK(f.claim_as_another().size() == 6);
  mailer.let_go();
  CHECK(worker.stop());
  CHECK(mailer.most() == 4);
  CHECK(mailer.inner.attempts() == 19);
  CHECK(f.outbox().depth().pending == 6);
}

TEST_CASE_FIXTURE(WorkerFixture,
                  "a worker begins with one mail at a time: a few need one connection") {
  people(40);
  HeldMailer mailer;
  jobs::MailWorker worker{auth().services(), mailer};
  worker.start();
  mailer.wait_for(1);
  CHECK(claim_as_another(15s).size() == 10);
  worker.request_stop();
  mailer.let_go();
  CHECK(worker.stop());
  CHECK(mailer.most() == 1);
  CHECK(mailer.inner.attempts() == 1);
}

TEST_CASE("a lease is renewed while a delivery goes on") {
  Config config;
  config.jobs.lease = 5s;
  config.jobs.poll_interval = 100ms;
  WorkerFixture f{{.t = testing::TestAuth{config}}};
  f.people(1);
  HeldMailer mailer;
  jobs::MailWorker worker{f.auth().services(), mailer};
  worker.start();
  mailer.wait_for(1);
  const auto first_end = f.outbox().next_due(mail_channel).value();
  f.t.clock().advance(4s);
  while (f.outbox().next_due(mail_channel).value() == first_end) std::this_thread::sleep_for(10ms);
  CHECK(f.outbox().next_due(mail_channel).value() == f.t.clock().now() + 5s);
  mailer.let_go();
  CHECK(worker.stop());
}

TEST_CASE_FIXTURE(WorkerFixture,
                  "a worker that stops waits for the mail in hand no longer than it is given") {
  people(1);
  HeldMailer mailer;
  {
    jobs::MailWorker worker{auth().services(), mailer};
    worker.start();
    mailer.wait_for(1);
    CHECK_FALSE(worker.stop(0ms));
    CHECK(outbox().depth().pending == 1);
    mailer.let_go();
  }
  CHECK(mailer.inner.attempts() == 1);
  CHECK(outbox().depth().pending == 0);
}

TEST_CASE("a mail that every worker dies of is given up, and takes no others with it") {
  Config config;
  config.jobs.max_abandoned = 4;
  WorkerFixture f{{.t = testing::TestAuth{config}}};
  f.people(5);
  // Five in the hands of a worker that dies, again and again.
  for (int i = 0; i < 4; ++i) {
    CHECK(f.claim_as_another().size() == 5);
    f.t.clock().advance(15s);
  }
  REQUIRE_OK(f.sign_up("new@example.org"));
  // The new one first, the suspects one by one.
  CHECK(f.run() == 6);
  CHECK(f.mails_to("new@example.org") == 1);
  f.t.deliver_mail();
  CHECK(f.outbox().depth().dead == 5);
  CHECK(f.outbox().depth().pending == 0);
  CHECK(f.reasons(EventKind::mail_given_up) == std::vector<std::string>(5, "abandoned"));
}

TEST_CASE("a server that takes few connections is sent all, and no mail loses a try for it") {
  // Has room for two.
  class Narrow final : public Mailer {
   public:
    Delivery deliver(const Mail&) override {
      const int now = ++open_;
      std::this_thread::sleep_for(2ms);
      --open_;
      if (now <= 2) return {DeliveryVerdict::delivered};
      ++turned_away_;
      return {DeliveryVerdict::retry_later, "greeting 421", DeliveryProblem::busy, true};
    }
    [[nodiscard]] int turned_away() const { return turned_away_; }

   private:
    std::atomic<int> open_{0}, turned_away_{0};
  };
  Config config;
  config.jobs.max_attempts = 2;
  config.jobs.poll_interval = 100ms;
  WorkerFixture f{{.t = testing::TestAuth{config}}};
  f.people(60);
  Narrow mailer;
  jobs::MailWorker worker{f.auth().services(), mailer};
  worker.start();
  while (f.outbox().depth().pending > 0) {
    std::this_thread::sleep_for(10ms);
    f.t.clock().advance(1s);
  }
  CHECK(worker.stop());
  CHECK(mailer.turned_away() > 0);
  CHECK(f.t.events().count(EventKind::mail_delivered) == 60);
  CHECK(f.t.events().count(EventKind::mail_delayed) == 0);
}

TEST_CASE_FIXTURE(WorkerFixture, "who has one connection and is turned away has tried") {
  people(2);
  const Delivery away{DeliveryVerdict::retry_later, "greeting 421", DeliveryProblem::busy, true};
  t.mailer().answer_next(away);
  t.mailer().answer_next(away);
  CHECK(run() == 2);
  for (const auto& job : outbox().list_jobs(JobState::pending, 10)) CHECK(job.attempts == 1);
  CHECK(t.events().count(EventKind::mail_delayed) == 2);
}

TEST_CASE_FIXTURE(WorkerFixture, "a mail that may have ended its worker is tried alone") {
  people(3);
  for (int i = 0; i < 2; ++i) {
    CHECK(claim_as_another().size() == 3);
    t.clock().advance(15s);
  }
  HeldMailer mailer;
  jobs::MailWorker worker{auth().services(), mailer};
  worker.start();
  mailer.wait_for(1);
  CHECK(outbox().depth().pending == 3);
  mailer.let_go();
  mailer.wait_for(3);
  while (outbox().depth().pending > 0) std::this_thread::yield();
  CHECK(mailer.most() == 1);
  CHECK(worker.stop());
}

TEST_CASE_FIXTURE(WorkerFixture,
                  "a delayed mail and one given up say which and why, in words of a closed set") {
  people(3);
  t.mailer().answer_next({DeliveryVerdict::retry_later, "RCPT TO 450", DeliveryProblem::busy});
  t.mailer().answer_next({DeliveryVerdict::refused, "RCPT TO 550", DeliveryProblem::recipient});
  t.mailer().answer_next({DeliveryVerdict::retry_later, std::string("words\0\n\xff", 8)});
  const auto ids = outbox().list_jobs(JobState::pending, 10);
  CHECK(t.deliver_mail() == 3);
  CHECK(t.events().last(EventKind::mail_delayed)->job == ids.at(2).id);
  CHECK(t.events().last(EventKind::mail_given_up)->job == ids.at(1).id);
  CHECK(reasons(EventKind::mail_delayed) == std::vector<std::string>{"busy", "not_said"});
  CHECK(reasons(EventKind::mail_given_up) == std::vector<std::string>{"recipient"});
  CHECK(t.events().last(EventKind::mail_delayed)->mail == mail_kind::verification_code);
  // What no Store could keep does not stop the others' verdicts.
  CHECK(outbox().list_jobs(JobState::pending, 10).at(1).last_error == "words???");
}

TEST_CASE_FIXTURE(WorkerFixture,
                  "a mail server that fails is told of once, and once when it is back") {
  people(4);
  for (int i = 0; i < 4; ++i) {
    t.mailer().answer_next(
        {DeliveryVerdict::retry_later, "connection refused", DeliveryProblem::unreachable});
  }
  CHECK(t.deliver_mail() == 4);
  CHECK(reasons(EventKind::mail_server_failing) == std::vector<std::string>{"unreachable"});
  CHECK(t.events().count(EventKind::mail_delayed) == 4);
  CHECK(lines(EventKind::mail_delayed) == 1);
  t.clock().advance(5s);
  CHECK(t.deliver_mail() == 4);
  CHECK(t.events().count(EventKind::mail_server_failing) == 1);
  CHECK(t.events().count(EventKind::mail_server_recovered) == 1);
}

TEST_CASE_FIXTURE(
    WorkerFixture,
    "a mail server that refuses the service is told of once, and once when it sends") {
  auto problem = DeliveryProblem::sender;
  SUBCASE("its address") {}
  SUBCASE("by its policy") { problem = DeliveryProblem::policy; }
  SUBCASE("for its quota") { problem = DeliveryProblem::quota; }
  people(3);
  const auto refuse = [&](DeliveryProblem why) {
    for (int i = 0; i < 3; ++i) {
      t.mailer().answer_next({DeliveryVerdict::retry_later, "MAIL FROM 550", why});
    }
    CHECK(t.deliver_mail() == 3);
    t.clock().advance(10min);
  };
  refuse(problem);
  refuse(problem);
  // Greylisting in between does not mean that it is willing.
  refuse(DeliveryProblem::busy);
  refuse(problem);
  CHECK(t.events().count(EventKind::mail_delayed) == 12);
  CHECK(lines(EventKind::mail_delayed) == 1 + 3);
  CHECK(reasons(EventKind::mail_server_failing) ==
        std::vector<std::string>{std::string{wire_name(problem)}});
  CHECK(lines(EventKind::mail_server_recovered) == 0);
  CHECK(t.deliver_mail() == 3);
  CHECK(lines(EventKind::mail_server_recovered) == 1);
}

TEST_CASE_FIXTURE(WorkerFixture,
                  "a mail that is delayed for another reason than before is told of again") {
  REQUIRE_OK(sign_up("refused@example.org"));
  const std::vector<DeliveryProblem> tries{DeliveryProblem::busy,   DeliveryProblem::policy,
                                           DeliveryProblem::policy, DeliveryProblem::quota,
                                           DeliveryProblem::busy,   DeliveryProblem::quota};
  int others = 0;
  for (const auto problem : tries) {
    t.mailer().answer_next({DeliveryVerdict::retry_later, "not now", problem});
    CHECK(t.deliver_mail() == 1);
    // Others are sent meanwhile.
    REQUIRE_OK(sign_up("user" + std::to_string(++others) + "@example.org"));
    t.deliver_mail();
    t.clock().advance(5min);
  }
  std::vector<std::string> told;
  for (const auto& event : t.events().all()) {
    if (event.kind == EventKind::mail_delayed && !event.repeated) told.push_back(event.reason);
  }
  CHECK(told == std::vector<std::string>{"busy", "policy", "quota", "busy", "quota"});
}

TEST_CASE_FIXTURE(WorkerFixture, "a mail server that fails for another reason is told of again") {
  people(1);
  for (const auto problem :
       {DeliveryProblem::unreachable, DeliveryProblem::unreachable, DeliveryProblem::login,
        DeliveryProblem::unreachable, DeliveryProblem::policy, DeliveryProblem::login}) {
    t.mailer().answer_next({DeliveryVerdict::retry_later, "not now", problem});
    CHECK(t.deliver_mail() == 1);
    t.clock().advance(5min);
  }
  CHECK(reasons(EventKind::mail_server_failing) ==
        std::vector<std::string>{"unreachable", "login", "policy"});
  CHECK(lines(EventKind::mail_delayed) == 3);
}

TEST_CASE_FIXTURE(WorkerFixture,
                  "one mail that a policy refuses is told of once while others are sent") {
  REQUIRE_OK(sign_up("refused@example.org"));
  for (int round = 0; round < 4; ++round) {
    t.mailer().answer_next(
        {DeliveryVerdict::retry_later, "RCPT TO 550 5.7.1", DeliveryProblem::policy});
    CHECK(t.deliver_mail() == 1);
    REQUIRE_OK(sign_up("user" + std::to_string(round) + "@example.org"));
    CHECK(t.deliver_mail() == 1);
    t.clock().advance(10min);
  }
  for (const auto kind : {EventKind::mail_delayed, EventKind::mail_server_failing,
                          EventKind::mail_server_recovered}) {
    CHECK(lines(kind) == 1);
  }
  CHECK(t.events().count(EventKind::mail_delayed) == 4);
}

TEST_CASE_FIXTURE(
    WorkerFixture,
    "a worker that cannot reach the database says so once, counts on, and says when it can") {
  t.faults().take_down();
  t.worker().start();
  const auto failures = [&] { return t.events().count(EventKind::background_failed); };
  while (failures() < 3) {
    t.worker().wake();
    std::this_thread::sleep_for(1ms);
  }
  CHECK(lines(EventKind::background_failed) == 1);
  CHECK(t.events().last(EventKind::background_failed)->part == "worker");
  CHECK(t.events().last(EventKind::background_failed)->reason == "store_unavailable");
  t.faults().bring_back();
  CHECK(t.events().wait_for(EventKind::background_recovered));
  t.worker().stop();
}

namespace {

class BrokenTemplates final : public MailTemplates {
 public:
  std::optional<MailContent> render(std::string_view, const MailParameters&) const override {
    if (knows_nothing) return std::nullopt;
    if (!subject.empty()) return MailContent{.subject = subject, .text = "Code", .html = {}};
    if (throws_int) throw 42;
    throw std::runtime_error("no such partial");
  }
  bool throws_int = false;
  bool knows_nothing = false;
  /// Rendered, where there is one.
  std::string subject{};
};

/// An Auth over what `t` has, with other templates, and somebody to tell what they throw.
Auth auth_over(coffeeauth::testing::TestAuth& t, MailTemplates& templates, Diagnostics& heard) {
  const auto& usual = t.auth().parts();
  return {t.auth().config(),
          Secret{"a secret key of at least 32 bytes"},
          {.store = usual.store,
           .cache = usual.cache,
           .counters = usual.counters,
           .clock = usual.clock,
           .random = usual.random,
           .judge = usual.judge,
           .hasher = usual.hasher,
           .keys = usual.keys,
           .templates = templates,
           .events = usual.events,
           .diagnostics = &heard}};
}

}  // namespace

TEST_CASE("what a template throws is told, whatever it is, and the mail waits for another try") {
  coffeeauth::testing::TestAuth t;
  coffeeauth::testing::RecordingDiagnostics heard;
  BrokenTemplates templates;
  Auth auth = auth_over(t, templates, heard);
  jobs::MailWorker worker{auth.services(), t.mailer()};
  REQUIRE_OK(
      auth.users().sign_up({.email = email("ada@example.org"), .password = password(good)}, {}));
  for (const bool throws_int : {false, true}) {
    templates.throws_int = throws_int;
    CHECK(worker.run_once() == 1);
    CHECK(t.store().outbox().depth().pending == 1);
    t.clock().advance(std::chrono::minutes{1});
  }
  REQUIRE(heard.told().size() == 2);
  CHECK(heard.told()[0].what == "mail template");
  CHECK(heard.told()[0].text == "no such partial");
  CHECK(heard.told()[1].text == "an exception of no known type");

  // As a Mailer would refuse it for good.
  templates.subject = "Your code\nBcc: eve@example.org";
  CHECK(worker.run_once() == 1);
  CHECK(t.store().outbox().depth().pending == 1);
  REQUIRE(heard.told().size() == 3);
  CHECK(heard.told()[2].text == "the subject is not one line");
  CHECK(t.mailer().delivered().empty());
  t.clock().advance(std::chrono::minutes{5});
  templates.subject = "Your code\r\n";
  CHECK(worker.run_once() == 1);
  REQUIRE(t.mailer().delivered().size() == 1);
  CHECK(t.mailer().delivered().front().subject == "Your code");
}

TEST_CASE("where the templates know no such kind, the library's own words are sent, or none") {
  coffeeauth::testing::TestAuth t;
  coffeeauth::testing::RecordingDiagnostics heard;
  BrokenTemplates templates;
  templates.knows_nothing = true;
  Auth auth = auth_over(t, templates, heard);
  jobs::MailWorker worker{auth.services(), t.mailer()};
  REQUIRE_OK(
      auth.users().sign_up({.email = email("ada@example.org"), .password = password(good)}, {}));
  CHECK(worker.run_once() == 1);
  REQUIRE(t.mailer().delivered().size() == 1);
  CHECK(t.mailer().delivered().front().subject.ends_with(": your verification code"));
  CHECK(heard.told().empty());

  // A later version's, or of a feature that this process is without.
  const auto job = make_mail_job("order_shipped", {.to = email("ada@example.org")},
                                 auth.services().vault, t.random(), t.clock().now(), std::nullopt);
  t.store().transact([&](Transaction& tx) { tx.outbox().enqueue(job); });
  CHECK(worker.run_once() == 1);
  CHECK(t.mailer().delivered().size() == 1);
  CHECK(t.store().outbox().depth().pending == 0);
  CHECK(t.store().outbox().depth().dead == 1);
  REQUIRE(heard.told().size() == 1);
  CHECK(heard.told()[0].which == "order_shipped");
  const auto told = t.events().last(EventKind::mail_given_up);
  REQUIRE(told);
  CHECK(told->reason == "template");
  CHECK(told->mail == "order_shipped");
}
