#include "coffeeauth/testing/faulty_store.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include "coffeeauth/memory/memory.hpp"

using namespace coffeeauth;

namespace {

struct Fixture {
  std::unique_ptr<Store> inner = memory::make_memory_store();
  testing::FaultyStore store{*inner};

  void create() {
    const NewUser user{.id = UserId{},
                       .email = EmailAddress::restore("ada@example.org", "ada@example.org"),
                       .first_name = "",
                       .last_name = "",
                       .password_hash = {}};
    store.transact([&](Transaction& tx) { static_cast<void>(tx.users().create_user(user)); });
  }
  std::size_t users() { return inner->users().count({}); }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a store without faults is the store within") {
  create();
  CHECK(users() == 1);
  CHECK(store.users().count({}) == 1);
  CHECK_NOTHROW(store.ping());
}

TEST_CASE_FIXTURE(Fixture, "whichever call of a transaction fails, nothing of it stays") {
  // begin, users(), commit
  for (std::size_t n = 1; n <= 3; ++n) {
    store.fail_call(n);
    CHECK_THROWS_AS(create(), Unavailable);
    CHECK(users() == 0);
  }
  create();
  CHECK(users() == 1);
}

TEST_CASE_FIXTURE(Fixture,
                  "a commit that fails leaves nothing, one whose answer is lost leaves all") {
  store.fail_next_commit();
  CHECK_THROWS_AS(create(), Unavailable);
  CHECK(users() == 0);

  store.lose_next_answer();
  CHECK_THROWS_AS(create(), Unavailable);
  CHECK(users() == 1);
}

TEST_CASE_FIXTURE(Fixture, "a slow call waits as it was told to, once, while others go on") {
  std::size_t meanwhile = 99;
  store.slow_call(1, [&] {
    store.ping();
    meanwhile = users();
  });
  create();
  CHECK(meanwhile == 0);
  CHECK(users() == 1);
  meanwhile = 99;
  store.ping();
  CHECK(meanwhile == 99);
}

TEST_CASE_FIXTURE(Fixture,
                  "a transaction with a failed call cannot be committed by who ignores it") {
  CHECK_THROWS_AS(store.transact([&](Transaction& tx) {
    store.fail_call(1);
    CHECK_THROWS_AS(static_cast<void>(tx.users()), Unavailable);
  }),
                  Unavailable);
}

TEST_CASE_FIXTURE(Fixture, "a store that was taken down fails every call until it is back") {
  store.take_down();
  CHECK_THROWS_AS(store.ping(), Unavailable);
  CHECK_THROWS_AS(static_cast<void>(store.users()), Unavailable);
  CHECK_THROWS_AS(static_cast<void>(store.sessions()), Unavailable);
  CHECK_THROWS_AS(static_cast<void>(store.outbox()), Unavailable);
  CHECK_THROWS_AS(static_cast<void>(store.keys()), Unavailable);
  CHECK_THROWS_AS(create(), Unavailable);
  store.bring_back();
  create();
  CHECK(users() == 1);
}

TEST_CASE_FIXTURE(Fixture, "calls are counted, so that each of them can be made to fail") {
  const auto before = store.calls();
  create();
  CHECK(store.calls() - before == 3);
}
