// What one thread after the other may expect of tickets, codes that were sent, and counters.

#include "features/second_factor/contract/trial.hpp"

namespace coffeeauth::second_factor::contract {
namespace {

void tickets_are_read(FactorHarness& harness) {
  const Trial t{harness};
  auto whole = ticket(1);
  whole.methods = "email_code totp";
  whole.promise = "reauthenticate";
  whole.subject = "the token of \xC3\xA9 reset";
  whole.session = nth<SessionId>(9);
  whole.attempts = 2;
  whole.code = sent_code(5);
  t.put(whole);
  t.put(ticket(2));
  const auto read = t.alone([&](Factors& rows) {
    return rows.find_ticket({digest(99), digest(1)}, noon);
  });
  REQUIRE(read);
  CHECK(*read == whole);
  CHECK(t.find(2) == ticket(2));
  CHECK_FALSE(t.find(3));
  CHECK(t.find(1, noon + 10min - 1ms));
  CHECK_FALSE(t.find(1, noon + 10min));

  auto later = ticket(1, ada, noon + 5min);
  t.put(later);
  CHECK_MESSAGE(t.find(1, noon + 14min) == later, "one with the same digest takes its place");
}

void tickets_make_room(FactorHarness& harness) {
  const Trial t{harness};
  t.put(ticket(9, bob, noon - 1min), 2);
  for (const std::uint64_t n : {1, 2, 3}) t.put(ticket(n, ada, noon + 1s * n), 2);
  CHECK_FALSE(t.find(1));
  CHECK(t.find(2));
  CHECK(t.find(3));
  CHECK_MESSAGE(t.find(9), "those of another account stay");
  t.put(ticket(3, ada, noon + 3s), 2);
  CHECK_MESSAGE(t.find(2), "one that is put again needs no more room");
  for (const std::uint64_t n : {4, 5, 6}) {
    auto other = ticket(n, ada, noon + 1s * n);
    other.promise = "another";
    t.put(other, 2);
  }
  CHECK_FALSE(t.find(4));
  CHECK_MESSAGE(t.find(2), "those of another promise stay");
}

void tickets_count_attempts(FactorHarness& harness) {
  const Trial t{harness};
  t.put(ticket(1));
  t.put(ticket(2));
  CHECK(t.spend(3, 3) == 0);
  CHECK(t.spend(1, 3, noon + 10min) == 0);
  for (const std::size_t n : {1, 2, 3}) CHECK(t.spend(1, 3) == n);
  CHECK(t.spend(1, 3) == 0);
  CHECK(t.find(1).value().attempts == 3);
  CHECK_MESSAGE(t.spend(2, 3) == 1, "each ticket has attempts of its own");
}

void tickets_are_redeemed(FactorHarness& harness) {
  const Trial t{harness};
  for (const std::uint64_t n : {1, 2}) t.put(ticket(n));
  CHECK(t.spend(1, 1) == 1);
  CHECK_FALSE(t.redeem(1, noon + 10min));
  CHECK_FALSE(t.redeem(3));
  const auto redeemed = t.redeem(1, noon + 10min - 1ms);
  REQUIRE_MESSAGE(redeemed, "its last attempt may have been right");
  CHECK(redeemed->attempts == 1);
  CHECK(redeemed->digest == digest(1));
  CHECK_FALSE(t.redeem(1));
  CHECK_FALSE(t.find(1));
  CHECK(t.find(2));
}

void tickets_are_dropped(FactorHarness& harness) {
  const Trial t{harness};
  for (const std::uint64_t n : {1, 2}) t.put(ticket(n));
  t.put(ticket(3, bob));
  CHECK(t.alone([](Factors& rows) { return rows.drop_tickets(ada); }) == 2);
  CHECK_FALSE(t.find(1));
  CHECK(t.find(3));
}

constexpr GuessLimits three_a_code{.per_code = 3, .per_day = 50};
constexpr GuessLimits three_a_day{.per_code = 50, .per_day = 3};

void codes_are_guessed(FactorHarness& harness) {
  const Trial t{harness};
  t.put(ticket(1));
  t.put(ticket(2));
  CHECK_MESSAGE(!t.guess(1, 5, three_a_code), "without a code there is nothing to guess");
  CHECK_FALSE(t.put_code(3, sent_code(5)));
  CHECK_FALSE(t.put_code(1, sent_code(5), noon + 10min));
  CHECK(t.put_code(1, sent_code(5)));
  CHECK(t.find(1).value().code == sent_code(5));
  CHECK_FALSE(t.guess(1, 6, three_a_code));
  CHECK_FALSE(t.guess(2, 5, three_a_code));
  CHECK_FALSE(t.guess(1, 5, three_a_code, noon + 5min));
  for (int i = 0; i < 3; ++i) CHECK(t.guess(1, 5, three_a_code, noon + 5min - 1ms));
  CHECK_FALSE(t.guess(1, 5, three_a_code));
  CHECK(t.put_code(1, sent_code(6, noon + 20min)));
  CHECK_MESSAGE(!t.guess(1, 5, three_a_code), "the former one is void");
  CHECK_MESSAGE(t.guess(1, 6, three_a_code), "a new code has guesses of its own");
  CHECK_MESSAGE(!t.guess(1, 6, three_a_code, noon + 10min), "and ends with its ticket");
}

void codes_are_guessed_in_a_day(FactorHarness& harness) {
  const Trial t{harness};
  const auto put_all = [&](UtcTime now) {
    for (const std::uint64_t n : {1, 2, 3}) {
      t.put(ticket(n, n == 3 ? bob : ada, now));
      CHECK(t.put_code(n, sent_code(5, now + 5min), now));
    }
  };
  put_all(noon);
  CHECK(t.guess(1, 5, three_a_day));
  CHECK(t.guess(2, 5, three_a_day, noon + 1min));
  CHECK(t.guess(1, 5, three_a_day, noon + 1min));
  CHECK_FALSE(t.guess(1, 5, three_a_day));
  CHECK_FALSE(t.guess(2, 5, three_a_day));
  CHECK_MESSAGE(t.guess(3, 5, three_a_day), "each account has a day of its own");
  put_all(noon + 24h - 1ms);
  CHECK_MESSAGE(!t.guess(1, 5, three_a_day, noon + 24h - 1ms), "a new code gives none back");
  CHECK(t.guess(1, 5, three_a_day, noon + 24h));
}

Attempt go(std::size_t failures) { return {.verdict = AttemptVerdict::go, .failures = failures}; }
Attempt wait(std::size_t failures, UtcTime until) {
  return {.verdict = AttemptVerdict::wait, .failures = failures, .until = until};
}
Attempt locked(std::size_t failures) {
  return {.verdict = AttemptVerdict::locked, .failures = failures};
}

void failures_make_wait(FactorHarness& harness) {
  const Trial t{harness};
  const auto seen = [&](UtcTime now) {
    return t.alone([&](Factors& rows) { return rows.attempts(ada, false, policy, now); });
  };
  CHECK(t.attempt(noon, false, nobody).verdict == AttemptVerdict::locked);
  CHECK(seen(noon) == go(0));
  for (const std::size_t n : {1, 2, 3}) CHECK(t.attempt() == go(n));
  CHECK(t.attempt() == wait(3, noon + 60s));
  CHECK(seen(noon + 60s - 1ms) == wait(3, noon + 60s));
  CHECK(t.attempt(noon + 60s - 1ms) == wait(3, noon + 60s));
  CHECK(seen(noon + 60s) == go(3));
  CHECK(t.attempt(noon + 60s) == go(4));
  CHECK_MESSAGE(t.attempt(noon + 60s) == wait(4, noon + 180s), "twice as long");
  CHECK(t.attempt(noon + 180s) == go(5));
  CHECK_MESSAGE(t.attempt(noon + 180s) == wait(5, noon + 380s), "no longer than the longest");
  CHECK(t.attempt(noon + 1h) == go(6));
  CHECK(t.attempt(noon + 2h) == go(7));
  CHECK(t.attempt(noon + 24h * 365) == locked(7));
  CHECK(seen(noon + 24h * 365) == locked(7));
}

void failures_at_once(FactorHarness& harness) {
  const Trial t{harness};
  constexpr FailurePolicy strict{.free = 1, .first_wait = 60s, .longest_wait = 200s, .stop = 2};
  CHECK(t.attempt(noon, false, ada, strict) == go(1));
  CHECK(t.attempt(noon, false, ada, strict) == wait(1, noon + 60s));
  CHECK(t.attempt(noon + 60s, false, ada, strict) == go(2));
  CHECK(t.attempt(noon + 24h, false, ada, strict) == locked(2));
}

void failures_are_apart(FactorHarness& harness) {
  const Trial t{harness};
  for (int i = 0; i < 4; ++i) static_cast<void>(t.attempt());
  CHECK(t.attempt(noon, true) == go(1));
  CHECK(t.attempt(noon, false, bob) == go(1));
  CHECK(t.attempt(noon, true) == go(2));
  t.alone([](Factors& rows) { rows.passed(ada, true); });
  CHECK(t.attempt(noon, true) == go(1));
  CHECK(t.attempt() == wait(3, noon + 60s));
  t.alone([](Factors& rows) { rows.passed(ada, false); });
  for (const std::size_t n : {1, 2, 3}) CHECK(t.attempt() == go(n));
  CHECK_MESSAGE(t.attempt() == wait(3, noon + 60s), "the first wait is the first again");
  t.alone([](Factors& rows) { rows.unlock(ada); });
  CHECK(t.attempt() == go(1));
  CHECK(t.attempt(noon, true) == go(1));
  CHECK(t.attempt(noon, false, bob) == go(2));
}

void notices(FactorHarness& harness) {
  const Trial t{harness};
  const auto take = [&](UtcTime now, const UserId& user = ada) {
    return t.alone([&](Factors& rows) { return rows.take_notice(user, 24h, now); });
  };
  CHECK_FALSE(take(noon, nobody));
  CHECK(take(noon));
  CHECK_FALSE(take(noon + 24h - 1ms));
  CHECK(take(noon + 1h, bob));
  CHECK(take(noon + 24h));
  CHECK_FALSE(take(noon + 25h));
}

}  // namespace

void ticket_promises(FactorHarness& harness) {
  SUBCASE("a ticket is read as it was put, until it is over") { tickets_are_read(harness); }
  SUBCASE("the oldest tickets of an account make room") { tickets_make_room(harness); }
  SUBCASE("attempts at a ticket are counted up to their limit") { tickets_count_attempts(harness); }
  SUBCASE("a ticket is redeemed once, after its last attempt, too, and not when it is over") {
    tickets_are_redeemed(harness);
  }
  SUBCASE("the tickets of an account are dropped") { tickets_are_dropped(harness); }
  SUBCASE("a code is for one ticket and one factor, and has so many guesses") {
    codes_are_guessed(harness);
  }
  SUBCASE("guesses at codes are counted up to the limit of a day, over all tickets") {
    codes_are_guessed_in_a_day(harness);
  }
  SUBCASE("failures in a row make wait, and in the end stop") { failures_make_wait(harness); }
  SUBCASE("where one failure is free, the second waits") { failures_at_once(harness); }
  SUBCASE("failures from known networks are counted and cleared apart") {
    failures_are_apart(harness);
  }
  SUBCASE("a notice is due once in its pause") { notices(harness); }
}

}  // namespace coffeeauth::second_factor::contract
