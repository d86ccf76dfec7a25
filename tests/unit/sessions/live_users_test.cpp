#include "lib/sessions/live_users.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace coffeeauth;
using namespace std::chrono_literals;

namespace {

const UtcTime noon{1'700'000'000'000ms};

template <class IdType>
IdType nth(std::uint8_t n) {
  UuidBytes bytes{};
  bytes.at(12) = n;
  bytes.at(15) = n;
  return IdType{bytes};
}

LiveSession live(std::uint8_t session, std::uint8_t user, std::string name = "Ada") {
  return {.session = {.id = nth<SessionId>(session),
                      .user_id = nth<UserId>(user),
                      .idle_expires_at = noon + 1h,
                      .expires_at = noon + 2h,
                      .address = {},
                      .user_agent = {}},
          .user = {.id = nth<UserId>(user),
                   .email = EmailAddress::parse("ada@example.org").value(),
                   .first_name = std::move(name),
                   .last_name = {}}};
}

struct Known {
  LiveUsers users{1s, 1'000};

  void put(const LiveSession& one, UtcTime now = noon) {
    users.put(users.begin(one.session.id, one.user.id), one, now);
  }
  bool knows(std::uint8_t session, std::uint8_t user, UtcTime now = noon) {
    return users.find(nth<SessionId>(session), nth<UserId>(user), now).has_value();
  }
};

}  // namespace

TEST_CASE_FIXTURE(Known, "who a session belongs to is known for less than the lifetime") {
  put(live(1, 1));
  CHECK(knows(1, 1));
  CHECK(knows(1, 1, noon + 999ms));
  CHECK_FALSE(knows(1, 1, noon + 1s));
  CHECK_FALSE(knows(1, 1, noon - 1ms));
  CHECK_FALSE(knows(2, 1));
}

TEST_CASE_FIXTURE(Known, "a session is nobody else's") {
  put(live(1, 1));
  CHECK_FALSE(knows(1, 2));
}

TEST_CASE_FIXTURE(Known, "a session is not known beyond its own end") {
  auto idle = live(1, 1);
  idle.session.idle_expires_at = noon + 500ms;
  auto old = live(2, 1);
  old.session.expires_at = noon + 500ms;
  put(idle);
  put(old);
  for (const std::uint8_t session : {std::uint8_t{1}, std::uint8_t{2}}) {
    CHECK(knows(session, 1, noon + 499ms));
    CHECK_FALSE(knows(session, 1, noon + 500ms));
  }
}

TEST_CASE_FIXTURE(Known, "forgetting a user forgets every session of theirs and nobody else's") {
  put(live(1, 1));
  put(live(2, 1));
  put(live(3, 2));
  users.forget(nth<UserId>(1));
  CHECK_FALSE(knows(1, 1));
  CHECK_FALSE(knows(2, 1));
  CHECK(knows(3, 2));
  put(live(1, 1));
  CHECK(knows(1, 1));
}

TEST_CASE_FIXTURE(Known, "forgetting a session leaves the user's others") {
  put(live(1, 1));
  put(live(2, 1));
  users.forget(nth<SessionId>(1));
  CHECK_FALSE(knows(1, 1));
  CHECK(knows(2, 1));
}

TEST_CASE_FIXTURE(Known, "what was read before a write is not known after it") {
  const auto before = live(1, 1, "before");
  const auto reading = users.begin(before.session.id, before.user.id);
  SUBCASE("of the user") { users.forget(before.user.id); }
  SUBCASE("of the session") { users.forget(before.session.id); }
  users.put(reading, before, noon);
  CHECK_FALSE(knows(1, 1));
}

TEST_CASE_FIXTURE(Known, "what is read again replaces what was known") {
  put(live(1, 1, "Ada"));
  put(live(1, 1, "Augusta"), noon + 500ms);
  const auto found = users.find(nth<SessionId>(1), nth<UserId>(1), noon + 1'400ms);
  REQUIRE(found);
  CHECK(found->first_name == "Augusta");
}

TEST_CASE("no more sessions are known than there is room for, and old ones make room") {
  LiveUsers users{1s, 32};
  const auto put = [&](std::uint8_t n, UtcTime now) {
    const auto one = live(n, 1);
    users.put(users.begin(one.session.id, one.user.id), one, now);
  };
  for (int n = 0; n < 256; ++n) put(static_cast<std::uint8_t>(n), noon);
  const auto full = users.size();
  CHECK(full > 0);
  CHECK(full <= 32);
  for (int n = 255; n >= 0; --n) put(static_cast<std::uint8_t>(n), noon + 1s);
  CHECK(users.size() <= 32);
  CHECK(users.find(nth<SessionId>(255), nth<UserId>(1), noon + 1s));
}

TEST_CASE(
    "that a session was live is remembered beyond its lifetime, for its version, until it died") {
  for (const auto lifetime : {0ms, 1'000ms}) {
    LiveUsers users{lifetime, 100};
    auto one = live(1, 1);
    one.user.security_version = 3;
    CHECK_FALSE(users.was_live(one.session.id, 3));
    users.put(users.begin(one.session.id, one.user.id), one, noon);
    CHECK(users.was_live(one.session.id, 3));
    CHECK_FALSE(users.was_live(one.session.id, 2));
    CHECK_FALSE(users.was_live(nth<SessionId>(2), 3));
    users.died(one.session.id);
    CHECK_FALSE(users.was_live(one.session.id, 3));
  }
}

TEST_CASE("a session that was opened or refreshed here is remembered before anybody asks") {
  LiveUsers users{1s, 100};
  users.opened(nth<SessionId>(1), 1);
  CHECK(users.was_live(nth<SessionId>(1), 1));
  users.opened(nth<SessionId>(1), 2);
  CHECK(users.was_live(nth<SessionId>(1), 2));
  CHECK_FALSE(users.was_live(nth<SessionId>(1), 1));
  CHECK(users.size() == 0);
}

TEST_CASE("no more sessions are remembered than there is room for, the latest of them") {
  SeenSessions seen{32};
  for (int n = 0; n < 256; ++n) {
    seen.note(nth<SessionId>(static_cast<std::uint8_t>(n)), 1);
    CHECK(seen.size() <= 32);
    // One that is met again and again stays.
    seen.note(nth<SessionId>(7), 1);
    if (n > 7) CHECK(seen.holds(nth<SessionId>(7), 1));
  }
  CHECK(seen.holds(nth<SessionId>(255), 1));
  CHECK(seen.holds(nth<SessionId>(241), 1));
  CHECK_FALSE(seen.holds(nth<SessionId>(1), 1));
  SeenSessions none{0};
  none.note(nth<SessionId>(1), 1);
  CHECK(none.size() == 0);
}

TEST_CASE("with no lifetime or no room nothing is known") {
  LiveUsers no_lifetime{0ms, 100};
  LiveUsers no_room{1s, 0};
  for (auto* users : {&no_lifetime, &no_room}) {
    const auto one = live(1, 1);
    users->put(users->begin(one.session.id, one.user.id), one, noon);
    CHECK_FALSE(users->find(one.session.id, one.user.id, noon));
    CHECK(users->size() == 0);
  }
}

TEST_CASE("nobody who asks after a write is told what was before it, however many read meanwhile") {
  LiveUsers users{1s, 1'000};
  const auto session = nth<SessionId>(1);
  const auto user = nth<UserId>(1);
  std::atomic<int> stored{0};  // stands for the Store
  std::atomic<bool> done{false};
  const auto ask = [&] {
    if (const auto known = users.find(session, user, noon)) return std::stoi(known->first_name);
    const auto reading = users.begin(session, user);
    const auto read = stored.load();
    users.put(reading, live(1, 1, std::to_string(read)), noon);
    return read;
  };
  std::vector<std::thread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&] {
      while (!done) ask();
    });
  }
  int stale = 0;
  for (int write = 1; write <= 20'000; ++write) {
    stored = write;
    users.forget(user);
    if (ask() != write) ++stale;
  }
  done = true;
  for (auto& reader : readers) reader.join();
  CHECK(stale == 0);
}
