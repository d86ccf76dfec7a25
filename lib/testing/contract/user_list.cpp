#include "coffeeauth/testing/doctest.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "coffeeauth/testing/contract/store.hpp"
#include "lib/testing/contract/each_alone.hpp"
#include "lib/testing/contract/listed_users.hpp"

namespace coffeeauth::testing {
namespace {

UserPosition position_of(const User& user, UserOrder order) {
  UserPosition position{.id = user.id};
  if (order == UserOrder::email) position.email = user.email.canonical();
  if (order == UserOrder::date_joined) position.millis = to_unix_millis(user.date_joined);
  if (order == UserOrder::last_login && user.last_login) {
    position.millis = to_unix_millis(*user.last_login);
  }
  return position;
}

// Reads the whole list in pages of `size`, each from behind the last row of the one before.
Numbers walk(const Trial& t, UserListQuery query, std::size_t size) {
  Numbers all;
  query.limit = size;
  for (;;) {
    const auto page = t.store->users().list(query);
    const auto numbers = numbers_of(page);
    all.insert(all.end(), numbers.begin(), numbers.end());
    if (page.size() < size || all.size() > 100) return all;
    query.after = position_of(page.back(), query.order);
  }
}

Numbers reversed(Numbers numbers) {
  std::reverse(numbers.begin(), numbers.end());
  return numbers;
}

struct Ordering {
  UserOrder order;
  Numbers ascending;
};

const std::array<Ordering, 3>& orderings() {
  static const std::array<Ordering, 3> all{{{UserOrder::date_joined, {1, 4, 2, 5, 3, 6}},
                                            {UserOrder::email, {6, 5, 4, 3, 2, 1}},
                                            {UserOrder::last_login, {1, 4, 6, 2, 3, 5}}}};
  return all;
}

void order(StoreHarness& harness) {
  SUBCASE(
      "lists: each order, ties by id in the same direction, never logged in before all others") {
    const Trial t{harness};
    populate(t);
    for (const auto& [order, ascending] : orderings()) {
      CHECK(listed(t, {.order = order}) == ascending);
      CHECK(listed(t, {.order = order, .direction = Direction::descending}) == reversed(ascending));
    }
  }

  SUBCASE("lists: a page starts at its offset and ends at its limit") {
    const Trial t{harness};
    populate(t);
    CHECK(listed(t, {.limit = 2}) == Numbers{1, 4});
    CHECK(listed(t, {.limit = 2, .offset = 3}) == Numbers{5, 3});
    CHECK(listed(t, {.limit = 2, .offset = 5}) == Numbers{6});
    CHECK(listed(t, {.limit = 2, .offset = 6}).empty());
    CHECK(listed(t, {.limit = 2, .offset = 60}).empty());
  }
}

void keyset(StoreHarness& harness) {
  SUBCASE("lists: walking page by page shows every user once, in any order and page size") {
    const Trial t{harness};
    populate(t);
    for (const auto& [order, ascending] : orderings()) {
      for (const std::size_t size : {1U, 2U, 3U, 4U}) {
        CAPTURE(size);
        CHECK(walk(t, {.order = order}, size) == ascending);
        CHECK(walk(t, {.order = order, .direction = Direction::descending}, size) ==
              reversed(ascending));
      }
    }
  }

  SUBCASE("lists: a walk goes on when the row it stood on is gone or has moved") {
    const Trial t{harness};
    populate(t);
    const auto first = t.store->users().list({.limit = 2});
    const auto after = position_of(first.back(), UserOrder::date_joined);
    t.alone.erase(first.back().id);
    CHECK(listed(t, {.after = after}) == Numbers{2, 5, 3, 6});

    const auto by_email = position_of(t.get(nth<UserId>(5)), UserOrder::email);
    t.alone.update(nth<UserId>(5), {.email = address("zz@example.org")});
    CHECK(listed(t, {.order = UserOrder::email, .after = by_email}) == Numbers{3, 2, 1, 5});
  }

  SUBCASE("lists: a filter holds while walking") {
    const Trial t{harness};
    populate(t);
    CHECK(walk(t, {.filter = {.role = Role::user, .is_verified = true}}, 1) == Numbers{1, 2, 5, 3});
  }
}

void filters(StoreHarness& harness) {
  SUBCASE("lists: filters are joined by and, and count what they list") {
    const Trial t{harness};
    populate(t);
    t.alone.update(nth<UserId>(2), {.is_active = false});
    const std::vector<std::pair<UserFilter, Numbers>> cases{
        {{}, {1, 4, 2, 5, 3, 6}},
        {{.role = Role::admin}, {6}},
        {{.role = Role::user}, {1, 4, 2, 5, 3}},
        {{.is_verified = false}, {4}},
        {{.is_active = false}, {2}},
        {{.is_verified = true, .is_active = true}, {1, 5, 3, 6}},
        {{.role = Role::admin, .is_verified = false}, {}}};
    for (const auto& [filter, expected] : cases) {
      CHECK(listed(t, {.filter = filter}) == expected);
      CHECK(t.store->users().count(filter) == expected.size());
    }
  }
}

// A user for each name, numbered from 1, without a last name.
template <std::size_t Size>
void create_named(const Trial& t, const std::array<std::string, Size>& names) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto made = user(i + 1);
    made.first_name = names.at(i);
    made.last_name = "";
    t.alone.create(made);
  }
}

