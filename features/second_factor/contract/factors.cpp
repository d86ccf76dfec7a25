// What one thread after the other may expect of factors, recovery codes and devices.

#include <algorithm>

#include "features/second_factor/contract/trial.hpp"

namespace coffeeauth::second_factor {
namespace contract {
namespace {

using Ids = std::vector<FactorId>;

void factors_are_read(FactorHarness& harness) {
  const Trial t{harness};
  auto whole = factor(1);
  whole.label = "my \xC3\xA9 phone";
  whole.sealed_secret = std::string{"\0\xFF sealed", 9};
  whole.hint = "+49...67";
  whole.target_digest = digest(8);
  whole.last_step = 3;
  CHECK(t.add(whole) == AddOutcome::added);
  CHECK(t.add(factor(2, bob)) == AddOutcome::added);
  const auto find = [&](std::uint64_t n, UtcTime now, const UserId& user = ada) {
    return t.alone([&](Factors& rows) { return rows.find_factor(user, factor_id(n), now); });
  };
  CHECK(find(1, noon) == whole);
  CHECK_FALSE(find(2, noon));
  CHECK_FALSE(find(1, noon + 10min));
  CHECK(t.ids() == Ids{factor_id(1)});
  CHECK(t.ids(ada, noon + 10min).empty());

  CHECK(t.confirm(1, noon + 1min));
  whole.confirmed_at = noon + 1min;
  whole.last_step = 100;
  CHECK(find(1, noon + 24h) == whole);
  CHECK(t.ids(ada, noon + 24h) == Ids{factor_id(1)});
}

void one_is_pending(FactorHarness& harness) {
  const Trial t{harness};
  CHECK(t.add(factor(1), 2) == AddOutcome::added);
  CHECK(t.add(factor(2, ada, "sms"), 2) == AddOutcome::added);
  CHECK(t.add(factor(3), 2) == AddOutcome::added);
  CHECK(t.ids() == Ids{factor_id(2), factor_id(3)});
  CHECK_FALSE(t.confirm(1));
  CHECK(t.confirm(3));
  CHECK(t.add(factor(4), 2) == AddOutcome::added);
  CHECK(t.confirm(4));
  CHECK(t.add(factor(5), 2) == AddOutcome::full);
  CHECK(t.ids() == Ids{factor_id(2), factor_id(3), factor_id(4)});
  CHECK(t.add(factor(6, ada, "sms"), 2) == AddOutcome::added);
  CHECK_MESSAGE(t.add(factor(7, bob), 2) == AddOutcome::added, "each account has room of its own");
  CHECK_MESSAGE(t.add(factor(8, bob), 1) == AddOutcome::added, "what is pending takes no room");
  CHECK(t.ids() == Ids{factor_id(3), factor_id(4), factor_id(6)});
}

void confirmed_once(FactorHarness& harness) {
  const Trial t{harness};
  for (const std::uint64_t n : {1, 2}) {
    CHECK(t.add(factor(n, ada, n == 1 ? "totp" : "sms")) == AddOutcome::added);
  }
  CHECK_FALSE(t.confirm(3));
  CHECK_FALSE(t.confirm(1, noon, bob));
  CHECK_FALSE(t.confirm(1, noon + 10min));
  CHECK(t.confirm(1, noon + 10min - 1ms));
  CHECK_FALSE(t.confirm(1, noon + 10min - 1ms));
  CHECK_FALSE(t.accept(2, 101));
  CHECK_FALSE(t.alone([](Factors& rows) { return rows.mark_used(ada, factor_id(2), noon); }));
}

void steps_are_accepted(FactorHarness& harness) {
  const Trial t{harness};
  t.enrol(factor(1));
  t.enrol(factor(2));
  CHECK_MESSAGE(!t.accept(1, 100), "it confirmed the factor");
  CHECK_FALSE(t.accept(1, 99));
  CHECK_FALSE(t.accept(1, 102, bob));
  CHECK(t.accept(1, 102));
  CHECK_FALSE(t.accept(1, 102));
  CHECK_FALSE(t.accept(1, 101));
  CHECK_MESSAGE(t.accept(2, 102), "each factor has steps of its own");
  const auto read =
      t.alone([](Factors& rows) { return rows.find_factor(ada, factor_id(1), noon); });
  REQUIRE(read);
  CHECK(read->last_step == 102);
  CHECK(read->last_used_at == noon);
}

void changed_by_their_user(FactorHarness& harness) {
  const Trial t{harness};
  t.enrol(factor(1));
  t.enrol(factor(2));
  const auto rename = [&](const UserId& user) {
    return t.alone([&](Factors& rows) { return rows.rename_factor(user, factor_id(1), "new"); });
  };
  const auto use = [&](const UserId& user) {
    return t.alone([&](Factors& rows) { return rows.mark_used(user, factor_id(1), noon + 1min); });
  };
  const auto remove = [&](const UserId& user) {
    return t.alone([&](Factors& rows) { return rows.remove_factor(user, factor_id(1)); });
  };
  CHECK_FALSE(rename(bob));
  CHECK_FALSE(use(bob));
  CHECK_FALSE(remove(bob));
  CHECK(rename(ada));
  CHECK(use(ada));
  const auto read = t.alone([](Factors& rows) { return rows.list_factors(ada, noon); });
  REQUIRE(read.size() == 2);
  CHECK(read.at(0).label == "new");
  CHECK(read.at(0).last_used_at == noon + 1min);
  CHECK(read[1].label.empty());
  CHECK_FALSE(read[1].last_used_at);
  CHECK(remove(ada));
  CHECK_FALSE(remove(ada));
  CHECK(t.ids() == Ids{factor_id(2)});
}

void removed_since(FactorHarness& harness) {
  const Trial t{harness};
  t.enrol(factor(1), noon);
  t.enrol(factor(2), noon + 2min);
  t.enrol(factor(3), noon + 3min);
  CHECK(t.add(factor(4), 9) == AddOutcome::added);
  t.enrol(factor(5, bob), noon + 3min);
  const auto remove = [&](UtcTime since) {
    return t.alone([&](Factors& rows) { return rows.remove_factors(ada, since); });
  };
  CHECK(remove(noon + 2min) == 2);
  CHECK(t.ids() == Ids{factor_id(1)});
  CHECK(remove(UtcTime{}) == 1);
  CHECK(t.ids().empty());
  CHECK(t.ids(bob) == Ids{factor_id(5)});
}

void sealed_anew(FactorHarness& harness) {
  const Trial t{harness};
  t.enrol(factor(1));
  t.enrol(factor(2, bob));
  CHECK(t.add(factor(3, ada, "sms")) == AddOutcome::added);
  const auto list = [&](const FactorId& after, std::size_t limit) {
    return t.alone([&](Factors& rows) { return rows.list_sealed(after, limit); });
  };
  const auto sealed = [](const Factor& f) {
    return SealedFactor{f.id, f.user, f.kind, f.sealed_secret};
  };
  CHECK(list({}, 2) == std::vector{sealed(factor(1)), sealed(factor(2, bob))});
  CHECK(list(factor_id(2), 2) == std::vector{sealed(factor(3, ada, "sms"))});
  CHECK(list(factor_id(3), 2).empty());
  const auto reseal = [&](std::uint64_t n, const std::string& from) {
    return t.alone([&](Factors& rows) { return rows.reseal(factor_id(n), from, "anew"); });
  };
  CHECK_FALSE(reseal(1, "sealed 2"));
  CHECK_FALSE(reseal(9, "sealed 1"));
  CHECK(reseal(1, "sealed 1"));
  CHECK_FALSE(reseal(1, "sealed 1"));
  CHECK(list({}, 1).at(0).sealed_secret == "anew");
  CHECK(list(factor_id(1), 1).at(0).sealed_secret == "sealed 2");
}

void codes_are_spent(FactorHarness& harness) {
  const Trial t{harness};
  t.set_codes({digest(1), digest(2), digest(3)});
  t.set_codes({digest(4)}, bob);
  CHECK(t.codes_left() == 3);
  CHECK_FALSE(t.spend_code({digest(4)}));
  CHECK_FALSE(t.spend_code({digest(1)}, bob));
  CHECK(t.spend_code({digest(99), digest(1)}) == 2);
  CHECK_FALSE(t.spend_code({digest(1)}));
  CHECK(t.codes_left() == 2);
  t.set_codes({digest(5), digest(6)});
  CHECK_FALSE(t.spend_code({digest(2)}));
  CHECK(t.spend_code({digest(5)}) == 1);
  CHECK(t.spend_code({digest(6)}) == 0);
  CHECK(t.codes_left() == 0);
  CHECK(t.codes_left(bob) == 1);
}

void codes_are_dropped(FactorHarness& harness) {
  const Trial t{harness};
  t.set_codes({digest(1), digest(2)});
  t.set_codes({digest(1)}, bob);
  const auto drop = [&](UtcTime since) {
    return t.alone([&](Factors& rows) { return rows.drop_recovery_codes(ada, since); });
  };
  CHECK(drop(noon + 1ms) == 0);
  CHECK(t.codes_left() == 2);
  CHECK(drop(noon) == 2);
  CHECK(t.codes_left() == 0);
  CHECK_FALSE(t.spend_code({digest(1)}));
  CHECK(drop(noon) == 0);
  CHECK(t.codes_left(bob) == 1);
  t.set_codes({digest(3)});
  CHECK(t.alone([](Factors& rows) { return rows.drop_recovery_codes(ada); }) == 1);
}

void devices_are_known(FactorHarness& harness) {
  const Trial t{harness};
  auto whole = device(1);
  whole.address = "203.0.113.7";
  whole.user_agent = "Firefox";
  t.trust(whole);
  t.trust(device(2, ada, noon + 1min));
  CHECK(t.devices() == std::vector{device(2, ada, noon + 1min), whole});
  CHECK(t.devices(noon, bob).empty());
  CHECK(t.alone([](Factors& rows) { return rows.list_devices(ada, 8, noon); }).empty());
  CHECK(t.devices(noon + 24h * 30) == std::vector{device(2, ada, noon + 1min)});
  CHECK_FALSE(t.knows(3));
  CHECK_FALSE(t.knows(1, noon, bob));
  CHECK_FALSE(t.knows(1, noon, ada, 8));
  CHECK_FALSE(t.knows(1, noon + 24h * 30));
  CHECK(t.knows(1, noon + 24h * 30 - 1ms));
  CHECK_MESSAGE(t.knows(1, noon + 2min), "again and again");
  CHECK(t.devices().back().last_used_at == noon + 2min);
  CHECK_MESSAGE(t.devices().back().expires_at == whole.expires_at, "which prolongs nothing");
}

void devices_make_room(FactorHarness& harness) {
  const Trial t{harness};
  t.trust(device(9, bob, noon - 1min), 2);
  for (const std::uint64_t n : {1, 2, 3}) t.trust(device(n, ada, noon + 1s * n), 2);
  CHECK_FALSE(t.knows(1));
  CHECK(t.knows(2));
  CHECK(t.knows(3));
  CHECK_MESSAGE(t.knows(9, noon, bob), "those of another account stay");
}

void devices_are_forgotten(FactorHarness& harness) {
  const Trial t{harness};
  for (const std::uint64_t n : {1, 2, 3}) t.trust(device(n));
  t.trust(device(4, bob));
  const auto forget = [&](std::uint64_t n, const UserId& user) {
    return t.alone([&](Factors& rows) { return rows.forget_device(user, device_id(n)); });
  };
  CHECK_FALSE(forget(1, bob));
  CHECK(forget(1, ada));
  CHECK_FALSE(forget(1, ada));
  CHECK_FALSE(t.knows(1));
  CHECK(t.knows(2));
  CHECK(t.alone([](Factors& rows) { return rows.forget_devices(ada); }) == 2);
  CHECK_FALSE(t.knows(2));
  CHECK(t.knows(4, noon, bob));
}

void cleaning(FactorHarness& harness) {
  const Trial t{harness};
  for (const std::uint64_t n : {1, 2, 3}) t.put(ticket(n));
  t.put(ticket(4, ada, noon + 1ms));
  CHECK(t.add(factor(1)) == AddOutcome::added);
  t.enrol(factor(2, bob));
  auto brief = device(1);
  brief.expires_at = noon + 10min;
  t.trust(brief);
  t.trust(device(2));
  t.set_codes({digest(1)});
  CHECK(t.clean(10, noon + 10min - 1ms) == 0);
  const auto live = [&](UtcTime now) {
    return t.alone([&](Factors& rows) { return rows.count_live(now); });
  };
  CHECK(live(noon) == LiveRows{.tickets = 4, .devices = 2});
  CHECK(live(noon + 10min) == LiveRows{.tickets = 1, .devices = 1});
  CHECK(t.clean(2, noon + 10min) == 2);
  CHECK_MESSAGE(t.clean(10, noon + 10min) == 3, "a ticket, a factor and a device");
  CHECK(t.clean(10, noon + 10min) == 0);
  CHECK(t.find(4));
  CHECK(t.ids(bob) == Ids{factor_id(2)});
  CHECK(t.knows(2));
  CHECK(t.codes_left() == 1);
}

/// Puts one row of each kind.
void put_all(const Trial& t, const UserId& user, std::uint64_t n) {
  t.put(ticket(n, user));
  t.enrol(factor(n, user));
  t.set_codes({digest(n)}, user);
  t.trust(device(n, user));
  CHECK(t.attempt(noon, true, user).failures == 1);
}

void belong_to_users(FactorHarness& harness) {
  const Trial t{harness};
  put_all(t, ada, 1);
  put_all(t, bob, 2);
  const auto erase = [&](bool commits) {
    static_cast<void>(t.store->transact([&](Transaction& tx) -> Result<void> {
      CHECK(tx.users().delete_user(ada, std::nullopt) == UserWriteOutcome::written);
      CHECK_FALSE(t.factors->in(tx)->find_ticket({digest(1)}, noon));
      if (!commits) return ErrorCode::internal;
      return {};
    }));
  };
  const auto has_all = [&](const UserId& user, std::uint64_t n) {
    return t.find(n) && t.ids(user).size() == 1 && t.codes_left(user) == 1 &&
           t.devices(noon, user).size() == 1;
  };
  erase(false);
  CHECK(has_all(ada, 1));
  erase(true);
  CHECK_FALSE(t.find(1));
  CHECK(t.ids().empty());
  CHECK(t.codes_left() == 0);
  CHECK(t.devices().empty());
  CHECK(has_all(bob, 2));
  const auto failed = t.alone([](Factors& rows) { return rows.attempts(ada, true, policy, noon); });
  CHECK(failed.failures == 0);
}

void undone_with_their_transaction(FactorHarness& harness) {
  const Trial t{harness};
  put_all(t, ada, 1);
  CHECK(t.put_code(1, sent_code(5)));
  CHECK(t.add(factor(2)) == AddOutcome::added);
  static_cast<void>(t.store->transact([&](Transaction& tx) -> Result<void> {
    const auto rows = t.factors->in(tx);
    rows->hold(ada);
    CHECK(rows->try_code(digest(1), factor_id(5), {.per_code = 1, .per_day = 1}, noon));
    CHECK(rows->spend_attempt(digest(1), 1, noon));
    CHECK(rows->put_code(digest(1), sent_code(6), noon));
    CHECK(rows->redeem(digest(1), noon));
    rows->put_ticket(ticket(3), 10);
    CHECK(rows->take_notice(ada, 24h, noon));
    CHECK(rows->begin_attempt(ada, true, policy, noon).failures == 2);
    CHECK(rows->accept_step(ada, factor_id(1), 101, noon));
    CHECK(rows->confirm_factor(ada, factor_id(2), 1, noon));
    CHECK(rows->rename_factor(ada, factor_id(1), "new"));
    CHECK(rows->reseal(factor_id(1), "sealed 1", "anew"));
    CHECK(rows->spend_recovery_code(ada, {digest(1)}) == 0);
    CHECK(rows->use_device(ada, {digest(1)}, 7, noon + 1min));
    CHECK(rows->forget_devices(ada) == 1);
    CHECK(rows->remove_factors(ada) == 2);
    return ErrorCode::internal;
  }));
  const auto first = t.find(1);
  REQUIRE(first);
  CHECK(first->code == sent_code(5));
  CHECK(first->attempts == 0);
  CHECK_FALSE(t.find(3));
  CHECK(t.guess(1, 5, {.per_code = 1, .per_day = 1}));
  CHECK(t.alone([](Factors& rows) { return rows.take_notice(ada, 24h, noon); }));
  CHECK(t.attempt(noon, true).failures == 2);
  const auto kept = t.alone([](Factors& rows) { return rows.list_factors(ada, noon); });
  REQUIRE(kept.size() == 2);
  CHECK(kept.at(0).label.empty());
  CHECK(kept.at(0).sealed_secret == "sealed 1");
  CHECK(t.accept(1, 101));
  CHECK(t.confirm(2));
  CHECK(t.codes_left() == 1);
  CHECK(t.devices() == std::vector{device(1)});
}

}  // namespace

void factor_promises(FactorHarness& harness) {
  SUBCASE("a factor is read as it was added, while it is pending and when it is confirmed") {
    factors_are_read(harness);
  }
  SUBCASE("one factor of a kind is pending, and so many are confirmed") { one_is_pending(harness); }
  SUBCASE("a factor is confirmed once, in time, by its user") { confirmed_once(harness); }
  SUBCASE("a step is accepted once, and none before it") { steps_are_accepted(harness); }
  SUBCASE("a factor is changed and removed by its user alone") { changed_by_their_user(harness); }
  SUBCASE("factors that were confirmed since a time are removed, and pending ones") {
    removed_since(harness);
  }
  SUBCASE("secrets are listed in batches, and replaced while they are unchanged") {
    sealed_anew(harness);
  }
  SUBCASE("a recovery code is spent once, and all are replaced together") {
    codes_are_spent(harness);
  }
  SUBCASE("recovery codes that were made since a time are dropped") { codes_are_dropped(harness); }
  SUBCASE("a device is known to its account, at its version, for its time") {
    devices_are_known(harness);
  }
  SUBCASE("the oldest devices of an account make room") { devices_make_room(harness); }
  SUBCASE("devices are forgotten by their user alone") { devices_are_forgotten(harness); }
  SUBCASE("what is over is not counted as live, and is deleted in batches") { cleaning(harness); }
  SUBCASE("all rows go with their user") { belong_to_users(harness); }
  SUBCASE("all verbs are undone with their transaction") { undone_with_their_transaction(harness); }
}

}  // namespace contract

void factor_contract(FactorHarness& harness) {
  contract::ticket_promises(harness);
  contract::factor_promises(harness);
  contract::races(harness);
}

}  // namespace coffeeauth::second_factor
