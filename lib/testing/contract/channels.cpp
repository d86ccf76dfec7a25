#include "lib/testing/contract/channels.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include "lib/testing/contract/each_alone.hpp"

namespace coffeeauth::testing {
namespace {

using Numbers = std::vector<std::uint64_t>;

const LeaseId mine = nth<LeaseId>(1);

Numbers numbers_of(const std::vector<ClaimedJob>& jobs) {
  Numbers numbers;
  for (const auto& claimed : jobs) numbers.push_back(claimed.job.id.bytes().back());
  return numbers;
}

/// Of two channels by turns, mails first; each a second younger than the one before it.
struct TwoChannels : Trial {
  explicit TwoChannels(StoreHarness& harness) : Trial(harness) {
    for (std::uint64_t n = 1; n <= 6; ++n) {
      auto made = job(n);
      made.created_at = noon + std::chrono::seconds{n};
      if (n % 2 == 0) made.channel = "push";
      alone.enqueue(made);
    }
  }
  [[nodiscard]] std::vector<ClaimedJob> claimed_of(std::string_view channel, std::size_t limit,
                                                   UtcTime now) const {
    return alone.claim(limit, mine, now, 60s, channel);
  }
  /// What a transaction reads, which is as much the Store's answer as what is read outside of one.
  [[nodiscard]] std::optional<UtcTime> due_inside(std::string_view channel) const {
    return store->transact([&](Transaction& tx) { return tx.outbox().next_due(channel); });
  }
  [[nodiscard]] std::vector<SealedJob> sealed_inside() const {
    return store->transact(
        [](Transaction& tx) { return tx.outbox().list_sealed_jobs(JobId{}, 10); });
  }
};

}  // namespace

void outbox_channels(StoreHarness& harness) {
  SUBCASE("outbox: a claim takes the jobs of its channel, the oldest first, and no others") {
    const TwoChannels t{harness};
    const auto first_two = t.claimed_of("push", 2, noon + 1min);
    CHECK(numbers_of(first_two) == Numbers{2, 4});
    for (const auto& claimed : first_two) CHECK(claimed.job.channel == "push");
    CHECK(numbers_of(t.claimed_of(mail_channel, 10, noon + 1min)) == Numbers{1, 3, 5});
    CHECK(numbers_of(t.claimed_of("push", 10, noon + 1min)) == Numbers{6});
    CHECK(t.claimed_of("pus", 10, noon + 1h).empty());
    CHECK(t.claimed_of("pushs", 10, noon + 1h).empty());
    CHECK(t.claimed_of("", 10, noon + 1h).empty());
    // Once the leases have run out, too.
    CHECK(numbers_of(t.claimed_of(mail_channel, 10, noon + 1h)) == Numbers{1, 3, 5});
  }

  SUBCASE("outbox: when the next job is due is said by channel, and the depth over all of them") {
    const TwoChannels t{harness};
    auto& outbox = t.store->outbox();
    CHECK(outbox.next_due(mail_channel) == noon + 1s);
    CHECK(outbox.next_due("push") == noon + 2s);
    CHECK(t.due_inside("push") == noon + 2s);
    CHECK_FALSE(outbox.next_due("pus"));
    CHECK(t.claimed_of(mail_channel, 10, noon + 10s).size() == 3);
    CHECK(outbox.next_due(mail_channel) == noon + 70s);
    CHECK(outbox.next_due("push") == noon + 2s);
    CHECK(outbox.depth().pending == 6);
    CHECK(outbox.depth().oldest_pending == noon + 1s);
  }

  SUBCASE("outbox: a job keeps its channel, however it is looked at and whatever befalls it") {
    const TwoChannels t{harness};
    const auto second = nth<JobId>(2);
    REQUIRE(t.claimed_of("push", 1, noon + 1min).size() == 1);
    CHECK(t.alone.retry(second, mine, noon + 2min, "503"));
    REQUIRE(t.claimed_of("push", 1, noon + 2min).size() == 1);
    CHECK(t.alone.bury(second, mine, "400"));
    const auto dead = t.store->outbox().list_jobs(JobState::dead, 10);
    REQUIRE(dead.size() == 1);
    CHECK(dead[0].channel == "push");
    CHECK(t.alone.revive(second, noon + 3min));
    for (const auto& one : t.store->outbox().list_jobs(JobState::pending, 10)) {
      CHECK(one.channel == (one.id.bytes().back() % 2 == 0 ? "push" : mail_channel));
    }
    for (const auto& sealed :
         {t.store->outbox().list_sealed_jobs(JobId{}, 10), t.sealed_inside()}) {
      CHECK(sealed.size() == 6);
      for (const auto& one : sealed) {
        CHECK(one.channel == (one.id.bytes().back() % 2 == 0 ? "push" : mail_channel));
      }
    }
    CHECK(numbers_of(t.claimed_of("push", 1, noon + 3min)) == Numbers{2});
  }
}

}  // namespace coffeeauth::testing
