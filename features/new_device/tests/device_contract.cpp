#include <algorithm>
#include <cstdint>

#include "coffeeauth/new_device/sql.hpp"
#include "coffeeauth/sql/sql.hpp"
#include "features/new_device/tests/world.hpp"
#include "lib/testing/contract/race.hpp"
#include "lib/testing/contract/samples.hpp"
#include "tests/postgres_server.hpp"

namespace coffeeauth::new_device {
namespace {

using testing::noon;
using testing::nth;
using testing::nth_digest;

const UserId ada = nth<UserId>(1);
const UserId bob = nth<UserId>(2);

std::vector<FeatureDigest> device(std::uint64_t n) { return {nth_digest<FeatureDigest>(n)}; }

/// A Store with two users, and the rows over it.
struct Trial {
  explicit Trial(const Backend& backend, NewDeviceOptions rules = {})
      : options(rules), store(backend.harness().fresh()), devices(backend.devices_over(*store)) {
    for (const std::uint64_t n : {1, 2}) {
      store->transact(
          [&](Transaction& tx) { static_cast<void>(tx.users().create_user(testing::user(n))); });
    }
  }

  [[nodiscard]] Sighting see(const std::vector<FeatureDigest>& digests, UtcTime now = noon,
                             const UserId& user = ada) const {
    return store->transact(
        [&](Transaction& tx) { return devices->in(tx)->see(user, digests, options, now); });
  }
  [[nodiscard]] Sighting see(std::uint64_t n, UtcTime now = noon, const UserId& user = ada) const {
    return see(device(n), now, user);
  }
  [[nodiscard]] std::size_t clean(UtcTime cutoff, std::size_t limit = 100) const {
    return store->transact(
        [&](Transaction& tx) { return devices->in(tx)->delete_unseen(cutoff, limit); });
  }

