#include "coffeeauth/testing/doctest.hpp"

#include <set>
#include <string>

#include "coffeeauth/jobs/scheduler.hpp"
#include "tests/unit/users/fixture.hpp"

using namespace coffeeauth;
using namespace std::chrono_literals;

TEST_CASE_FIXTURE(Fixture, "unverified users go after 48 hours, verified ones never") {
  const auto kept = verified_user("ada@example.org");
  REQUIRE_OK(sign_up("early@example.org"));
  t.clock().advance(1h);
  REQUIRE_OK(sign_up("late@example.org"));
  jobs::Scheduler scheduler{auth().services()};

  t.clock().advance(47h - 1ms);
  CHECK(scheduler.run_once().unverified_users == 0);
  t.clock().advance(2ms);
  const auto report = scheduler.run_once();
  CHECK(report.acted);
  CHECK(report.unverified_users == 1);
  t.clock().advance(24h * 365);
  CHECK(scheduler.run_once().unverified_users == 1);
  CHECK(t.store().users().count({}) == 1);
  CHECK_OK(auth().users().get(kept.id));
}

TEST_CASE_FIXTURE(Fixture, "a clean-up larger than a batch goes on to its end") {
  Config config;
  config.jobs.clean_up_batch = 3;
  Fixture f{.t = testing::TestAuth{config}};
  for (int i = 0; i < 10; ++i) {
    REQUIRE_OK(f.sign_up("user" + std::to_string(i) + "@example.org"));
  }
  f.t.clock().advance(49h);
  jobs::Scheduler scheduler{f.auth().services()};
  const auto report = scheduler.run_once();
  CHECK(report.unverified_users == 10);
  CHECK(report.expired_mails == 10);
  // Each batch is told in its transaction.
  std::size_t told = 0;
  for (const auto& event : f.t.events().all()) {
    if (event.kind == EventKind::unverified_users_deleted) told += event.count;
  }
  CHECK(told == 10);
}

TEST_CASE_FIXTURE(Fixture,
                  "codes, counts and decoys go when their time is over, of every account") {
  verified_user("ada@example.org");
  REQUIRE_OK(sign_up("ada@example.org", other_good));
  verified_user("bob@example.org");
  jobs::Scheduler scheduler{auth().services()};
  t.clock().advance(49h);
  CHECK(scheduler.run_once().stale > 0);
  CHECK(scheduler.run_once().stale == 0);
  CHECK_OK(log_in("ada@example.org"));
}

TEST_CASE_FIXTURE(Fixture, "of several schedulers one acts") {
  jobs::Scheduler first{auth().services()};
  jobs::Scheduler second{auth().services()};
  CHECK(first.run_once().acted);
  CHECK_FALSE(second.run_once().acted);
  CHECK(first.run_once().acted);
  t.clock().advance(1h);  // the first one died
  CHECK(second.run_once().acted);
}

TEST_CASE_FIXTURE(Fixture, "a scheduler that stops lets another one act at once") {
  jobs::Scheduler first{auth().services()};
  jobs::Scheduler second{auth().services()};
  REQUIRE(first.run_once().acted);
  REQUIRE_FALSE(second.run_once().acted);
  SUBCASE("it is told to stop") { first.stop(); }
  SUBCASE("and one that never had the lease takes it from nobody") {
    second.stop();
    CHECK_FALSE(second.run_once().acted);
    first.stop();
  }
  SUBCASE("also when it does not know whether it has the lease") {
    t.faults().lose_next_answer();
    CHECK_THROWS_AS(static_cast<void>(first.run_once()), Unavailable);
    first.stop();
  }
  CHECK(second.run_once().acted);
}

TEST_CASE_FIXTURE(Fixture, "a Store that is gone does not keep a scheduler from stopping") {
  jobs::Scheduler scheduler{auth().services()};
  REQUIRE(scheduler.run_once().acted);
  t.faults().take_down();
  scheduler.stop();
  t.faults().bring_back();
  CHECK(scheduler.run_once().acted);
}

TEST_CASE_FIXTURE(Fixture, "sessions past their end are removed") {
  verified_user("ada@example.org");
  REQUIRE_OK(log_in("ada@example.org"));
  jobs::Scheduler scheduler{auth().services()};
  CHECK(scheduler.run_once().sessions == 0);
  t.clock().advance(24h * 14);
  CHECK(scheduler.run_once().sessions == 1);
}

TEST_CASE_FIXTURE(Fixture, "a running scheduler cleans up by itself, and stops when told") {
  REQUIRE_OK(sign_up("ada@example.org"));
  t.clock().advance(49h);
  jobs::Scheduler scheduler{auth().services()};
  scheduler.start();
  CHECK(t.events().wait_for(EventKind::unverified_users_deleted));
  scheduler.stop();
  CHECK(t.store().users().count({}) == 0);
}

TEST_CASE_FIXTURE(Fixture,
                  "mails that expired are told of, and those given up stay until their time") {
  REQUIRE_OK(sign_up("ada@example.org"));
  REQUIRE_OK(sign_up("bob@example.org"));
  t.mailer().answer_next({DeliveryVerdict::refused, "550"});
  REQUIRE(t.worker().run_once() == 2);
  REQUIRE_OK(sign_up("eve@example.org"));
  jobs::Scheduler scheduler{auth().services()};
  t.clock().advance(2h);
  const auto report = scheduler.run_once();
  CHECK(report.expired_mails == 1);
  CHECK(report.dead_mails == 0);
  CHECK(t.events().last(EventKind::mail_expired)->count == 1);
  CHECK(t.store().outbox().depth().dead == 1);
  t.clock().advance(24h * 30);
  CHECK(scheduler.run_once().dead_mails == 1);
  CHECK(t.store().outbox().depth().dead == 0);
}

TEST_CASE_FIXTURE(Fixture,
                  "a step of the clean-up that fails keeps none of the others from their work") {
  verified_user("ada@example.org");
  REQUIRE_OK(log_in("ada@example.org"));
  REQUIRE_OK(sign_up("eve@example.org"));
  t.clock().advance(24h * 14);
  jobs::Scheduler scheduler{auth().services()};
  const auto failed_parts = [&] {
    std::set<std::string> parts;
    for (const auto& event : t.events().all()) {
      if (event.kind == EventKind::background_failed) parts.insert(event.part);
    }
    return parts;
  };
  // Three calls take the lease; the next is the first step's.
  t.faults().fail_call(4);
  CHECK_THROWS_AS(static_cast<void>(scheduler.run_once()), Unavailable);
  CHECK(failed_parts() == std::set<std::string>{"unverified_users"});
  CHECK(t.store().outbox().depth().pending == 0);
  CHECK(t.store().users().count({}) == 2);
  const auto report = scheduler.run_once();
  CHECK(report.sessions == 0);
  CHECK(report.unverified_users == 1);
  CHECK(t.events().count(EventKind::background_recovered) == 1);
}
