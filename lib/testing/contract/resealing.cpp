#include "coffeeauth/testing/doctest.hpp"

#include "coffeeauth/testing/contract/store.hpp"
#include "lib/testing/contract/each_alone.hpp"

namespace coffeeauth::testing {
namespace {

using Numbers = std::vector<std::uint64_t>;

const JobId first = nth<JobId>(1);
const LeaseId mine = nth<LeaseId>(1);
const LeaseId yours = nth<LeaseId>(2);

struct Outbox : Trial {
  Outbox(StoreHarness& harness, std::uint64_t jobs) : Trial(harness) {
    for (std::uint64_t n = 1; n <= jobs; ++n) alone.enqueue(job(n));
  }
};

void keys_anew(StoreHarness& harness) {
  SUBCASE("keys: what is sealed of one is replaced while it is what was read, and nothing else") {
    const Trial t{harness};
    t.alone.insert_first(key("a"));
    t.alone.rotate_key(key("b"), "a", noon + 2h);
    const auto before = key("a").sealed_private;
    const auto after = "\0\xff anew \0"s;
    CHECK_FALSE(t.alone.reseal_key("unknown", before, after));
    CHECK(t.alone.reseal_key("a", before, after));
    CHECK_FALSE(t.alone.reseal_key("a", before, "later"));
    const auto listed = t.store->keys().list_keys();
    REQUIRE(listed.size() == 2);
    CHECK(listed[0].kid == "a");
    CHECK(listed[0].sealed_private == after);
    CHECK(listed[0].algorithm == "ES256");
    CHECK(listed[0].created_at == noon);
    CHECK(listed[0].signs_from == noon + 1ms);
    CHECK(listed[0].verifies_until == noon + 2h);
    CHECK(listed[1].sealed_private == before);
  }
}

void jobs_anew(StoreHarness& harness) {
  SUBCASE("outbox: whatever is sealed is listed page by page, dead and in hand, too") {
    const Outbox t{harness, 5};
    t.alone.claim(2, mine);
    t.alone.bury(first, mine, "550");
    Numbers seen;
    JobId last;
    for (int pages = 0; pages < 4; ++pages) {
      const auto page = t.store->outbox().list_sealed_jobs(last, 2);
      CHECK(page.size() == (pages < 2 ? 2 : pages == 2 ? 1 : 0));
      for (const auto& one : page) {
        seen.push_back(one.id.bytes().back());
        CHECK(one.kind == "verification_code");
        CHECK(one.sealed_payload == job(1).sealed_payload);
        last = one.id;
      }
    }
    CHECK(seen == Numbers{1, 2, 3, 4, 5});
  }

  SUBCASE("outbox: a payload is replaced while it is what was read, whoever holds the job") {
    const Outbox t{harness, 2};
    const auto before = job(1).sealed_payload;
    const auto after = "\0\xff anew \0"s;
    t.alone.claim(1, mine);
    CHECK_FALSE(t.alone.reseal_job(nth<JobId>(9), before, after));
    CHECK(t.alone.reseal_job(first, before, after));
    CHECK_FALSE(t.alone.reseal_job(first, before, "later"));
    CHECK(t.store->outbox().list_sealed_jobs(JobId{}, 1).at(0).sealed_payload == after);
    CHECK(t.store->outbox().list_sealed_jobs(first, 1).at(0).sealed_payload == before);
    // The lease is as it was, and the job what it was.
    CHECK(t.alone.release(first, mine, noon));
    const auto jobs = t.alone.claim(1, yours);
    REQUIRE(jobs.size() == 1);
    CHECK(jobs[0].job.sealed_payload == after);
    CHECK(jobs[0].job.message_id == job(1).message_id);
    CHECK(jobs[0].abandoned == 0);
  }
}

}  // namespace

void reseal_contract(StoreHarness& harness) {
  keys_anew(harness);
  jobs_anew(harness);
}

}  // namespace coffeeauth::testing
