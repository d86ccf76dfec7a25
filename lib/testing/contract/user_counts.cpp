#include "coffeeauth/testing/doctest.hpp"

#include "lib/testing/contract/listed_users.hpp"
#include "lib/testing/contract/race.hpp"

namespace coffeeauth::testing {
namespace {

// Every filter without a search that there is.
std::vector<UserFilter> filters_by_kind() {
  std::vector<UserFilter> filters;
  for (const auto role : {std::optional<Role>{}, {Role::user}, {Role::admin}}) {
    for (const auto is_verified : {std::optional<bool>{}, {false}, {true}}) {
      for (const auto is_active : {std::optional<bool>{}, {false}, {true}}) {
        filters.push_back({.role = role, .is_verified = is_verified, .is_active = is_active});
      }
    }
  }
  return filters;
}

// Each filter counts as many as it lists.
void check_counts(const Trial& t) {
  for (const auto& filter : filters_by_kind()) {
    const auto role = filter.role ? std::string{wire_name(*filter.role)} : std::string{"any"};
    CAPTURE(role);
    CAPTURE(filter.is_verified.value_or(false));
    CAPTURE(filter.is_active.value_or(false));
    CHECK(t.store->users().count(filter) == listed(t, {.filter = filter, .limit = 1'000}).size());
  }
}

}  // namespace

void user_counts_contract(StoreHarness& harness) {
  SUBCASE("lists: there are as many users as are listed, after every kind of change") {
    const Trial t{harness};
    check_counts(t);
    populate(t);
    check_counts(t);
    auto taken = user(9);
    taken.email = address("f@example.org");
    CHECK(t.alone.create(taken).outcome == UserWriteOutcome::email_taken);
    t.alone.update(nth<UserId>(1), {.role = Role::admin});
    t.alone.update(nth<UserId>(2), {.is_active = false});
    t.alone.update(nth<UserId>(3), {.is_verified = false});
    t.alone.update(nth<UserId>(4), {.first_name = "Augusta"});
    check_counts(t);
    t.alone.sign_up(candidate(7, "late@example.org", hash(7)));
    t.alone.sign_up(candidate(8, "late@example.org", hash(8)));
    t.alone.put_code(nth<UserId>(7), code(1));
    check_counts(t);
    t.alone.activate(nth<UserId>(7), code(1), {{hash(8)}});
    check_counts(t);
    t.alone.erase(nth<UserId>(5));
    t.alone.erase_unverified(noon + 1h);
    check_counts(t);
    CHECK(t.store->users().count({}) == 4);
  }

  SUBCASE("lists: what is rolled back is not counted") {
    const Trial t{harness};
    populate(t);
    {
      const auto tx = t.store->begin();
      static_cast<void>(tx->users().create_user(user(9)));
      static_cast<void>(tx->users().delete_user(nth<UserId>(1), {}));
      CHECK(tx->users().count({}) == 6);
      CHECK(tx->users().count({.role = Role::admin}) == 1);
    }
    check_counts(t);
  }

  SUBCASE("lists: users that come, change and go at once are all counted") {
    for (std::size_t round = 0; round < harness.rounds(); ++round) {
      const Trial t{harness};
      for (std::uint64_t n = 1; n <= t.threads; ++n) t.alone.create(user(n));
      race(t.threads, [&](std::size_t i) {
        const auto self = nth<UserId>(i + 1);
        if (i % 4 == 0) return t.alone.erase(self) == UserWriteOutcome::written;
        if (i % 4 == 1) return t.alone.create(user(i + 101)).user.has_value();
        if (i % 4 == 2) return t.alone.update(self, {.role = Role::admin}).user.has_value();
        return t.alone.update(self, {.is_active = false}).user.has_value();
      });
      check_counts(t);
      CHECK(t.store->users().count({}) == t.threads);
    }
  }
}

}  // namespace coffeeauth::testing
