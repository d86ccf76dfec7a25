#include <doctest/doctest.h>

#include "coffeeauth/jobs/worker.hpp"
#include "tests/recording_diagnostics.hpp"
#include "tests/unit/users/fixture.hpp"

using namespace coffeeauth;
using namespace std::chrono_literals;

namespace {

struct WorkerFixture : Fixture {
  OutboxReads& outbox() { return t.store().outbox(); }
  std::size_t run() { return t.worker().run_once(); }
};

}  // namespace

TEST_CASE_FIXTURE(WorkerFixture, "a delivered job is gone, payload and all") {
  REQUIRE(sign_up("ada@example.org").has_value());
  CHECK(outbox().depth().pending == 1);
  CHECK(run() == 1);
  CHECK(t.mailer().count_for(email("ada@example.org")) == 1);
  CHECK(outbox().depth().pending == 0);
  CHECK(outbox().depth().dead == 0);
}

TEST_CASE_FIXTURE(WorkerFixture,
                  "a job that must wait comes back later, with the same Message-ID") {
  REQUIRE(sign_up("ada@example.org").has_value());
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
  REQUIRE(sign_up("ada@example.org").has_value());
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
  REQUIRE(g.sign_up("ada@example.org").has_value());
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
  REQUIRE(sign_up("ada@example.org").has_value());
  t.clock().advance(1h);
  REQUIRE(run() == 1);
  CHECK(t.mailer().count_for(email("ada@example.org")) == 0);
  CHECK(outbox().depth().pending == 0);
  CHECK(outbox().depth().dead == 0);
}

TEST_CASE_FIXTURE(WorkerFixture, "a job whose worker died is done by another after the lease") {
  REQUIRE(sign_up("ada@example.org").has_value());
  const auto lease = LeaseId::make(t.clock().now(), t.random());
  const auto claimed = t.store().transact([&](Transaction& tx) {
    return tx.outbox().claim_jobs(10, lease, t.clock().now(), t.clock().now() + 120s);
  });
  REQUIRE(claimed.size() == 1);
  CHECK(run() == 0);
  t.clock().advance(120s);
  CHECK(run() == 1);
  CHECK(t.mailer().count_for(email("ada@example.org")) == 1);
}

TEST_CASE_FIXTURE(WorkerFixture, "a running worker delivers what is written, and stops when told") {
  t.worker().start();
  REQUIRE(sign_up("ada@example.org").has_value());
  CHECK(t.mailer().wait_for(email("ada@example.org"), 1));
  t.worker().stop();
  REQUIRE(sign_up("bob@example.org").has_value());
  CHECK(t.mailer().count_for(email("bob@example.org")) == 0);
  CHECK(outbox().depth().pending == 1);
}

namespace {

class BrokenTemplates final : public MailTemplates {
 public:
  MailContent render(std::string_view, const MailParameters&) const override {
    if (throws_int) throw 42;
    throw std::runtime_error("no such partial");
  }
  bool throws_int = false;
};

}  // namespace

TEST_CASE("what a template throws is told, whatever it is, and the mail waits for another try") {
  coffeeauth::testing::TestAuth t;
  coffeeauth::testing::RecordingDiagnostics heard;
  BrokenTemplates templates;
  const auto& usual = t.auth().parts();
  Auth auth{t.auth().config(),
            Secret{"a secret key of at least 32 bytes"},
            {.store = usual.store,
             .cache = usual.cache,
             .counters = usual.counters,
             .clock = usual.clock,
             .random = usual.random,
             .hasher = usual.hasher,
             .keys = usual.keys,
             .templates = templates,
             .events = usual.events,
             .diagnostics = &heard}};
  jobs::MailWorker worker{auth.services(), t.mailer()};
  REQUIRE(auth.users()
              .sign_up({.email = email("ada@example.org"), .password = password(good)}, {})
              .has_value());
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
}
