// What one thread after the other may expect of budgets.

#include "features/sms/contract/trial.hpp"

namespace coffeeauth::sms {
namespace contract {
namespace {

using enum BudgetVerdict;

/// A pace that is tried for numbers and for users: `wish(n)` differs in all else.
template <class WishOf>
void try_pace(const Trial& t, WishOf wish) {
  CHECK(t.take(wish(1)) == taken);
  CHECK_MESSAGE(t.take(wish(2), noon + 60s - 1ms) == paced, "a moment before the pause is over");
  CHECK(t.take(wish(3), noon + 60s) == taken);
  CHECK(t.take(wish(4), noon + 120s) == taken);
  CHECK_MESSAGE(t.take(wish(5), noon + 59min) == paced, "three in this hour");
  CHECK_MESSAGE(t.take(wish(6), noon + 1h) == taken, "the first is an hour ago");
  CHECK(t.take(wish(7), noon + 3h) == taken);
  CHECK_MESSAGE(t.take(wish(8), noon + 24h - 1ms) == paced, "five in this day");
  CHECK_MESSAGE(t.take(wish(9), noon + 24h) == taken, "the first is a day ago");
  CHECK(t.take(wish(10), noon + 24h + 59s) == paced);
}

void number_paced(BudgetHarness& harness) {
  auto limits = no_limits();
  limits.number = SmsPace{};
  const Trial t{harness, limits};
  try_pace(t, [](std::uint64_t n) { return Wish{.user = n, .network = n}; });
  CHECK_MESSAGE(t.take(Wish{.number = 2}, noon + 24h) == taken, "another number");
}

void enrolments_apart(BudgetHarness& harness) {
  auto limits = no_limits();
  limits.number.per_day = 2;
  const Trial t{harness, limits};
  const auto enrolling = [](std::uint64_t n) {
    return Wish{.user = n, .network = n, .enrols = true};
  };
  CHECK(t.take(enrolling(2)) == taken);
  CHECK(t.take(enrolling(3)) == taken);
  CHECK_MESSAGE(t.take(enrolling(4)) == paced, "strangers have used up their share");
  CHECK_MESSAGE(t.take(Wish{}) == taken, "the owner's codes have one of their own");
  CHECK(t.take(Wish{}) == taken);
  CHECK(t.take(Wish{}) == paced);
  CHECK_MESSAGE(t.take(enrolling(5), noon + 24h) == taken, "a day later");
}

void service_keeps_some(BudgetHarness& harness) {
  auto limits = no_limits();
  limits.service_per_hour = 4;
  limits.others_percent = 50;
  const Trial t{harness, limits};
  const auto of = [](std::uint64_t n, bool enrols) {
    return Wish{.user = n, .number = n, .network = n, .enrols = enrols};
  };
  const auto from_elsewhere = [](std::uint64_t n) {
    return Wish{.user = n, .number = n, .network = n, .elsewhere = true};
  };
  CHECK(t.take(of(1, true)) == taken);
  CHECK(t.take(of(2, false)) == taken);
  CHECK_MESSAGE(t.take(of(3, true)) == service_full, "the rest is for logins");
  CHECK_MESSAGE(t.take(from_elsewhere(3)) == service_full, "from networks that the account knows");
  CHECK(t.take(of(4, false)) == taken);
  CHECK(t.take(of(5, false)) == taken);
  CHECK(t.take(of(6, false)) == service_full);
  CHECK(t.take(of(3, true), noon + 1h) == taken);
}

void user_paced(BudgetHarness& harness) {
  auto limits = no_limits();
  limits.user = SmsPace{};
  const Trial t{harness, limits};
  try_pace(t, [](std::uint64_t n) { return Wish{.number = n, .network = n}; });
  CHECK_MESSAGE(t.take(Wish{.user = 2}, noon + 24h) == taken, "another user");
}

void numbers_of_a_network(BudgetHarness& harness) {
  auto limits = no_limits();
  limits.numbers_per_network = 2;
  const Trial t{harness, limits};
  const auto enrolling = [](std::uint64_t user, std::uint64_t number, std::uint64_t network = 1) {
    return Wish{.user = user, .number = number, .network = network, .enrols = true};
  };
  for (std::uint64_t n = 11; n < 15; ++n) CHECK(t.take(Wish{.user = n, .number = n}) == taken);
  CHECK_MESSAGE(t.take(enrolling(1, 1)) == taken, "logins are not counted");
  CHECK_MESSAGE(t.take(enrolling(2, 1)) == taken, "one number counts once");
  CHECK(t.take(enrolling(3, 2), noon + 1h) == taken);
  CHECK(t.take(enrolling(4, 3), noon + 1h) == paced);
  CHECK_MESSAGE(t.take(Wish{.user = 4, .number = 3}, noon + 1h) == taken, "nor are they refused");
  CHECK_MESSAGE(t.take(enrolling(4, 2), noon + 1h) == taken, "one of the two");
  CHECK_MESSAGE(t.take(enrolling(4, 3, 2), noon + 1h) == taken, "from another network");
  CHECK(t.take(enrolling(5, 3), noon + 24h - 1ms) == paced);
  CHECK_MESSAGE(t.take(enrolling(5, 3), noon + 24h) == taken, "the first number is a day ago");
}

void elsewhere(BudgetHarness& harness) {
  auto limits = no_limits();
  limits.number.per_day = 1;
  const Trial t{harness, limits};
  CHECK(t.take(Wish{.elsewhere = true}) == taken);
  CHECK(t.take(Wish{.elsewhere = true}) == paced);
  CHECK_MESSAGE(t.take(Wish{}) == taken, "networks that the account has used have another share");
  CHECK(t.take(Wish{}) == paced);
  limits = no_limits();
  limits.user.per_day = 1;
  const Trial of_user{harness, limits};
  CHECK(of_user.take(Wish{.elsewhere = true}) == taken);
  CHECK(of_user.take(Wish{.number = 2, .elsewhere = true}) == paced);
  CHECK(of_user.take(Wish{.number = 2}) == taken);
}

void enrolments(BudgetHarness& harness) {
  auto limits = no_limits();
  limits.enrolments_per_day = 2;
  const Trial t{harness, limits};
  CHECK(t.take(Wish{.enrols = true}) == taken);
  for (std::uint64_t n = 1; n <= 3; ++n) CHECK(t.take(Wish{.number = n}) == taken);
  CHECK_MESSAGE(t.take(Wish{.enrols = true}, noon + 1h) == taken, "only enrolments count");
  CHECK(t.take(Wish{.number = 2, .network = 2, .enrols = true}, noon + 2h) == paced);
  CHECK_MESSAGE(t.take(Wish{}, noon + 2h) == taken, "what enrols nothing may go");
  CHECK_MESSAGE(t.take(Wish{.user = 2, .enrols = true}, noon + 2h) == taken, "another user");
  CHECK(t.take(Wish{.enrols = true}, noon + 24h - 1ms) == paced);
  CHECK(t.take(Wish{.enrols = true}, noon + 24h) == taken);
}

void service(BudgetHarness& harness) {
  auto limits = no_limits();
  limits.service_per_hour = 2;
  limits.user.pause = 60s;
  const Trial t{harness, limits};
  const auto of = [](std::uint64_t n) { return Wish{.user = n, .number = n, .network = n}; };
  CHECK(t.take(of(1)) == taken);
  CHECK(t.take(of(2), noon + 1s) == taken);
  CHECK(t.take(of(3), noon + 2s) == service_full);
  CHECK_MESSAGE(t.take(of(2), noon + 2s) == paced, "who is paced anyway is told so");
  CHECK(t.take(of(3), noon + 1h - 1ms) == service_full);
  CHECK_MESSAGE(t.take(of(3), noon + 1h) == taken, "the first is an hour ago");
  CHECK(t.take(of(4), noon + 1h) == service_full);
}

void when_they_are_free(BudgetHarness& harness) {
  auto limits = no_limits();
  limits.number = {.pause = 60s, .per_hour = 2, .per_day = 3};
  limits.enrolments_per_day = 1;
  limits.numbers_per_network = 2;
  limits.service_per_hour = 4;
  const Trial t{harness, limits};
  CHECK(t.take(Wish{.network = 9}) == taken);
  CHECK(t.free_at(Wish{.network = 9}, noon + 1s) == noon + 60s);
  CHECK(t.take(Wish{.network = 9}, noon + 2min) == taken);
  CHECK(t.free_at(Wish{.network = 9}, noon + 4min) == noon + 1h);
  CHECK(t.take(Wish{.network = 9}, noon + 1h) == taken);
  CHECK(t.free_at(Wish{.network = 9}, noon + 3h) == noon + 24h);
  CHECK(t.take(Wish{.user = 2, .number = 2, .enrols = true}, noon + 4h) == taken);
  CHECK(t.free_at(Wish{.user = 2, .number = 3, .network = 2, .enrols = true}, noon + 5h) ==
        noon + 28h);
  CHECK(t.take(Wish{.user = 3, .number = 3, .enrols = true}, noon + 5h) == taken);
  CHECK_MESSAGE(t.free_at(Wish{.user = 4, .number = 4, .enrols = true}, noon + 6h) == noon + 28h,
                "the first of the two numbers");
  for (std::uint64_t n = 10; n < 14; ++n) {
    CHECK(t.take(Wish{.user = n, .number = n, .network = n}, noon + 7h + n * 1min) == taken);
  }
  const Wish next{.user = 20, .number = 20, .network = 20};
  CHECK(t.free_at(next, noon + 7h + 20min) == noon + 8h + 10min);
  CHECK(t.take(next, noon + 8h + 10min) == taken);
}

void refused_count_for_nothing(BudgetHarness& harness) {
  auto limits = no_limits();
  limits.user.per_hour = 1;
  limits.service_per_hour = 2;
  limits.numbers_per_network = 2;
  const Trial t{harness, limits};
  const auto of = [](std::uint64_t user, std::uint64_t number, std::uint64_t network = 1) {
    return Wish{.user = user, .number = number, .network = network, .enrols = true};
  };
  CHECK(t.take(of(1, 1)) == taken);
  for (std::uint64_t n = 2; n < 6; ++n) CHECK(t.take(of(1, n)) == paced);
  CHECK_MESSAGE(t.take(of(2, 9)) == taken, "neither service nor network counted what was paced");
  CHECK(t.take(of(3, 9, 2)) == service_full);
  CHECK_MESSAGE(t.take(of(3, 9, 2), noon + 1h) == taken,
                "the user did not count what the service had no room for");
}

void several_digests(BudgetHarness& harness) {
  auto limits = no_limits();
  limits.number.per_day = 1;
  limits.numbers_per_network = 1;
  const Trial t{harness, limits};
  auto before = Wish{.user = 1, .enrols = true}.request();
  CHECK(t.take(before) == taken);
  auto both = Wish{.user = 2, .number = 2, .network = 2, .enrols = true}.request();
  both.number.push_back(before.number.front());
  CHECK_MESSAGE(t.take(both) == paced, "the number is known by the digest of before");
  auto other_number = Wish{.user = 3, .number = 3, .network = 2, .enrols = true}.request();
  other_number.network.push_back(before.network.front());
  CHECK_MESSAGE(t.take(other_number) == paced, "and so is the network");
  auto first = Wish{.user = 4, .number = 4, .network = 4}.request();
  first.number.push_back(digest(5));
  CHECK(t.take(first) == taken);
  CHECK_MESSAGE(t.take(Wish{.user = 5, .number = 4, .network = 5}) == paced, "kept by the first");
  CHECK_MESSAGE(t.take(Wish{.user = 5, .number = 5, .network = 5}) == taken, "and by it alone");
}

void cleaned(BudgetHarness& harness) {
  auto limits = no_limits();
  limits.user.per_day = 1;
  const Trial t{harness, limits};
  for (std::uint64_t n = 1; n <= 3; ++n) CHECK(t.take(Wish{.user = n}) == taken);
  CHECK(t.take(Wish{.user = 4}, noon + 1ms) == taken);
  CHECK(t.clean(noon - 1ms) == 0);
  CHECK(t.clean(noon, 2) == 2);
  CHECK(t.clean(noon) == 1);
  CHECK(t.clean(noon) == 0);
  CHECK_MESSAGE(t.take(Wish{.user = 4}, noon + 1ms) == paced, "what is younger stays");
  CHECK_MESSAGE(t.take(Wish{.user = 1}, noon + 1ms) == taken, "what was deleted does not count");
}

void outlive_their_user(BudgetHarness& harness) {
  auto limits = no_limits();
  limits.number.per_day = 1;
  limits.service_per_hour = 1;
  const Trial t{harness, limits};
  CHECK(t.take(Wish{.user = 1}) == taken);
  t.store->transact([&](Transaction& tx) {
    CHECK(tx.users().delete_user(nth<UserId>(1), std::nullopt) == UserWriteOutcome::written);
  });
  CHECK_MESSAGE(t.take(Wish{.user = 2}) == paced, "the number got its message");
  CHECK_MESSAGE(t.take(Wish{.user = 2, .number = 2}) == service_full, "the service sent it");
}

void undone_with_their_transaction(BudgetHarness& harness) {
  auto limits = no_limits();
  limits.user.per_day = 1;
  const Trial t{harness, limits};
  static_cast<void>(t.store->transact([&](Transaction& tx) -> Result<void> {
    CHECK(t.budgets->in(tx)->take(Wish{}.request(), t.limits, noon).verdict == taken);
    return ErrorCode::internal;
  }));
  CHECK(t.take(Wish{}) == taken);
  CHECK(t.take(Wish{}) == paced);
}

}  // namespace
}  // namespace contract

void budget_contract(BudgetHarness& harness) {
  using namespace contract;
  SUBCASE("messages to one number keep its pace, whoever sends them") { number_paced(harness); }
  SUBCASE("messages that enrol a number take nothing from those that log in with it") {
    enrolments_apart(harness);
  }
  SUBCASE("enrolments, and logins from elsewhere, leave owners a part of the service's hour") {
    service_keeps_some(harness);
  }
  SUBCASE("messages of one user keep the user's pace, to whatever numbers") { user_paced(harness); }
  SUBCASE("messages to a network unknown to the account take nothing from the others") {
    elsewhere(harness);
  }
  SUBCASE("a network enrols so many numbers in a day") { numbers_of_a_network(harness); }
  SUBCASE("a user enrols so many times in a day") { enrolments(harness); }
  SUBCASE("the whole service sends so many in an hour") { service(harness); }
  SUBCASE("a message that is refused is told when it may be sent") { when_they_are_free(harness); }
  SUBCASE("a message that is refused counts nowhere") { refused_count_for_nothing(harness); }
  SUBCASE("messages count under each digest, and are kept under the first") {
    several_digests(harness);
  }
  SUBCASE("old messages are deleted in batches") { cleaned(harness); }
  SUBCASE("messages of a deleted user still count") { outlive_their_user(harness); }
  SUBCASE("what is taken is undone with its transaction") {
    undone_with_their_transaction(harness);
  }
  races(harness);
}

}  // namespace coffeeauth::sms
