#include "coffeeauth/testing/doctest.hpp"

#include <stdexcept>
#include <string>
#include <vector>

#include "coffeeauth/jobs/worker.hpp"
#include "coffeeauth/kernel.hpp"
#include "lib/auth/services.hpp"
#include "lib/mail/sealed_job.hpp"
#include "tests/unit/users/fixture.hpp"

using namespace coffeeauth;
using namespace std::chrono_literals;

namespace {

/// Answers what it is told to, else that it delivered.
class ScriptedHandler final : public JobHandler {
 public:
  struct Seen {
    JobId id;
    std::string kind;
    std::string payload;
    std::optional<UtcTime> expires_at;
  };

  Delivery deliver(const Job& job) override {
    seen.push_back({job.id, job.kind, std::string{job.payload.expose_secret()}, job.expires_at});
    if (throws) throw std::runtime_error("the code is 001234");
    return answer;
  }

  std::vector<Seen> seen;
  Delivery answer{DeliveryVerdict::delivered};
  bool throws = false;
};

struct JobFixture : Fixture {
  JobId enqueue(std::string_view payload = "001234", std::optional<UtcTime> expires_at = {},
                std::string_view channel = "sms") {
    return t.store().transact([&](Transaction& tx) {
      return auth().kernel().enqueue_job(
          tx, {.channel = channel, .kind = "code", .payload = payload, .expires_at = expires_at});
    });
  }
  OutboxReads& outbox() { return t.store().outbox(); }

  ScriptedHandler handler;
  jobs::JobWorker worker{t.auth().services(), "sms", handler};
};

}  // namespace

TEST_CASE_FIXTURE(JobFixture, "a handler gets what a feature enqueued, and the job is gone") {
  const auto id = enqueue("001234", t.clock().now() + 5min);
  const auto sealed = outbox().list_sealed_jobs(JobId{}, 10);
  REQUIRE(sealed.size() == 1);
  CHECK(sealed[0].channel == "sms");
  CHECK(sealed[0].sealed_payload.find("001234") == std::string::npos);

  CHECK(worker.run_once() == 1);

  REQUIRE(handler.seen.size() == 1);
  CHECK(handler.seen[0].id == id);
  CHECK(handler.seen[0].kind == "code");
  CHECK(handler.seen[0].payload == "001234");
  CHECK(handler.seen[0].expires_at == t.clock().now() + 5min);
  CHECK(outbox().depth().pending == 0);
  const auto told = t.events().last(EventKind::job_delivered);
  REQUIRE(told);
  CHECK(told->mail == "code");
  CHECK(told->job == id);
  CHECK(told->details == std::vector<EventDetail>{{"channel", "sms"}});
  CHECK(t.events().count(EventKind::mail_delivered) == 0);
}

TEST_CASE_FIXTURE(JobFixture, "a worker of one channel leaves the jobs of all others alone") {
  enqueue();
  enqueue("x", {}, "push");
  REQUIRE_OK(sign_up("ada@example.org"));
  CHECK(t.deliver_mail() == 1);
  CHECK(t.mailer().delivered().size() == 1);
  CHECK(handler.seen.empty());
  CHECK(outbox().depth().pending == 2);

  t.clock().advance(1s);
  REQUIRE_OK(sign_up("eve@example.org"));
  CHECK(worker.run_once() == 1);
  CHECK(worker.run_once() == 0);
  CHECK(handler.seen.size() == 1);
  const auto rest = outbox().list_jobs(JobState::pending, 10);
  REQUIRE(rest.size() == 2);
  CHECK(rest[0].channel == "push");
  CHECK(rest[1].channel == mail_channel);
  for (const auto& job : rest) CHECK(job.abandoned == 0);
}

TEST_CASE_FIXTURE(JobFixture, "a job that must wait comes back later, under the same id") {
  const auto id = enqueue();
  handler.answer = {DeliveryVerdict::retry_later, "HTTP 503", DeliveryProblem::busy};
  CHECK(worker.run_once() == 1);
  CHECK(worker.run_once() == 0);
  CHECK(t.events().last(EventKind::job_delayed)->reason == "busy");
  handler.answer = {DeliveryVerdict::delivered};
  t.clock().advance(5s);
  CHECK(worker.run_once() == 1);
  REQUIRE(handler.seen.size() == 2);
  CHECK(handler.seen[0].id == id);
  CHECK(handler.seen[1].id == id);
}