void search(StoreHarness& harness) {
  SUBCASE("lists: a search finds parts of addresses and names, letter case aside") {
    const Trial t{harness};
    auto ada = user(1);
    ada.email = address("Ada.L@Analytical.org");
    t.alone.create(ada);
    auto grace = user(2);
    grace.first_name = "Grace";
    grace.last_name = "Hopper";
    t.alone.create(grace);
    const auto found = [&](const std::string& text) {
      const UserFilter filter{.search = text};
      const auto numbers = listed(t, {.filter = filter});
      CHECK(t.store->users().count(filter) == numbers.size());
      return numbers;
    };
    CHECK(found("analytical") == Numbers{1});
    CHECK(found("ADA.l@") == Numbers{1});
    CHECK(found("LOVE") == Numbers{1});
    CHECK(found("grace") == Numbers{2});
    CHECK(found("opp") == Numbers{2});
    CHECK(found(".org") == Numbers{1, 2});
    CHECK(found("nobody").empty());
    CHECK(found("grace hopper") == Numbers{2});
    CHECK(found("GRACE HOP") == Numbers{2});
    CHECK(found("  hopper ") == Numbers{2});
    // Parts of different fields do not add up.
    CHECK(found("gracehopper").empty());
    CHECK(found("orggrace").empty());
    CHECK(found("hopper grace").empty());
  }

  SUBCASE("lists: a search folds letter case and compatibility forms of every script") {
    const Trial t{harness};
    const std::array<std::string, 5> names{
        "ZO\xc3\x8b",                            // ZOE, diaeresis
        "Zoe\xcc\x88",                           // in two characters
        "\xd0\x81\xd0\x96\xd0\x98\xd0\x9a",      // in Cyrillic
        "\xef\xbc\xa1\xef\xbd\x84\xef\xbd\x81",  // Ada, full width
        "Stra\xc3\x9f"
        "e"};
    create_named(t, names);
    const auto found = [&](const std::string& text) {
      return listed(t, {.filter = {.search = text}});
    };
    CHECK(found("zo\xc3\xab") == Numbers{1, 2});
    CHECK(found("Zoe\xcc\x88") == Numbers{1, 2});
    CHECK(found("\xd1\x91\xd0\xb6\xd0\xb8") == Numbers{3});
    CHECK(found("\xd0\x96") == Numbers{3});
    CHECK(found("ada") == Numbers{4});
    CHECK(found("STRASSE") == Numbers{5});
  }

  SUBCASE("lists: a search finds an address in its own script and as its A-label") {
    const Trial t{harness};
    auto made = user(1);
    // With a Cyrillic letter.
    made.email = EmailAddress::restore("ceo@\xd0\xb5xample.com", "ceo@xn--xample-2of.com");
    t.alone.create(made);
    const auto found = [&](const std::string& text) {
      return listed(t, {.filter = {.search = text}});
    };
    CHECK(found("\xd0\xb5xample.com") == Numbers{1});
    CHECK(found("ceo@xn--") == Numbers{1});
    CHECK(found("example.com").empty());
  }

  SUBCASE("lists: a search sees every change of what it looks into, and nothing that is gone") {
    const Trial t{harness};
    for (std::uint64_t n = 1; n <= 3; ++n) t.alone.create(user(n));
    const auto found = [&](const std::string& text) {
      return listed(t, {.filter = {.search = text}});
    };
    t.alone.update(nth<UserId>(1), {.first_name = "Katherine", .last_name = "Johnson"});
    CHECK(found("ine joh") == Numbers{1});
    CHECK(found("love") == Numbers{2, 3});
    t.alone.update(nth<UserId>(2), {.email = address("enchantress@numbers.example")});
    CHECK(found("antress@num") == Numbers{2});
    t.alone.update(nth<UserId>(2), {.last_name = "King"});
    CHECK(found("antress@num") == Numbers{2});
    CHECK(found("love") == Numbers{3});
    t.alone.erase(nth<UserId>(2));
    CHECK(found("antress").empty());
    t.alone.create(user(4));
    CHECK(found("love") == Numbers{3, 4});
    CHECK(found("antress").empty());
    t.alone.sign_up(candidate(7, "late@example.org", hash(7)));
    CHECK(found("late@") == Numbers{7});
    t.alone.erase_unverified(noon + 49h);
    CHECK(found("late@").empty());
  }

  SUBCASE("lists: a search is paged, filtered and ordered as a list is") {
    const Trial t{harness};
    populate(t);
    const UserFilter filter{.search = "@example.org"};
    for (const auto& [order, ascending] : orderings()) {
      CHECK(walk(t, {.filter = filter, .order = order}, 2) == ascending);
      CHECK(walk(t, {.filter = filter, .order = order, .direction = Direction::descending}, 2) ==
            reversed(ascending));
      CHECK(listed(t, {.filter = filter, .order = order, .limit = 2, .offset = 3}) ==
            Numbers{ascending[3], ascending[4]});
    }
    CHECK(listed(t, {.filter = {.search = "@example.org", .is_verified = false}}) == Numbers{4});
  }

  SUBCASE("lists: a search that many match is the whole list without the others") {
    const Trial t{harness};
    for (std::uint64_t n = 1; n <= 40; ++n) {
      auto made = user(n);
      made.first_name = n % 3 == 0 ? "Charles" : "Ada";
      made.last_name = n % 13 == 0 ? "Byron" : "Lovelace";
      made.now = noon + std::chrono::milliseconds{(n * 7) % 5};
      t.alone.create(made);
    }
    for (const auto order : {UserOrder::date_joined, UserOrder::email, UserOrder::last_login}) {
      for (const auto direction : {Direction::ascending, Direction::descending}) {
        Numbers expected;
        for (const auto n : listed(t, {.order = order, .direction = direction, .limit = 100})) {
          if (n % 3 != 0) expected.push_back(n);
        }
        const UserListQuery query{
            .filter = {.search = "ADA"}, .order = order, .direction = direction};
        for (const std::size_t size : {3U, 26U, 27U, 28U}) CHECK(walk(t, query, size) == expected);
        auto page = query;
        page.limit = 4;
        page.offset = 10;
        CHECK(listed(t, page) == Numbers(expected.begin() + 10, expected.begin() + 14));
        page.offset = 25;
        CHECK(listed(t, page) == Numbers(expected.begin() + 25, expected.end()));
      }
    }
    CHECK(t.store->users().count({.search = "ada"}) == 27);
    CHECK(listed(t, {.filter = {.search = "byron"}}).size() == 3);
    CHECK(t.store->users().count({.search = "ada byron"}) == 2);
  }

  SUBCASE("lists: a search that more match than are to be counted may go uncounted, and no other") {
    const Trial t{harness};
    populate(t);
    auto& users = t.store->users();
    const UserFilter filter{.search = "example"};
    CHECK(users.count(filter, SIZE_MAX) == 6);
    CHECK(users.count(filter, 6) == 6);
    const auto more = users.count(filter, 5);
    CHECK((!more || *more == 6));
    CHECK(users.count({}, 1) == 6);
    CHECK(users.count({.search = "nobody"}, 0) == 0);
  }

  SUBCASE("lists: a page with the count of all is that page and that count") {
    const Trial t{harness};
    populate(t);
    t.alone.update(nth<UserId>(2), {.is_active = false});
    auto& users = t.store->users();
    for (const std::string text : {"", "e", "exa", "@example.org", "love", "nobody", "zzz"}) {
      for (const std::optional<bool> active : {std::optional<bool>{}, std::optional{true}}) {
        for (const std::size_t offset : {0U, 2U, 6U}) {
          CAPTURE(text);
          CAPTURE(offset);
          const UserListQuery query{
              .filter = {.search = text, .is_active = active}, .limit = 3, .offset = offset};
          const auto read = users.list_and_count(query, SIZE_MAX);
          CHECK(numbers_of(read.users) == listed(t, query));
          CHECK(read.count == users.count(query.filter));
        }
      }
    }
    const UserListQuery second{.filter = {.search = "example"},
                               .limit = 2,
                               .after = position_of(t.get(nth<UserId>(4)), UserOrder::date_joined)};
    const auto read = users.list_and_count(second, 6);
    CHECK(numbers_of(read.users) == Numbers{2, 5});
    CHECK(read.count == 6);
    const auto uncounted = users.list_and_count(second, 5).count;
    CHECK((!uncounted || *uncounted == 6));
  }

  SUBCASE("lists: no character of a search is a pattern") {
    const Trial t{harness};
    const std::array<std::string, 6> names{"100%",   "a_b",         "back\\slash",
                                           "O'Neil", "Ren\xc3\xa9", "plain"};
    create_named(t, names);
    const auto found = [&](const std::string& text) {
      return listed(t, {.filter = {.search = text}});
    };
    CHECK(found("%") == Numbers{1});
    CHECK(found("0%") == Numbers{1});
    CHECK(found("_") == Numbers{2});
    CHECK(found("\\") == Numbers{3});
    CHECK(found("k\\s") == Numbers{3});
    CHECK(found("'") == Numbers{4});
    CHECK(found("n\xc3\xa9") == Numbers{5});
    CHECK(found("p%n").empty());
    CHECK(found("p.ain").empty());
    CHECK(found("*").empty());
  }
}

}  // namespace

void user_list_contract(StoreHarness& harness) {
  order(harness);
  keyset(harness);
  filters(harness);
  search(harness);
  user_counts_contract(harness);
}

}  // namespace coffeeauth::testing
