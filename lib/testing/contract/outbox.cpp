#include "coffeeauth/testing/doctest.hpp"

#include <set>

#include "coffeeauth/testing/contract/store.hpp"
#include "lib/testing/contract/channels.hpp"
#include "lib/testing/contract/each_alone.hpp"
#include "lib/testing/contract/race.hpp"

namespace coffeeauth::testing {
namespace {

using Numbers = std::vector<std::uint64_t>;

const JobId first = nth<JobId>(1);
const LeaseId mine = nth<LeaseId>(1);
const LeaseId yours = nth<LeaseId>(2);

Numbers numbers_of(const std::vector<ClaimedJob>& jobs) {
  Numbers numbers;
  for (const auto& claimed : jobs) numbers.push_back(claimed.job.id.bytes().back());
  return numbers;
}

struct Outbox : Trial {
  explicit Outbox(StoreHarness& harness, std::uint64_t jobs = 1) : Trial(harness) {
    for (std::uint64_t n = 1; n <= jobs; ++n) alone.enqueue(job(n));
  }
  [[nodiscard]] Numbers claimed(const LeaseId& lease, UtcTime now, std::size_t limit = 10) const {
    return numbers_of(alone.claim(limit, lease, now));
  }
  std::size_t delete_expired(UtcTime now, std::size_t limit = 100) const {
    return store->transact(
        [&](Transaction& tx) { return tx.outbox().delete_expired_jobs(now, limit); });
  }
  std::size_t delete_dead(UtcTime cutoff, std::size_t limit = 100) const {
    return store->transact(
        [&](Transaction& tx) { return tx.outbox().delete_dead_jobs(cutoff, limit); });
  }
};

void claiming(StoreHarness& harness) {
  SUBCASE("outbox: a claimed job is what was enqueued") {
    const Outbox t{harness};
    const auto jobs = t.alone.claim(10, mine);
    REQUIRE(jobs.size() == 1);
    const auto expected = job(1);
    CHECK(jobs[0].job.id == expected.id);
    CHECK(jobs[0].job.kind == expected.kind);
    CHECK(jobs[0].job.sealed_payload == expected.sealed_payload);
    CHECK(jobs[0].job.message_id == expected.message_id);
    CHECK(jobs[0].job.created_at == expected.created_at);
    CHECK(jobs[0].job.expires_at == expected.expires_at);
    CHECK(jobs[0].job.channel == mail_channel);
    CHECK(jobs[0].lease == mine);
    CHECK(jobs[0].attempts == 0);
    CHECK(jobs[0].abandoned == 0);
  }

  SUBCASE("outbox: the oldest are taken first, at most as many as asked, none before its time") {
    const Outbox t{harness, 0};
    for (std::uint64_t n = 1; n <= 4; ++n) {
      auto made = job(n);
      made.created_at = noon + std::chrono::seconds{10 - n};
      made.expires_at.reset();
      t.alone.enqueue(made);
    }
    CHECK(t.claimed(mine, noon).empty());
    CHECK(t.claimed(mine, noon + 8s, 2) == Numbers{4, 3});
    CHECK(t.claimed(mine, noon + 8s, 2) == Numbers{2});
    const auto last = t.alone.claim(2, mine, noon + 1min);
    REQUIRE(last.size() == 1);
    CHECK_FALSE(last[0].job.expires_at);
  }

  SUBCASE("outbox: a job under a lease is nobody else's until the lease has run out") {
    const Outbox t{harness};
    REQUIRE(t.claimed(mine, noon) == Numbers{1});
    CHECK(t.claimed(yours, noon + 60s - 1ms).empty());
    CHECK(t.claimed(mine, noon + 60s - 1ms).empty());
    const auto again = t.alone.claim(10, yours, noon + 60s + 1ms);
    REQUIRE(again.size() == 1);
    CHECK(again[0].lease == yours);
  }

  SUBCASE("outbox: a claim is no try, and one whose lease ran out is counted apart") {
    const Outbox t{harness};
    t.alone.claim(1, mine);
    CHECK(t.store->outbox().list_jobs(JobState::pending, 1).at(0).attempts == 0);
    const auto again = t.alone.claim(1, yours, noon + 1min);
    REQUIRE(again.size() == 1);
    CHECK(again[0].attempts == 0);
    CHECK(again[0].abandoned == 1);
    CHECK(t.alone.retry(first, yours, noon + 2min, "450"));
    const auto third = t.alone.claim(1, mine, noon + 2min);
    REQUIRE(third.size() == 1);
    CHECK(third[0].attempts == 1);
    CHECK(third[0].abandoned == 1);
    const auto listed = t.store->outbox().list_jobs(JobState::pending, 1);
    CHECK(listed.at(0).attempts == 1);
    CHECK(listed.at(0).abandoned == 1);
  }

  SUBCASE("outbox: a job that is given back unbegun is as if it had not been claimed") {
    const Outbox t{harness};
    t.alone.claim(1, mine);
    CHECK(t.alone.release(first, mine, noon + 5s));
    CHECK_FALSE(t.alone.release(first, mine, noon));
    CHECK(t.claimed(yours, noon + 5s - 1ms).empty());
    const auto again = t.alone.claim(1, yours, noon + 5s);
    REQUIRE(again.size() == 1);
    CHECK(again[0].attempts == 0);
    CHECK(again[0].abandoned == 0);
  }

  SUBCASE("outbox: of many workers no two get the same job, and all jobs are got") {
    for (Rounds rounds{harness}; rounds.next();) {
      const std::size_t jobs = harness.threads() * 5 / 8;
      const Outbox t{harness, jobs};
      const auto hands = race(t.threads, [&](std::size_t i) {
        return numbers_of(t.alone.claim(2, nth<LeaseId>(i + 1)));
      });
      std::multiset<std::uint64_t> all;
      for (const auto& hand : hands) all.insert(hand.begin(), hand.end());
      CHECK(all.size() == jobs);
      CHECK(std::set(all.begin(), all.end()).size() == jobs);
    }
  }
}

void renewing(StoreHarness& harness) {
  SUBCASE("outbox: a lease that is renewed lasts until its new end") {
    const Outbox t{harness};
    t.alone.claim(1, mine);
    CHECK(t.alone.renew(first, mine, noon + 2min));
    CHECK(t.claimed(yours, noon + 2min - 1ms).empty());
    CHECK(t.store->outbox().next_due(mail_channel) == noon + 2min);
    // Late, but another worker has not come by.
    CHECK(t.alone.renew(first, mine, noon + 4min));
    const auto again = t.alone.claim(1, yours, noon + 4min);
    REQUIRE(again.size() == 1);
    CHECK(again[0].abandoned == 1);
  }

  SUBCASE("outbox: of one who renews a lease and many who wait for its end, one has the job") {
    // Many holders, or the one would seldom be the first.
    for (Rounds rounds{harness, {.times = 4}}; rounds.next();) {
      const Outbox t{harness};
      t.alone.claim(1, mine);
      const auto got = race(t.threads, [&](std::size_t i) -> int {
        if (i % 8 != 0) return t.alone.renew(first, mine, noon + 1h) ? 1 : 0;
        return t.claimed(nth<LeaseId>(i + 10), noon + 1min).empty() ? 0 : 2;
      });
      // The holder may renew as often as it likes, and then nobody claims; or one claims.
      CHECK((count_of(got, 1) > 0 ? 1 : 0) + count_of(got, 2) == 1);
    }
  }
}

void finishing(StoreHarness& harness) {
  SUBCASE("outbox: a completed job is gone") {
    const Outbox t{harness};
    t.alone.claim(1, mine);
    CHECK(t.alone.complete(first));
    CHECK_FALSE(t.alone.complete(first));
    CHECK(t.store->outbox().depth().pending == 0);
    CHECK(t.claimed(mine, noon + 24h).empty());
  }

  SUBCASE("outbox: who has lost the lease changes nothing") {
    const Outbox t{harness};
    CHECK_FALSE(t.alone.retry(first, mine, noon, "early"));
    t.alone.claim(1, mine);
    t.alone.claim(1, yours, noon + 61s);
    CHECK_FALSE(t.alone.renew(first, mine, noon));
    CHECK_FALSE(t.alone.release(first, mine, noon));
    CHECK_FALSE(t.alone.retry(first, mine, noon, "late"));
    CHECK_FALSE(t.alone.bury(first, mine, "late"));
    CHECK(t.store->outbox().depth().pending == 1);
    CHECK(t.claimed(mine, noon + 62s).empty());
    CHECK(t.alone.retry(first, yours, noon + 2min, "450"));
  }

  SUBCASE("outbox: a job that was delivered is gone, though the news come when another has it") {
    const Outbox t{harness, 2};
    t.alone.claim(2, mine);
    t.alone.claim(2, yours, noon + 61s);
    CHECK(t.alone.complete(first));
    CHECK_FALSE(t.alone.retry(first, yours, noon + 2min, "450"));
    CHECK_FALSE(t.alone.renew(first, yours, noon + 2min));
    CHECK(t.alone.bury(nth<JobId>(2), yours, "550"));
    CHECK(t.alone.complete(nth<JobId>(2)));
    CHECK(t.store->outbox().depth().pending == 0);
    CHECK(t.store->outbox().depth().dead == 0);
  }

  SUBCASE("outbox: a job to be retried waits until then, and its tries add up") {
    const Outbox t{harness};
    t.alone.claim(1, mine);
    CHECK(t.alone.retry(first, mine, noon + 5s, "450"));
    CHECK_FALSE(t.alone.retry(first, mine, noon + 5s, "450"));
    CHECK(t.claimed(yours, noon + 5s - 1ms).empty());
    const auto listed = t.store->outbox().list_jobs(JobState::pending, 10);
    REQUIRE(listed.size() == 1);
    CHECK(listed[0].last_error == "450");
    CHECK(listed[0].attempts == 1);
    CHECK(listed[0].next_attempt_at == noon + 5s);
    const auto again = t.alone.claim(1, yours, noon + 5s);
    REQUIRE(again.size() == 1);
    CHECK(again[0].attempts == 1);
    CHECK(again[0].job.message_id == job(1).message_id);
  }

  SUBCASE("outbox: of many who complete one job, one is told that it did") {
    for (Rounds rounds{harness}; rounds.next();) {
      const Outbox t{harness};
      t.alone.claim(1, mine);
      const auto done =
          race(t.threads, [&](std::size_t) -> int { return t.alone.complete(first) ? 1 : 0; });
      CHECK(count_of(done, 1) == 1);
    }
  }
}

void dead_letters(StoreHarness& harness) {
  SUBCASE("outbox: a buried job is dead, can be looked at, and is not worked on") {
    const Outbox t{harness, 2};
    t.alone.claim(1, mine);
    CHECK(t.alone.bury(first, mine, "550"));
    CHECK_FALSE(t.alone.bury(first, mine, "550"));
    CHECK_FALSE(t.alone.renew(first, mine, noon + 1h));
    const auto dead = t.store->outbox().list_jobs(JobState::dead, 10);
    REQUIRE(dead.size() == 1);
    CHECK(dead[0].id == first);
    CHECK(dead[0].kind == "verification_code");
    CHECK(dead[0].state == JobState::dead);
    CHECK(dead[0].attempts == 1);
    CHECK(dead[0].created_at == noon);
    CHECK(dead[0].last_error == "550");
    CHECK(t.store->outbox().list_jobs(JobState::pending, 10).size() == 1);
    CHECK(t.claimed(yours, noon + 24h) == Numbers{2});
  }

  SUBCASE("outbox: a dead job that is revived is due at once, its tries at zero") {
    const Outbox t{harness};
    t.alone.claim(1, mine);
    t.alone.claim(1, mine, noon + 1min);
    t.alone.bury(first, mine, "550");
    CHECK(t.alone.revive(first, noon + 1h));
    CHECK(t.store->outbox().depth().dead == 0);
    CHECK_FALSE(t.alone.revive(nth<JobId>(9), noon));
    CHECK(t.store->outbox().next_due(mail_channel) == noon + 1h);
    const auto again = t.alone.claim(1, yours, noon + 1h);
    REQUIRE(again.size() == 1);
    CHECK(again[0].attempts == 0);
    CHECK(again[0].abandoned == 0);
    CHECK(again[0].job.sealed_payload == job(1).sealed_payload);
  }

  SUBCASE("outbox: a job that waits for its next try is due at once when it is revived") {
    const Outbox t{harness};
    t.alone.claim(1, mine);
    CHECK(t.alone.retry(first, mine, noon + 1h, "450"));
    CHECK(t.alone.revive(first, noon + 1s));
    const auto again = t.alone.claim(1, mine, noon + 1s);
    REQUIRE(again.size() == 1);
    CHECK(again[0].attempts == 0);
    // In hand until the lease has run out; then its holder has lost it.
    CHECK_FALSE(t.alone.revive(first, noon + 61s - 1ms));
    CHECK(t.alone.revive(first, noon + 61s));
    CHECK_FALSE(t.alone.retry(first, mine, noon + 1h, "late"));
  }

  SUBCASE("outbox: of many who claim a job that others revive, one gets it") {
    for (Rounds rounds{harness}; rounds.next();) {
      const Outbox t{harness};
      const auto got = race(t.threads, [&](std::size_t i) -> int {
        if (i % 2 == 0) return t.alone.revive(first, noon) ? 0 : -1;
        return t.claimed(nth<LeaseId>(i + 10), noon).empty() ? 0 : 1;
      });
      CHECK(count_of(got, 1) == 1);
    }
  }
}

void overview(StoreHarness& harness) {
  SUBCASE("outbox: depth, list and next_due say how it stands") {
    const Outbox t{harness, 0};
    auto& outbox = t.store->outbox();
    CHECK(outbox.depth().pending == 0);
    CHECK_FALSE(outbox.depth().oldest_pending);
    CHECK_FALSE(outbox.next_due(mail_channel));
    for (std::uint64_t n = 1; n <= 3; ++n) {
      auto made = job(n);
      made.created_at = noon + std::chrono::seconds{n};
      t.alone.enqueue(made);
    }
    CHECK(outbox.depth().pending == 3);
    CHECK(outbox.depth().oldest_pending == noon + 1s);
    CHECK(outbox.next_due(mail_channel) == noon + 1s);
    const auto oldest = outbox.list_jobs(JobState::pending, 2);
    REQUIRE(oldest.size() == 2);
    CHECK(oldest[0].id == nth<JobId>(1));
    CHECK(oldest[1].id == nth<JobId>(2));

    t.alone.claim(1, mine, noon + 1s);
    CHECK(outbox.next_due(mail_channel) == noon + 2s);
    t.alone.bury(first, mine, "550");
    CHECK(outbox.depth().pending == 2);
    CHECK(outbox.depth().dead == 1);
    CHECK(outbox.depth().oldest_pending == noon + 2s);
    t.alone.claim(2, mine, noon + 3s);
    CHECK(outbox.next_due(mail_channel) == noon + 63s);
  }
}

void expiry(StoreHarness& harness) {
  SUBCASE("outbox: the clean-up deletes expired jobs, never one in hand or without an expiry") {
    const Outbox t{harness, 5};
    auto lasting = job(6);
    lasting.expires_at.reset();
    t.alone.enqueue(lasting);
    REQUIRE(t.claimed(mine, noon + 1h, 1) == Numbers{1});
    CHECK(t.delete_expired(noon + 1h) == 0);
    CHECK(t.delete_expired(noon + 1h + 1ms, 3) == 3);
    CHECK(t.delete_expired(noon + 1h + 1ms, 3) == 1);
    CHECK(t.delete_expired(noon + 1h + 1ms, 3) == 0);
    CHECK(t.store->outbox().depth().pending == 2);
    CHECK(t.delete_expired(noon + 1h + 61s) == 1);
    CHECK(t.claimed(yours, noon + 2h) == Numbers{6});
  }

  SUBCASE(
      "outbox: dead jobs outlive their expiry, and go when they were given up before the cutoff") {
    const Outbox t{harness, 3};
    for (std::uint64_t n = 1; n <= 2; ++n) {
      t.alone.claim(1, mine);
      CHECK(t.alone.bury(nth<JobId>(n), mine, "550", noon + 1s));
    }
    CHECK(t.delete_expired(noon + 24h) == 1);
    CHECK(t.store->outbox().depth().dead == 2);
    auto waiting = job(4);
    waiting.created_at = noon - 1h;
    t.alone.enqueue(waiting);
    CHECK(t.delete_dead(noon + 1s) == 0);
    CHECK(t.delete_dead(noon + 1s + 1ms, 1) == 1);
    CHECK(t.delete_dead(noon + 1s + 1ms) == 1);
    CHECK(t.store->outbox().depth().dead == 0);
    CHECK(t.store->outbox().depth().pending == 1);
  }

  SUBCASE("outbox: an old job that is revived and given up again is kept from then on") {
    const Outbox t{harness};
    t.alone.claim(1, mine);
    CHECK(t.alone.bury(first, mine, "550", noon));
    CHECK(t.alone.revive(first, noon + 24h));
    t.alone.claim(1, mine, noon + 24h);
    CHECK(t.alone.bury(first, mine, "550", noon + 25h));
    const auto dead = t.store->outbox().list_jobs(JobState::dead, 1);
    REQUIRE(dead.size() == 1);
    CHECK(dead[0].created_at == noon);
    CHECK(dead[0].next_attempt_at == noon + 25h);
    CHECK(t.delete_dead(noon + 25h) == 0);
    CHECK(t.delete_dead(noon + 25h + 1ms) == 1);
  }
}

}  // namespace

void outbox_contract(StoreHarness& harness) {
  claiming(harness);
  outbox_channels(harness);
  renewing(harness);
  finishing(harness);
  dead_letters(harness);
  overview(harness);
  expiry(harness);
}

}  // namespace coffeeauth::testing