TEST_CASE_FIXTURE(JobFixture, "a refused job is dead at once, and can be revived") {
  const auto id = enqueue();
  handler.answer = {DeliveryVerdict::refused, "HTTP 400"};
  CHECK(worker.run_once() == 1);
  const auto dead = outbox().list_jobs(JobState::dead, 10);
  REQUIRE(dead.size() == 1);
  CHECK(dead[0].last_error == "HTTP 400");
  CHECK(dead[0].channel == "sms");
  CHECK(t.events().count(EventKind::job_given_up) == 1);

  handler.answer = {DeliveryVerdict::delivered};
  t.store().transact([&](Transaction& tx) { return tx.outbox().revive_job(id, t.clock().now()); });
  CHECK(t.deliver_mail() == 0);
  CHECK(worker.run_once() == 1);
  CHECK(outbox().depth().dead == 0);
}

TEST_CASE_FIXTURE(JobFixture, "an expired job is dropped, and never handed over") {
  enqueue("001234", t.clock().now() + 5min);
  t.clock().advance(5min);
  CHECK(worker.run_once() == 1);
  CHECK(handler.seen.empty());
  CHECK(outbox().depth().pending == 0);
  CHECK(t.events().count(EventKind::job_expired) == 1);
}

TEST_CASE_FIXTURE(JobFixture,
                  "a handler that throws is tried again, and its words are told nowhere") {
  enqueue();
  handler.throws = true;
  CHECK(worker.run_once() == 1);
  const auto waiting = outbox().list_jobs(JobState::pending, 10);
  REQUIRE(waiting.size() == 1);
  CHECK(waiting[0].attempts == 1);
  CHECK(waiting[0].last_error == "the job handler failed");
  CHECK(t.events().last(EventKind::job_delayed)->reason == "handler");
}

TEST_CASE_FIXTURE(JobFixture,
                  "the receiver of a channel fails and recovers beside the mail server") {
  enqueue();
  handler.answer = {DeliveryVerdict::retry_later, "no connection", DeliveryProblem::unreachable};
  CHECK(worker.run_once() == 1);
  const auto failing = t.events().last(EventKind::job_server_failing);
  REQUIRE(failing);
  CHECK(failing->reason == "unreachable");
  CHECK(failing->details == std::vector<EventDetail>{{"channel", "sms"}});
  handler.answer = {DeliveryVerdict::delivered};
  t.clock().advance(1min);
  CHECK(worker.run_once() == 1);
  CHECK(t.events().count(EventKind::job_server_recovered) == 1);
  CHECK(t.events().count(EventKind::mail_server_failing) == 0);
}

TEST_CASE_FIXTURE(JobFixture, "a job is opened as one of its own channel, kind and id alone") {
  const auto& vault = auth().services().vault;
  const auto now = t.clock().now();
  const auto job =
      make_job({.channel = "sms", .kind = "code", .payload = "001234"}, vault, t.random(), now);
  REQUIRE(open_job(job, vault));
  CHECK(open_job(job, vault)->expose_secret() == "001234");
  auto other = job;
  other.channel = "push";
  CHECK_FALSE(open_job(other, vault));
  other = job;
  other.kind = "test";
  CHECK_FALSE(open_job(other, vault));
  other = job;
  other.id = JobId::make(now, t.random());
  CHECK_FALSE(open_job(other, vault));

  // A worker of a version without channels claims it as a mail, and gives it back.
  other = job;
  other.channel = mail_channel;
  t.store().transact([&](Transaction& tx) { tx.outbox().enqueue(other); });
  CHECK(t.worker().run_once() == 1);
  CHECK(t.mailer().delivered().empty());
  CHECK(outbox().depth().pending == 1);
  CHECK(outbox().list_jobs(JobState::pending, 1).at(0).attempts == 0);
}

TEST_CASE_FIXTURE(JobFixture, "a job in a transaction that is rolled back was never written") {
  auto tx = t.store().begin();
  auth().kernel().enqueue_job(*tx, {.channel = "sms", .kind = "code", .payload = "1"});
  tx.reset();
  CHECK(worker.run_once() == 0);
  CHECK(outbox().depth().pending == 0);
}

TEST_CASE_FIXTURE(JobFixture,
                  "a channel or kind that is no word is refused, and so is that of mails") {
  for (const auto* channel : {"", "mail", "S", "a b", "sms/"}) {
    CAPTURE(channel);
    CHECK_THROWS_AS(enqueue("x", {}, channel), std::invalid_argument);
  }
  CHECK_THROWS_AS((jobs::JobWorker{auth().services(), "mail", handler}), std::invalid_argument);
  CHECK(outbox().depth().pending == 0);
}
