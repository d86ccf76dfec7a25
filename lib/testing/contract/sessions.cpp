#include "coffeeauth/testing/doctest.hpp"

#include <algorithm>
#include <numeric>

#include "coffeeauth/testing/contract/store.hpp"
#include "lib/testing/contract/each_alone.hpp"
#include "lib/testing/contract/login_codes.hpp"
#include "lib/testing/contract/race.hpp"

namespace coffeeauth::testing {
namespace {

const UserId ada = nth<UserId>(1);
const UserId bob = nth<UserId>(2);

struct TwoWhoLogIn : TwoUsers {
  using TwoUsers::TwoUsers;

  void open(std::uint64_t n, const UserId& owner, UtcTime used = noon) const {
    auto opened = session(n, owner);
    opened.session.last_used_at = used;
    REQUIRE(alone.open(opened) == OpenSessionOutcome::opened);
  }
  [[nodiscard]] std::vector<std::uint64_t> listed(const UserId& owner, UtcTime now = noon) const {
    std::vector<std::uint64_t> numbers;
    for (const auto& one : store->sessions().list_sessions(owner, now, 1'000)) {
      numbers.push_back(one.id.bytes().back());
    }
    return numbers;
  }
  std::size_t end_all(const UserId& owner, const std::optional<SessionId>& except = {}) const {
    return store->transact(
        [&](Transaction& tx) { return tx.sessions().end_sessions(owner, except); });
  }
  std::size_t delete_expired(UtcTime now, std::size_t limit = 100) const {
    return store->transact(
        [&](Transaction& tx) { return tx.sessions().delete_expired_sessions(now, limit); });
  }
};

using Numbers = std::vector<std::uint64_t>;

void opening(StoreHarness& harness) {
  SUBCASE("sessions: an opened one is live, with its user, and is the user's last login") {
    const TwoWhoLogIn t{harness};
    const auto opened = session(1, ada);
    REQUIRE(t.alone.open(opened) == OpenSessionOutcome::opened);
    const auto live = t.store->sessions().find_live(nth<SessionId>(1), noon);
    REQUIRE(live);
    CHECK(live->session.id == opened.session.id);
    CHECK(live->session.user_id == ada);
    CHECK(live->session.created_at == opened.session.created_at);
    CHECK(live->session.last_used_at == opened.session.last_used_at);
    CHECK(live->session.idle_expires_at == opened.session.idle_expires_at);
    CHECK(live->session.expires_at == opened.session.expires_at);
    CHECK(live->session.address == opened.session.address);
    CHECK(live->session.user_agent == opened.session.user_agent);
    CHECK(live->session.authenticated_at == opened.session.authenticated_at);
    CHECK(live->session.methods == opened.session.methods);
    CHECK(live->user == t.get(ada));
    CHECK(t.get(ada).last_login == noon);
    // A login is no change of the account: who edits it meanwhile has read what there is.
    CHECK(t.get(ada).version == 1);
    CHECK(t.get(ada).security_version == 1);
    CHECK_FALSE(t.get(bob).last_login);
  }

  SUBCASE("sessions: who changed since the password was checked gets none") {
    const TwoWhoLogIn t{harness};
    CHECK(t.alone.open(session(1, ada), 2) == OpenSessionOutcome::user_changed);
    CHECK(t.alone.open(session(2, nth<UserId>(9))) == OpenSessionOutcome::user_changed);
    CHECK_FALSE(t.get(ada).last_login);

    t.alone.update(ada, {.is_active = false});
    CHECK(t.alone.open(session(3, ada), t.get(ada).security_version) ==
          OpenSessionOutcome::user_changed);
    t.alone.update(bob, {.is_verified = false});
    CHECK(t.alone.open(session(4, bob), t.get(bob).security_version) ==
          OpenSessionOutcome::user_changed);
    for (std::uint64_t n = 1; n <= 4; ++n) CHECK_FALSE(t.is_live(nth<SessionId>(n)));
  }

  SUBCASE("sessions: who is disabled at the moment of login has none afterwards") {
    for (Rounds rounds{harness}; rounds.next();) {
      const TwoWhoLogIn t{harness};
      race(t.threads, [&](std::size_t i) -> int {
        if (i == 0) t.alone.update(ada, {.is_active = false});
        if (i != 0) t.alone.open(session(i, ada));
        return 0;
      });
      CHECK(t.listed(ada).empty());
      for (std::uint64_t n = 1; n < t.threads; ++n) CHECK_FALSE(t.is_live(nth<SessionId>(n)));
    }
  }
}

void proof(StoreHarness& harness) {
  SUBCASE("sessions: a later proof is kept with its time, and changes nothing else") {
    const TwoWhoLogIn t{harness};
    t.open(1, ada);
    t.open(2, ada);
    const auto mark = [&](std::uint64_t n, UtcTime now) {
      return t.store->transact([&](Transaction& tx) {
        return tx.sessions().mark_authenticated(nth<SessionId>(n), "password totp", now);
      });
    };
    const auto before = *t.store->sessions().find_live(nth<SessionId>(1), noon);
    CHECK(mark(1, noon + 2h));
    auto after = *t.store->sessions().find_live(nth<SessionId>(1), noon);
    CHECK(after.session.authenticated_at == noon + 2h);
    CHECK(after.session.methods == "password totp");
    CHECK(after.session.last_used_at == before.session.last_used_at);
    CHECK(after.session.idle_expires_at == before.session.idle_expires_at);
    CHECK(after.user == before.user);
    CHECK(t.store->sessions().find_live(nth<SessionId>(2), noon)->session.methods ==
          before.session.methods);
    CHECK_FALSE(mark(9, noon));
    CHECK_FALSE(mark(2, noon + 24h));
  }

  SUBCASE("sessions: an earlier proof takes nothing from a later one") {
    const TwoWhoLogIn t{harness};
    t.open(1, ada);
    const auto mark = [&](const char* methods, UtcTime now) {
      return t.store->transact([&](Transaction& tx) {
        return tx.sessions().mark_authenticated(nth<SessionId>(1), methods, now);
      });
    };
    CHECK(mark("password totp", noon + 2h));
    CHECK(mark("password", noon + 1h));
    const auto after = t.store->sessions().find_live(nth<SessionId>(1), noon)->session;
    CHECK(after.authenticated_at == noon + 2h);
    CHECK(after.methods == "password totp");
  }

  SUBCASE("sessions: a change of the account ends all but the one that it keeps") {
    const TwoWhoLogIn t{harness};
    for (std::uint64_t n = 1; n <= 3; ++n) t.open(n, ada);
    t.open(4, bob);
    t.alone.update(ada,
                   {.password_hash = PasswordHash{"$another"}, .keeps_session = nth<SessionId>(2)});
    CHECK(t.listed(ada) == Numbers{2});
    CHECK(t.listed(bob) == Numbers{4});
    // One of somebody else is kept by nobody.
    t.alone.update(ada,
                   {.password_hash = PasswordHash{"$a third"}, .keeps_session = nth<SessionId>(4)});
    CHECK(t.listed(ada).empty());
    CHECK(t.listed(bob) == Numbers{4});
  }
}

void cap(StoreHarness& harness) {
  SUBCASE("sessions: beyond the cap a login ends those that were not used for longest") {
    const TwoWhoLogIn t{harness};
    t.open(1, ada, noon + 2s);
    t.open(2, ada, noon + 3s);
    t.open(3, ada, noon + 1s);
    t.open(4, bob);
    auto next = session(5, ada);
    next.session.last_used_at = noon + 4s;
    CHECK(t.alone.open_one_of(3, next) == OpenedSession{OpenSessionOutcome::opened, 1});
    CHECK(t.listed(ada) == Numbers{5, 2, 1});
    CHECK_FALSE(t.is_live(nth<SessionId>(3)));
    CHECK(t.listed(bob) == Numbers{4});

    // Not itself, although all others were used later; and as many as it takes.
    CHECK(t.alone.open_one_of(2, session(6, ada)) == OpenedSession{OpenSessionOutcome::opened, 2});
    CHECK(t.listed(ada) == Numbers{5, 6});
    CHECK(t.alone.open_one_of(1, session(7, ada)) == OpenedSession{OpenSessionOutcome::opened, 2});
    CHECK(t.listed(ada) == Numbers{7});
    CHECK(t.alone.open_one_of(1, session(8, ada), 2).outcome == OpenSessionOutcome::user_changed);
    CHECK(t.listed(ada) == Numbers{7});
  }

  SUBCASE("sessions: however many log in at once, no more are left than the cap") {
    for (Rounds rounds{harness}; rounds.next();) {
      const TwoWhoLogIn t{harness};
      t.open(100, ada);
      t.open(101, bob);
      const auto ended = race(t.threads, [&](std::size_t i) -> std::size_t {
        const auto opened = t.alone.open_one_of(3, session(i + 1, ada));
        return opened.outcome == OpenSessionOutcome::opened ? opened.ended : 1'000;
      });
      CHECK(t.listed(ada).size() == 3);
      CHECK(std::accumulate(ended.begin(), ended.end(), std::size_t{0}) == t.threads + 1 - 3);
      CHECK(t.listed(bob) == Numbers{101});
    }
  }
}

void expiry(StoreHarness& harness) {
  SUBCASE("sessions: one ends when it is idle too long, or too old, whichever is first") {
    const TwoWhoLogIn t{harness};
    t.open(1, ada);
    auto old = session(2, ada);
    old.session.idle_expires_at = noon + 72h;
    old.session.expires_at = noon + 24h;
    t.alone.open(old);
    for (const auto& id : {nth<SessionId>(1), nth<SessionId>(2)}) {
      CHECK(t.is_live(id, noon + 24h - 1ms));
      CHECK_FALSE(t.is_live(id, noon + 24h + 1ms));
    }
    CHECK(t.listed(ada, noon + 24h + 1ms).empty());
  }

  SUBCASE("sessions: the clean-up deletes expired ones, at most as many as asked") {
    const TwoWhoLogIn t{harness};
    for (std::uint64_t n = 1; n <= 5; ++n) t.open(n, ada);
    auto lasting = session(6, ada);
    lasting.session.idle_expires_at = noon + 48h;
    t.alone.open(lasting);
    CHECK(t.delete_expired(noon + 24h - 1ms) == 0);
    CHECK(t.delete_expired(noon + 24h + 1ms, 3) == 3);
    CHECK(t.delete_expired(noon + 24h + 1ms, 3) == 2);
    CHECK(t.delete_expired(noon + 24h + 1ms, 3) == 0);
    CHECK(t.listed(ada) == Numbers{6});
  }
}

void lists(StoreHarness& harness) {
  SUBCASE("sessions: a user's own are listed, the last used first") {
    const TwoWhoLogIn t{harness};
    t.open(1, ada, noon + 2s);
    t.open(2, ada, noon + 3s);
    t.open(3, ada, noon + 1s);
    t.open(4, bob);
    CHECK(t.listed(ada) == Numbers{2, 1, 3});
    CHECK(t.listed(bob) == Numbers{4});
    CHECK(t.listed(nth<UserId>(9)).empty());
    CHECK(t.store->sessions().list_sessions(ada, noon, 2).size() == 2);
    CHECK(t.store->sessions().list_sessions(ada, noon, 2).back().id == nth<SessionId>(1));
    CHECK(t.store->sessions().list_sessions(ada, noon, 1).front().last_used_at == noon + 3s);
  }
}

void ending(StoreHarness& harness) {
  SUBCASE("sessions: one is ended once, and by nobody but its owner when one is named") {
    const TwoWhoLogIn t{harness};
    t.open(1, ada);
    t.open(2, ada);
    CHECK_FALSE(t.alone.end(nth<SessionId>(1), bob));
    CHECK(t.is_live(nth<SessionId>(1)));
    CHECK(t.alone.end(nth<SessionId>(1), ada));
    CHECK_FALSE(t.is_live(nth<SessionId>(1)));
    CHECK_FALSE(t.alone.end(nth<SessionId>(1), ada));
    CHECK(t.alone.end(nth<SessionId>(2)));
    CHECK_FALSE(t.alone.end(nth<SessionId>(2)));
  }

  SUBCASE("sessions: all of a user are ended but the one excepted") {
    const TwoWhoLogIn t{harness};
    for (std::uint64_t n = 1; n <= 3; ++n) t.open(n, ada);
    t.open(4, bob);
    CHECK(t.end_all(ada, nth<SessionId>(2)) == 2);
    CHECK(t.listed(ada) == Numbers{2});
    CHECK(t.end_all(ada) == 1);
    CHECK(t.end_all(ada) == 0);
    CHECK(t.listed(bob) == Numbers{4});
  }

  SUBCASE("sessions: of many who end one at once, one is told that it did") {
    for (Rounds rounds{harness}; rounds.next();) {
      const TwoWhoLogIn t{harness};
      t.open(1, ada);
      const auto ended = race(
          t.threads, [&](std::size_t) -> int { return t.alone.end(nth<SessionId>(1)) ? 1 : 0; });
      CHECK(count_of(ended, 1) == 1);
    }
  }
}

}  // namespace

void session_contract(StoreHarness& harness) {
  opening(harness);
  proof(harness);
  cap(harness);
  login_codes(harness);
  expiry(harness);
  lists(harness);
  ending(harness);
}

}  // namespace coffeeauth::testing
