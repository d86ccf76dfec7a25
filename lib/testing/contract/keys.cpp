#include "coffeeauth/testing/doctest.hpp"

#include <algorithm>

#include "coffeeauth/testing/contract/store.hpp"
#include "lib/testing/contract/each_alone.hpp"
#include "lib/testing/contract/race.hpp"

namespace coffeeauth::testing {
namespace {

std::vector<std::string> kids(const Trial& t) {
  std::vector<std::string> kids;
  for (const auto& stored : t.store->keys().list_keys()) kids.push_back(stored.kid);
  return kids;
}
using Kids = std::vector<std::string>;

void keys(StoreHarness& harness) {
  SUBCASE("keys: what was inserted is listed as it was") {
    const Trial t{harness};
    CHECK(kids(t).empty());
    CHECK(t.alone.insert_first(key("a")));
    const auto listed = t.store->keys().list_keys();
    REQUIRE(listed.size() == 1);
    CHECK(listed[0].kid == "a");
    CHECK(listed[0].algorithm == "ES256");
    CHECK(listed[0].sealed_private == key("a").sealed_private);
    CHECK(listed[0].created_at == noon);
    CHECK(listed[0].signs_from == noon + 1ms);
    CHECK_FALSE(listed[0].verifies_until);
  }

  SUBCASE("keys: a first key of another algorithm retires the one that signs") {
    const Trial t{harness};
    CHECK(t.alone.insert_first(key("a", "ES256"), noon + 1h));
    CHECK_FALSE(t.alone.insert_first(key("b", "ES256"), noon + 2h));
    CHECK_FALSE(t.store->keys().list_keys()[0].verifies_until);
    CHECK(t.alone.insert_first(key("c", "EdDSA"), noon + 3h));
    CHECK(kids(t) == Kids{"a", "c"});
    CHECK(t.store->keys().list_keys()[0].verifies_until == noon + 3h);
    CHECK_FALSE(t.store->keys().list_keys()[1].verifies_until);
    // And back: the retired one does not stand in the way.
    CHECK(t.alone.insert_first(key("d", "ES256"), noon + 4h));
    CHECK(t.store->keys().list_keys()[0].verifies_until == noon + 3h);
    CHECK(t.store->keys().list_keys()[1].verifies_until == noon + 4h);
    CHECK(kids(t) == Kids{"a", "c", "d"});
  }

  SUBCASE(
      "keys: of many processes that start with different algorithms, one key is without an end") {
    for (Rounds rounds{harness}; rounds.next();) {
      const Trial t{harness};
      t.alone.insert_first(key("a", "ES256"));
      race(t.threads, [&](std::size_t i) -> int {
        const auto* const algorithm = i % 2 == 0 ? "EdDSA" : "RS256";
        return t.alone.insert_first(key("k" + std::to_string(i), algorithm)) ? 1 : 0;
      });
      const auto left = t.store->keys().list_keys();
      CHECK(std::count_if(left.begin(), left.end(),
                          [](const StoredKey& one) { return !one.verifies_until; }) == 1);
    }
  }

  SUBCASE("keys: of many processes that start at once, one makes the key") {
    for (Rounds rounds{harness}; rounds.next();) {
      const Trial t{harness};
      const auto made = race(t.threads, [&](std::size_t i) -> int {
        return t.alone.insert_first(key("k" + std::to_string(i))) ? 1 : 0;
      });
      CHECK(count_of(made, 1) == 1);
      CHECK(kids(t).size() == 1);
    }
  }
}

void rotation(StoreHarness& harness) {
  SUBCASE("keys: a rotation retires the current key and adds the next, once") {
    const Trial t{harness};
    t.alone.insert_first(key("a"));
    auto next = key("b");
    next.signs_from = noon + 1h;
    CHECK(t.alone.rotate_key(next, "a", noon + 2h));
    const auto listed = t.store->keys().list_keys();
    REQUIRE(listed.size() == 2);
    CHECK(listed[0].kid == "a");
    CHECK(listed[0].verifies_until == noon + 2h);
    CHECK(listed[1].kid == "b");
    CHECK(listed[1].signs_from == noon + 1h);
    CHECK_FALSE(listed[1].verifies_until);

    CHECK_FALSE(t.alone.rotate_key(key("c"), "a", noon + 3h));
    CHECK_FALSE(t.alone.rotate_key(key("d"), "unknown", noon + 3h));
    CHECK(kids(t) == Kids{"a", "b"});
    CHECK(t.store->keys().list_keys()[0].verifies_until == noon + 2h);
  }

  SUBCASE("keys: of many rotations at once, one happens") {
    for (Rounds rounds{harness}; rounds.next();) {
      const Trial t{harness};
      t.alone.insert_first(key("a"));
      const auto done = race(t.threads, [&](std::size_t i) -> int {
        return t.alone.rotate_key(key("k" + std::to_string(i)), "a", noon + 1h) ? 1 : 0;
      });
      CHECK(count_of(done, 1) == 1);
      CHECK(kids(t).size() == 2);
    }
  }

  SUBCASE("keys: a revoked one is gone whatever its state, once") {
    const Trial t{harness};
    t.alone.insert_first(key("a"));
    t.alone.rotate_key(key("b"), "a", noon + 2h);
    CHECK_FALSE(t.alone.revoke("unknown"));
    CHECK(t.alone.revoke("b"));
    CHECK_FALSE(t.alone.revoke("b"));
    CHECK(kids(t) == Kids{"a"});
    // What was revoked cannot be rotated; a first key takes its place.
    CHECK_FALSE(t.alone.rotate_key(key("c"), "b", noon + 2h));
    CHECK(t.alone.insert_first(key("d")));
    CHECK(t.alone.revoke("a"));
    CHECK(kids(t) == Kids{"d"});
  }

  SUBCASE(
      "keys: one that is revoked while another process rotates it leaves one that signs, or none") {
    for (Rounds rounds{harness}; rounds.next();) {
      const Trial t{harness};
      t.alone.insert_first(key("a"));
      const auto done = race(t.threads, [&](std::size_t i) -> int {
        if (i == 0) return t.alone.revoke("a") ? 0 : -1;
        return t.alone.rotate_key(key("k" + std::to_string(i)), "a", noon + 1h) ? 1 : 0;
      });
      CHECK(count_of(done, -1) == 0);
      CHECK(count_of(done, 1) <= 1);
      const auto left = kids(t);
      CHECK(left.size() == static_cast<std::size_t>(count_of(done, 1)));
      CHECK(std::find(left.begin(), left.end(), "a") == left.end());
    }
  }

  SUBCASE("keys: those that no longer verify are deleted, the one that signs never") {
    const Trial t{harness};
    t.alone.insert_first(key("a"));
    auto next = key("b");
    next.signs_from = noon + 2h;
    t.alone.rotate_key(next, "a", noon + 2h);
    const auto delete_before = [&](UtcTime now) {
      return t.store->transact([&](Transaction& tx) { return tx.keys().delete_keys_before(now); });
    };
    CHECK(delete_before(noon + 2h) == 0);
    CHECK(delete_before(noon + 2h + 1ms) == 1);
    CHECK(delete_before(noon + 24h * 365) == 0);
    CHECK(kids(t) == Kids{"b"});
    CHECK_FALSE(t.alone.insert_first(key("c")));
  }
}

void leases(StoreHarness& harness) {
  const auto one = nth<LeaseId>(1);
  const auto two = nth<LeaseId>(2);

  SUBCASE("leases: the holder's is nobody else's until it is over; the holder may prolong it") {
    const Trial t{harness};
    CHECK(t.alone.acquire("clean-up", one));
    CHECK_FALSE(t.alone.acquire("clean-up", two, noon + 59s));
    CHECK(t.alone.acquire("other", two));
    CHECK(t.alone.acquire("clean-up", one, noon + 59s));
    CHECK_FALSE(t.alone.acquire("clean-up", two, noon + 118s));
    CHECK(t.alone.acquire("clean-up", two, noon + 120s));
    CHECK_FALSE(t.alone.acquire("clean-up", one, noon + 121s));
  }

  SUBCASE("leases: only the holder gives it back") {
    const Trial t{harness};
    const auto release = [&](const LeaseId& holder) {
      t.store->transact([&](Transaction& tx) { tx.keys().release_lease("clean-up", holder); });
    };
    t.alone.acquire("clean-up", one);
    release(two);
    CHECK_FALSE(t.alone.acquire("clean-up", two));
    release(one);
    release(one);
    CHECK(t.alone.acquire("clean-up", two));
  }

  SUBCASE("leases: of many at once, exactly one holds it") {
    for (Rounds rounds{harness}; rounds.next();) {
      const Trial t{harness};
      const auto held = race(t.threads, [&](std::size_t i) -> int {
        return t.alone.acquire("clean-up", nth<LeaseId>(i + 1)) ? 1 : 0;
      });
      CHECK(count_of(held, 1) == 1);
      const auto later = race(t.threads, [&](std::size_t i) -> int {
        return t.alone.acquire("clean-up", nth<LeaseId>(i + 100), noon + 61s) ? 1 : 0;
      });
      CHECK(count_of(later, 1) == 1);
    }
  }
}

}  // namespace

void key_contract(StoreHarness& harness) {
  keys(harness);
  rotation(harness);
  leases(harness);
}

}  // namespace coffeeauth::testing