  const NewDeviceOptions options;
  std::unique_ptr<Store> store;
  std::unique_ptr<DeviceStore> devices;
};

void first_and_others(const Backend& backend) {
  const Trial t{backend};
  CHECK(t.see(1) == Sighting::first);
  CHECK(t.see(1) == Sighting::known);
  CHECK(t.see(2) == Sighting::fresh);
  CHECK(t.see(2) == Sighting::known);
  CHECK(t.see(1) == Sighting::known);
  CHECK_MESSAGE(t.see(2, noon, bob) == Sighting::first, "what one account is known by is its own");
}

void known_for_a_time(const Backend& backend) {
  const Trial t{backend, {.lifetime = 48h}};
  CHECK(t.see(1) == Sighting::first);
  CHECK_MESSAGE(t.see(1, noon + 48h - 1ms) == Sighting::known, "a moment before the end");
  CHECK_MESSAGE(t.see(1, noon + 95h) == Sighting::known, "each login makes it longer");
  CHECK_MESSAGE(t.see(1, noon + 95h + 48h) == Sighting::fresh, "over, and no first one again");
  CHECK(t.see(1, noon + 95h + 49h) == Sighting::known);
}

void several_digests(const Backend& backend) {
  const Trial t{backend, {.lifetime = 48h}};
  const auto older = nth_digest<FeatureDigest>(1);
  const auto newer = nth_digest<FeatureDigest>(2);
  CHECK(t.see({older}) == Sighting::first);
  CHECK_MESSAGE(t.see({newer, older}) == Sighting::known, "known by the digest of before");
  CHECK_MESSAGE(t.see({newer}) == Sighting::known, "and from then on by the new one");
  CHECK_MESSAGE(t.see({older}) == Sighting::known, "whoever has the key of before knows it, too");
  CHECK_MESSAGE(t.see({newer}, noon + 47h) == Sighting::known, "a device is seen by one digest");
  CHECK_MESSAGE(t.see({older}, noon + 49h) == Sighting::fresh, "the other is not, and ends");
  CHECK(t.see({nth_digest<FeatureDigest>(3), nth_digest<FeatureDigest>(4)}) == Sighting::fresh);
}

void capped(const Backend& backend) {
  const Trial t{backend, {.devices = 3}};
  CHECK(t.see(1) == Sighting::first);
  CHECK(t.see(2, noon + 1s) == Sighting::fresh);
  CHECK(t.see(3, noon + 2s) == Sighting::fresh);
  CHECK(t.see(9, noon + 2s, bob) == Sighting::first);
  CHECK(t.see(1, noon + 3s) == Sighting::known);
  CHECK_MESSAGE(t.see(4, noon + 4s) == Sighting::fresh, "the second makes room");
  for (const std::uint64_t n : {1, 3, 4}) CHECK(t.see(n, noon + 5s) == Sighting::known);
  CHECK(t.see(9, noon + 5s, bob) == Sighting::known);
  // Seen at one moment: the one that comes is never the one that goes.
  CHECK(t.see(2, noon + 5s) == Sighting::fresh);
  CHECK(t.see(2, noon + 5s) == Sighting::known);
}

void paced(const Backend& backend) {
  const Trial t{backend, {.notices_per_day = 2}};
  CHECK_MESSAGE(t.see(1) == Sighting::first, "is told to nobody, and counts for nothing");
  CHECK(t.see(2) == Sighting::fresh);
  CHECK(t.see(3, noon + 1h) == Sighting::fresh);
  CHECK(t.see(4, noon + 2h) == Sighting::paced);
  CHECK_MESSAGE(t.see(4, noon + 3h) == Sighting::paced, "what was not told of is not known");
  CHECK(t.see(3, noon + 3h) == Sighting::known);
  CHECK(t.see(4, noon + 24h - 1ms) == Sighting::paced);
  CHECK_MESSAGE(t.see(4, noon + 24h) == Sighting::fresh, "a day after the first notice");
  CHECK(t.see(5, noon + 24h) == Sighting::fresh);
  CHECK(t.see(6, noon + 24h) == Sighting::paced);
  CHECK(t.see(7, noon + 24h, bob) == Sighting::first);
  CHECK_MESSAGE(t.see(8, noon + 24h, bob) == Sighting::fresh, "each account has a count");
}

void cleaned(const Backend& backend) {
  const Trial t{backend};
  for (const std::uint64_t n : {1, 2, 3}) CHECK(t.see(n) != Sighting::known);
  CHECK(t.see(4, noon + 1ms) == Sighting::fresh);
  CHECK(t.see(1, noon + 1ms) == Sighting::known);
  CHECK(t.clean(noon - 1ms) == 0);
  CHECK(t.clean(noon, 1) == 1);
  CHECK(t.clean(noon) == 1);
  CHECK(t.clean(noon) == 0);
  for (const std::uint64_t n : {1, 4}) CHECK(t.see(n, noon + 1ms) == Sighting::known);
  CHECK(t.clean(noon + 1h) == 2);
  CHECK_MESSAGE(t.see(1, noon + 1h) == Sighting::fresh,
                "an account whose devices are all forgotten was seen before");
}

void belong_to_users(const Backend& backend) {
  const Trial t{backend};
  CHECK(t.see(1) == Sighting::first);
  CHECK(t.see(1, noon, bob) == Sighting::first);
  const auto erase = [&](bool commits) {
    static_cast<void>(t.store->transact([&](Transaction& tx) -> Result<void> {
      CHECK(tx.users().delete_user(ada, std::nullopt) == UserWriteOutcome::written);
      if (!commits) return ErrorCode::internal;
      return {};
    }));
  };
  erase(false);
  CHECK(t.see(1) == Sighting::known);
  erase(true);
  CHECK_MESSAGE(t.clean(noon) == 1, "one is left, which is another's");
}

void undone_with_their_transaction(const Backend& backend) {
  const Trial t{backend, {.notices_per_day = 1}};
  const auto and_fail = [&](std::uint64_t n, Sighting expected) {
    static_cast<void>(t.store->transact([&](Transaction& tx) -> Result<void> {
      CHECK(t.devices->in(tx)->see(ada, device(n), t.options, noon) == expected);
      return ErrorCode::internal;
    }));
  };
  and_fail(1, Sighting::first);
  CHECK(t.see(1) == Sighting::first);
  and_fail(2, Sighting::fresh);
  CHECK(t.see(3) == Sighting::fresh);
  CHECK(t.see(2) == Sighting::paced);
}

std::size_t count(const std::vector<Sighting>& seen, Sighting what) {
  return static_cast<std::size_t>(std::count(seen.begin(), seen.end(), what));
}

void races(const Backend& backend) {
  for (testing::Rounds rounds{backend.harness()}; rounds.next();) {
    const Trial t{backend, {.devices = 20, .notices_per_day = 4}};
    const auto first = testing::race(testing::race_threads, [&](std::size_t) { return t.see(1); });
    CHECK(count(first, Sighting::first) == 1);
    CHECK(count(first, Sighting::known) == testing::race_threads - 1);
    const auto second = testing::race(testing::race_threads, [&](std::size_t) { return t.see(2); });
    CHECK(count(second, Sighting::fresh) == 1);
    CHECK(count(second, Sighting::known) == testing::race_threads - 1);
    const auto many =
        testing::race(testing::race_threads, [&](std::size_t i) { return t.see(100 + i); });
    CHECK(count(many, Sighting::fresh) == 3);
    CHECK(count(many, Sighting::paced) == testing::race_threads - 3);
    const auto others = testing::race(testing::race_threads,
                                      [&](std::size_t i) { return t.see(100 + i, noon, bob); });
    CHECK(count(others, Sighting::first) == 1);
    CHECK(count(others, Sighting::fresh) == 4);
    // While they are deleted, one that is seen stays.
    const auto kept = testing::race(testing::race_threads, [&](std::size_t i) {
      if (i % 2 == 0) return t.clean(noon, 100) <= 100;
      static_cast<void>(t.see(1, noon + 1h));
      return true;
    });
    CHECK(testing::count_of(kept, true) == testing::race_threads);
    CHECK(t.see(1, noon + 1h) != Sighting::first);
  }
}

void device_contract(const Backend& backend) {
  SUBCASE("the first device is told from others, and all from those that are known") {
    first_and_others(backend);
  }
  SUBCASE("a device is known for a time after its last login") { known_for_a_time(backend); }
  SUBCASE("a device is known by each of its digests, and kept by the first") {
    several_digests(backend);
  }
  SUBCASE("the device that was not seen for longest makes room") { capped(backend); }
  SUBCASE("so many are told of in a day, and others are not remembered") { paced(backend); }
  SUBCASE("what was not seen for long is deleted in batches") { cleaned(backend); }
  SUBCASE("all rows go with their user") { belong_to_users(backend); }
  SUBCASE("a sighting is undone with its transaction") { undone_with_their_transaction(backend); }
  SUBCASE("of 64 logins at once as many are told of as may be") { races(backend); }
}

}  // namespace

TEST_CASE("devices in memory keep their contract") { device_contract(backends().at(0)); }
TEST_CASE("devices in SQLite keep their contract") { device_contract(backends().at(1)); }
TEST_CASE("devices in PostgreSQL keep their contract") { device_contract(backends().at(2)); }

TEST_CASE("logins at once are right under SERIALIZABLE, too") {
  testing::PostgresServer server;
  server.create_database("strict");
  auto options = server.options("strict");
  options.serializable = true;
  options.rooms = {migrations()};
  const auto store = sql::make_postgres_store(options);
  const auto devices = make_sql_devices();
  store->transact(
      [&](Transaction& tx) { static_cast<void>(tx.users().create_user(testing::user(1))); });
  for (std::uint64_t n = 0; n < 20; ++n) {
    CAPTURE(n);
    // Of more than two the slower ones would be told to try again later.
    const auto seen = testing::race(2, [&](std::size_t) {
      return store->transact([&](Transaction& tx) {
        return devices->in(tx)->see(ada, device(n), {.notices_per_day = 3}, noon);
      });
    });
    const auto expected = n == 0 ? Sighting::first : n < 4 ? Sighting::fresh : Sighting::paced;
    CHECK(count(seen, expected) == (n < 4 ? 1 : 2));
    CHECK(count(seen, Sighting::known) == (n < 4 ? 1 : 0));
  }
}

}  // namespace coffeeauth::new_device
