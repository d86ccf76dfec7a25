// Lists: order, pages, filters and search.
#include "coffeeauth/testing/doctest.hpp"

#include "tests/unit/sql/fixture.hpp"

using namespace coffeeauth;
using namespace coffeeauth::sql::testing;
using coffeeauth::sql::make_sqlite_store;

namespace {

// Twenty users; every second has logged in, in the reverse order of joining, every fifth joined at
// the same moment as the one before.
void fill(Store& store) {
  store.transact([](Transaction& tx) {
    for (std::uint64_t n = 0; n < 20; ++n) {
      auto user = new_user(n);
      user.email = email_of("user" + std::to_string(99 - n));
      if (n % 5 == 4) user.now = new_user(n - 1).now;
      static_cast<void>(tx.users().create_user(user));
      if (n % 2 == 0) {
        auto session = new_session(n, user.id);
        session.session.created_at = noon + std::chrono::seconds{100 - n};
        static_cast<void>(tx.sessions().open_session(session, 1, 100));
      }
    }
  });
}

UserPosition position_of(const User& user, UserOrder order) {
  UserPosition position{.id = user.id};
  if (order == UserOrder::email) position.email = user.email.canonical();
  if (order == UserOrder::date_joined) position.millis = to_unix_millis(user.date_joined);
  if (order == UserOrder::last_login && user.last_login) {
    position.millis = to_unix_millis(*user.last_login);
  }
  return position;
}

bool in_order(const User& a, const User& b, UserOrder order) {
  const auto pa = position_of(a, order);
  const auto pb = position_of(b, order);
  return std::tie(pa.email, pa.millis, pa.id) < std::tie(pb.email, pb.millis, pb.id);
}

}  // namespace

TEST_CASE("pages by position show everybody once, in each order and direction") {
  const TemporaryFolder folder;
  const auto store = make_sqlite_store({.path = folder.file("a.db")});
  fill(*store);

  for (const auto order : {UserOrder::date_joined, UserOrder::email, UserOrder::last_login}) {
    for (const auto direction : {Direction::ascending, Direction::descending}) {
      CAPTURE(static_cast<int>(order));
      CAPTURE(static_cast<int>(direction));
      std::vector<User> all;
      UserListQuery query{.order = order, .direction = direction, .limit = 3};
      for (;;) {
        const auto page = store->users().list(query);
        all.insert(all.end(), page.begin(), page.end());
        if (page.size() < query.limit) break;
        query.after = position_of(page.back(), order);
      }
      CHECK(all.size() == 20);
      if (direction == Direction::descending) std::reverse(all.begin(), all.end());
      for (std::size_t i = 1; i < all.size(); ++i) CHECK(in_order(all[i - 1], all[i], order));

      query.after.reset();
      query.offset = 18;
      CHECK(store->users().list(query).size() == 2);
    }
  }
}

TEST_CASE("filters and search choose together, and count agrees with list") {
  const TemporaryFolder folder;
  const auto store = make_sqlite_store({.path = folder.file("a.db")});
  fill(*store);
  auto odd = new_user(50, false);
  odd.email = email_of("someone");
  odd.first_name = "100%_\\Anna";
  add_user(*store, odd);
  store->transact([&](Transaction& tx) {
    static_cast<void>(tx.users().update_user(nth_id<UserId>(1), {}, {.role = Role::admin}, noon));
  });
  const auto matches = [&](const UserFilter& filter) {
    const auto listed = store->users().list({.filter = filter, .limit = 100}).size();
    CHECK(listed == store->users().count(filter));
    return listed;
  };

  CHECK(matches({}) == 21);
  CHECK(matches({.search = "ANN"}) == 21);
  CHECK(matches({.search = "anna"}) == 1);
  CHECK(matches({.search = "%"}) == 1);
  CHECK(matches({.search = "_"}) == 1);
  CHECK(matches({.search = "\\"}) == 1);
  CHECK(matches({.search = "SOMEone@EXAMPLE"}) == 1);
  CHECK(matches({.search = "nobody"}) == 0);
  CHECK(matches({.role = Role::admin}) == 1);
  CHECK(matches({.role = Role::user, .is_verified = true, .is_active = true}) == 19);
  CHECK(matches({.search = "ann", .is_verified = false}) == 1);
  CHECK(matches({.is_active = false}) == 0);
}
