#include "fixture.hpp"

#include <array>
#include <set>
#include <thread>

#include "coffeeauth/base64url.hpp"

using namespace coffeeauth;
using namespace std::chrono_literals;

namespace {

struct AdminFixture : Fixture {
  User boss = admin("boss@example.org");

  Result<User> change(const User& user, const UserPatch& patch,
                      std::optional<std::int64_t> version = {}) {
    return auth().admin().update_user(user.id, patch, version, boss.id, client);
  }
};

}  // namespace

TEST_CASE_FIXTURE(AdminFixture,
                  "the last administrator can be neither demoted, disabled nor removed") {
  CHECK(code_of(change(boss, {.role = Role::user})) == ErrorCode::last_admin);
  CHECK(code_of(change(boss, {.is_active = false})) == ErrorCode::last_admin);
  CHECK(code_of(change(boss, {.is_verified = false})) == ErrorCode::last_admin);
  CHECK(code_of(auth().admin().delete_user(boss.id, {}, boss.id, client)) == ErrorCode::last_admin);
  CHECK(code_of(auth().users().delete_account(boss.id, password(good), client)) ==
        ErrorCode::last_admin);

  admin("second@example.org");
  CHECK_OK(change(boss, {.role = Role::user}));
}

TEST_CASE_FIXTURE(AdminFixture, "an administrator who has lost the password does not stand in") {
  const auto other = admin("other@example.org");
  for (const auto& patch :
       {UserPatch{.is_verified = false}, UserPatch{.email = email("new@example.org")},
        UserPatch{.is_verified = true}}) {
    REQUIRE_OK(change(other, patch));
  }
  CHECK(code_of(change(boss, {.role = Role::user})) == ErrorCode::last_admin);
  REQUIRE_OK(verify_with("new@example.org", mailed_code("new@example.org"), good));
  CHECK_OK(change(boss, {.role = Role::user}));
}

TEST_CASE_FIXTURE(AdminFixture, "of two administrators who remove each other one remains") {
  const auto second = admin("second@example.org");
  std::optional<ErrorCode> first_error;
  std::optional<ErrorCode> second_error;
  std::thread one{[&] {
    const auto r = auth().admin().delete_user(second.id, {}, boss.id, client);
    if (!r) first_error = r.error().code;
  }};
  std::thread two{[&] {
    const auto r = auth().admin().delete_user(boss.id, {}, second.id, client);
    if (!r) second_error = r.error().code;
  }};
  one.join();
  two.join();
  CHECK(first_error.has_value() == !second_error);
  CHECK(auth().parts().store.users().count({.role = Role::admin}) == 1);
}

TEST_CASE_FIXTURE(AdminFixture, "a page of no users is refused, not divided by") {
  CHECK(code_of(auth().admin().list_users({.page_size = 0})) == ErrorCode::validation_failed);
}

TEST_CASE_FIXTURE(AdminFixture, "a change of what was read meanwhile by another is a conflict") {
  const auto user = verified_user("ada@example.org");
  REQUIRE_OK(change(user, {.first_name = "One"}, user.version));
  CHECK(code_of(change(user, {.first_name = "Two"}, user.version)) == ErrorCode::version_conflict);
  CHECK(auth().admin().get_user(user.id)->first_name == "One");
}

TEST_CASE_FIXTURE(AdminFixture, "an address in use cannot be given to another user") {
  const auto user = verified_user("ada@example.org");
  CHECK(code_of(change(user, {.email = email("BOSS@example.org")})) == ErrorCode::email_taken);
}

namespace {

struct Unproved : AdminFixture {
  /// Two strangers' or one's, whoever they are.
  User signed_up(int sign_ups) {
    for (int i = 0; i < sign_ups; ++i) {
      REQUIRE_OK(sign_up("ops@example.org", "the stranger's own " + std::to_string(i)));
    }
    return auth().parts().store.users().find_credentials(email("ops@example.org"))->user;
  }
  /// None of the strangers' passwords opens anything.
  void check_closed(std::string_view address = "ops@example.org") {
    for (int i = 0; i < 2; ++i) {
      CHECK_FALSE(testing::outcome(log_in(address, "the stranger's own " + std::to_string(i))) ==
                  testing::ok);
    }
  }
};

}  // namespace

TEST_CASE_FIXTURE(Unproved, "an administrator who verifies an address opens it to no stranger") {
  int sign_ups = 1;
  SUBCASE("who was alone") { sign_ups = 1; }
  SUBCASE("of whom there were two") { sign_ups = 2; }
  const auto user = signed_up(sign_ups);
  const auto mails = mails_to("ops@example.org");
  t.clock().advance(61s);
  REQUIRE_OK(change(user, {.is_verified = true}));
  check_closed();
  CHECK(code_of(change(user, {.role = Role::admin})) == ErrorCode::validation_failed);

  // The owner is mailed a code at once, and sets a password with it.
  REQUIRE(mails_to("ops@example.org") == mails + 1);
  REQUIRE_OK(verify_with("ops@example.org", mailed_code("ops@example.org"), good));
  CHECK_OK(log_in("ops@example.org", good));
  check_closed();
  CHECK_OK(change(user, {.role = Role::admin}));
}

TEST_CASE_FIXTURE(Unproved,
                  "the code that an administrator has mailed activates no sign-up by itself") {
  const auto user = signed_up(1);
  t.clock().advance(61s);
  REQUIRE_OK(change(user, {.is_verified = true}));
  const auto digits = mailed_code("ops@example.org");
  CHECK(code_of(verify("ops@example.org", digits)) == ErrorCode::password_required);
  check_closed();
  t.clock().advance(24h * 3);
  jobs::Scheduler{auth().services()}.run_once();
  resend("ops@example.org");
  const auto later = mailed_code("ops@example.org");
  CHECK(code_of(verify("ops@example.org", later)) == ErrorCode::password_required);
  CHECK_OK(verify_with("ops@example.org", later, good));
  check_closed();
}

TEST_CASE_FIXTURE(Unproved,
                  "what strangers had mailed keeps no administrator's mail from the owner") {
  const auto user = signed_up(1);
  // From nobody knows where, and from more networks than have shares: until no more is mailed.
  for (int i = 0; i < 20; ++i) {
    t.clock().advance(1h);
    const ClientContext from{.address = i % 2 == 0 ? "" : "198.51.100." + std::to_string(i)};
    static_cast<void>(auth().verification().resend_code(email("ops@example.org"), from));
  }
  const auto mails = mails_to("ops@example.org");
  REQUIRE_OK(change(user, {.is_verified = true}));
  REQUIRE(mails_to("ops@example.org") == mails + 1);
  REQUIRE_OK(verify_with("ops@example.org", mailed_code("ops@example.org"), good));
  CHECK_OK(log_in("ops@example.org", good));
}

TEST_CASE_FIXTURE(Unproved,
                  "the owner of an account verified by hand may ask for a code, any day") {
  const auto user = signed_up(1);
  REQUIRE_OK(change(user, {.is_verified = true}));
  t.clock().advance(24h * 10);
  jobs::Scheduler{auth().services()}.run_once();
  SUBCASE("by resend") { resend("ops@example.org"); }
  SUBCASE("by signing up again") { REQUIRE_OK(sign_up("ops@example.org", good)); }
  REQUIRE_OK(verify_with("ops@example.org", mailed_code("ops@example.org"), good));
  CHECK_OK(log_in("ops@example.org", good));
  const auto mails = mails_to("ops@example.org");
  t.clock().advance(61s);
  resend("ops@example.org");
  CHECK(mails_to("ops@example.org") == mails);
}

TEST_CASE_FIXTURE(Unproved, "no chain of an administrator's changes gives a stranger's password") {
  const auto user = signed_up(2);
  SUBCASE("verified and made administrator in one") {
    CHECK_FALSE(testing::outcome(change(user, {.role = Role::admin, .is_verified = true})) ==
                testing::ok);
  }
  SUBCASE("a new address, then verified") {
    REQUIRE_OK(change(user, {.email = email("new@example.org")}));
    REQUIRE_OK(change(user, {.is_verified = true}));
  }
  SUBCASE("a new address and verified in one") {
    REQUIRE_OK(change(user, {.email = email("new@example.org"), .is_verified = true}));
  }
  SUBCASE("verified, taken back, verified") {
    for (const bool flag : {true, false, true}) {
      REQUIRE_OK(change(user, {.is_verified = flag}));
    }
  }
  SUBCASE("disabled, verified, enabled") {
    REQUIRE_OK(change(user, {.is_active = false}));
    REQUIRE_OK(change(user, {.is_verified = true}));
    REQUIRE_OK(change(user, {.is_active = true}));
  }
  SUBCASE("promoted") {
    CHECK(code_of(auth().admin().promote(email("ops@example.org"))) ==
          ErrorCode::validation_failed);
  }
  check_closed();
  check_closed("new@example.org");
}

TEST_CASE_FIXTURE(AdminFixture, "who proved the mailbox keeps the password when verified by hand") {
  const auto user = verified_user("ada@example.org");
  REQUIRE_OK(change(user, {.is_verified = false}));
  CHECK(code_of(log_in("ada@example.org")) == ErrorCode::email_not_verified);
  REQUIRE_OK(sign_up("ada@example.org", other_good));
  REQUIRE_OK(change(user, {.is_verified = true}));
  CHECK_OK(log_in("ada@example.org"));
  CHECK_FALSE(testing::outcome(log_in("ada@example.org", other_good)) == testing::ok);
}

TEST_CASE_FIXTURE(Unproved,
                  "an operator's new administrator takes over an address that is not proved") {
  signed_up(2);
  const auto digits = mailed_code("ops@example.org");
  const auto made = auth().admin().create_admin(
      {.email = email("ops@example.org"), .password = password(good), .first_name = "Grace"});
  REQUIRE_OK(made);
  CHECK(is_effective_admin(t.store().users().find_credentials(made->id).value()));
  CHECK(made->first_name == "Grace");
  CHECK_OK(log_in("ops@example.org", good));
  check_closed();
  CHECK_FALSE(testing::outcome(verify_with("ops@example.org", digits, other_good)) == testing::ok);
}

TEST_CASE_FIXTURE(AdminFixture,
                  "an operator's and an administrator's names are checked as a sign-up's") {
  const auto broken = auth().admin().create_admin({.email = email("new@example.org"),
                                                   .password = password(good),
                                                   .first_name = "\xFF\xFE",
                                                   .last_name = std::string(151, 'x')});
  REQUIRE_FALSE(broken);
  REQUIRE(broken.error().fields.size() == 2);
  CHECK(broken.error().fields.at(0).field == "first_name");
  CHECK(broken.error().fields.at(1).code == "too_long");
  const auto user = verified_user("ada@example.org");
  CHECK(code_of(change(user, {.first_name = "A\nB"})) == ErrorCode::validation_failed);
  CHECK(auth()
            .admin()
            .create_admin({.email = email("new@example.org"),
                           .password = password(good),
                           .first_name = "  Grace "})
            ->first_name == "Grace");
}

TEST_CASE_FIXTURE(AdminFixture, "lists page from first to last by number and by cursor alike") {
  for (int i = 0; i < 24; ++i) {
    t.clock().advance(i % 3 == 0 ? 1s : 0s);  // ties
    verified_user("user" + std::to_string(i) + "@example.org");
  }
  ListUsersRequest request{.page_size = 7};
  SUBCASE("by joining") { request.order = UserOrder::date_joined; }
  SUBCASE("by address, backwards") {
    request.order = UserOrder::email;
    request.direction = Direction::descending;
  }
  SUBCASE("by last login") { request.order = UserOrder::last_login; }

  std::vector<UserId> by_number;
  for (request.page = 1; request.page <= 4; ++request.page) {
    const auto page = auth().admin().list_users(request);
    REQUIRE_OK(page);
    CHECK(page->count == 25);
    CHECK(page->has_previous == (request.page > 1));
    CHECK(page->has_next == (request.page < 4));
    for (const auto& user : page->users) by_number.push_back(user.id);
  }
  CHECK(code_of(auth().admin().list_users(request)) == ErrorCode::not_found);

  std::vector<UserId> by_cursor;
  request.page = 1;
  for (bool more = true; more;) {
    const auto page = auth().admin().list_users(request).value();
    for (const auto& user : page.users) by_cursor.push_back(user.id);
    request.cursor = page.next_cursor;
    more = page.has_next;
  }
  CHECK(by_number == by_cursor);
  CHECK(std::set<UserId>(by_number.begin(), by_number.end()).size() == 25);
}

TEST_CASE_FIXTURE(AdminFixture, "a cursor is good for its own list and unchanged") {
  verified_user("ada@example.org");
  ListUsersRequest request{.page_size = 1};
  const auto cursor = auth().admin().list_users(request)->next_cursor;
  REQUIRE_FALSE(cursor.empty());
  request.cursor = cursor;
  REQUIRE_OK(auth().admin().list_users(request));

  SUBCASE("another order") { request.order = UserOrder::email; }
  SUBCASE("another filter") { request.filter.search = "ada"; }
  SUBCASE("changed") { request.cursor[10] = request.cursor[10] == 'A' ? 'B' : 'A'; }
  SUBCASE("cut") { request.cursor.pop_back(); }
  SUBCASE("invented") { request.cursor = "eyJpIjoiMSJ9"; }
  CHECK(code_of(auth().admin().list_users(request)) == ErrorCode::validation_failed);
}

TEST_CASE_FIXTURE(AdminFixture,
                  "a cursor tells nothing of the address in it, and is the same each time") {
  verified_user("ada@example.org");
  verified_user("b.with.a.much.longer.address@example.org");
  ListUsersRequest request{.page_size = 1};
  request.order = UserOrder::email;
  const auto first = auth().admin().list_users(request)->next_cursor;
  CHECK(auth().admin().list_users(request)->next_cursor == first);
  const auto decoded = base64url_decode(first);
  REQUIRE(decoded);
  const std::string bytes{decoded->begin(), decoded->end()};
  CHECK(bytes.find("ada") == std::string::npos);
  CHECK(bytes.find("example") == std::string::npos);
  CHECK(bytes.find('{') != 0);
  request.cursor = first;
  REQUIRE_OK(auth().admin().list_users(request));
  const auto second = auth().admin().list_users(request)->next_cursor;
  CHECK((second.empty() || second.size() >= first.size()));
}

TEST_CASE_FIXTURE(AdminFixture, "every change of a user makes the cached lists unreachable") {
  auto& cache = auth().parts().cache;
  const auto generation = [&] { return cache.generation("users"); };
  auto before = generation();
  const auto changed = [&] {
    const auto now = generation();
    const bool differs = now != before;
    before = now;
    return differs;
  };
  const auto user = verified_user("ada@example.org");
  CHECK(changed());
  // But for a login: lists may show it late.
  REQUIRE_OK(log_in("ada@example.org"));
  CHECK_FALSE(changed());
  REQUIRE_OK(change(user, {.first_name = "A."}));
  CHECK(changed());
  REQUIRE_OK(auth().users().update_profile(user.id, {.first_name = "B."}, client));
  CHECK(changed());
  // And for what changes nothing, which anybody could send all day.
  const auto updates = t.events().count(EventKind::user_updated);
  REQUIRE_OK(auth().users().update_profile(user.id, {}, client));
  REQUIRE_OK(auth().users().update_profile(user.id, {.first_name = "B."}, client));
  REQUIRE_OK(change(user, {.role = Role::user, .is_active = true}));
  CHECK_FALSE(changed());
  CHECK(t.events().count(EventKind::user_updated) == updates);
  CHECK(t.events().count(EventKind::user_enabled) == 0);
  REQUIRE_OK(auth().admin().delete_user(user.id, {}, boss.id, client));
  CHECK(changed());
}

TEST_CASE_FIXTURE(AdminFixture,
                  "events tell of a role or a ban that changed, not that was repeated") {
  const auto user = verified_user("ada@example.org");
  const auto told = [&](const UserPatch& patch) {
    const std::array kinds{EventKind::role_changed, EventKind::user_enabled,
                           EventKind::user_disabled};
    std::array<std::size_t, 3> counts{};
    for (std::size_t i = 0; i < 3; ++i) counts.at(i) = t.events().count(kinds.at(i));
    REQUIRE_OK(change(user, patch));
    for (std::size_t i = 0; i < 3; ++i) counts.at(i) = t.events().count(kinds.at(i)) - counts.at(i);
    return counts;
  };
  using Counts = std::array<std::size_t, 3>;
  CHECK(told({.first_name = "A.", .role = Role::user, .is_active = true}) == Counts{0, 0, 0});
  CHECK(told({.role = Role::admin, .is_active = true}) == Counts{1, 0, 0});
  CHECK(told({.first_name = "B.", .role = Role::admin, .is_active = false}) == Counts{0, 0, 1});
  CHECK(told({.role = Role::user, .is_active = true}) == Counts{1, 1, 0});
}

TEST_CASE_FIXTURE(AdminFixture, "events tell of a verification that was given or taken") {
  const auto user = verified_user("ada@example.org");
  const auto told = [&](const UserPatch& patch) {
    REQUIRE_OK(change(user, patch));
    return t.events().last(EventKind::user_updated)->details;
  };
  using Details = std::vector<EventDetail>;
  CHECK(told({.first_name = "A.", .is_verified = true}).empty());
  CHECK(told({.is_verified = false}) == Details{{"verification", "taken"}});
  CHECK(told({.first_name = "B.", .is_verified = false}).empty());
  CHECK(told({.email = email("next@example.org"), .is_verified = true}) ==
        Details{{"verification", "given"}});
  CHECK_MESSAGE(told({.is_active = false}).empty(), "disabled, and verified all the same");
  REQUIRE_OK(change(user, {.is_verified = false}));
  admin("next@example.org");
  CHECK(t.events().last(EventKind::user_updated)->details == Details{{"verification", "given"}});
}

TEST_CASE_FIXTURE(AdminFixture, "events of an administrator who is made tell what that changed") {
  const auto told = [&](std::string_view address) {
    const std::array kinds{EventKind::user_updated, EventKind::role_changed,
                           EventKind::user_enabled};
    std::array<std::size_t, 3> counts{};
    for (std::size_t i = 0; i < 3; ++i) counts.at(i) = t.events().count(kinds.at(i));
    admin(address);
    for (std::size_t i = 0; i < 3; ++i) counts.at(i) = t.events().count(kinds.at(i)) - counts.at(i);
    return counts;
  };
  using Counts = std::array<std::size_t, 3>;
  CHECK(told("new@example.org") == Counts{0, 1, 0});
  const auto other = admin("other@example.org");
  REQUIRE_OK(change(other, {.is_verified = false}));
  CHECK(told("other@example.org") == Counts{1, 0, 0});
  REQUIRE_OK(change(other, {.is_verified = false, .is_active = false}));
  CHECK(told("other@example.org") == Counts{1, 0, 1});
}

TEST_CASE_FIXTURE(AdminFixture, "an administrator who awaits the owner is not promoted") {
  const auto other = admin("other@example.org");
  const auto promoted = [&](std::string_view address) {
    return auth().admin().promote(email(address));
  };
  REQUIRE_OK(change(other, {.is_verified = false}));
  CHECK(code_of(promoted("other@example.org")) == ErrorCode::validation_failed);
  REQUIRE_OK(change(other, {.email = email("new@example.org"), .is_verified = true}));
  CHECK(code_of(promoted("new@example.org")) == ErrorCode::validation_failed);
  REQUIRE_OK(verify_with("new@example.org", mailed_code("new@example.org"), good));
  CHECK_OK(promoted("new@example.org"));
  CHECK_OK(log_in("new@example.org"));
}

TEST_CASE_FIXTURE(AdminFixture, "an operator makes administrators, and promotes who is there") {
  CHECK(boss.is_verified);
  CHECK(boss.role == Role::admin);
  CHECK(code_of(auth().admin().create_admin(
            {.email = email("boss@example.org"), .password = password(good)})) ==
        ErrorCode::email_taken);
  CHECK(code_of(auth().admin().create_admin(
            {.email = email("new@example.org"), .password = password("password")})) ==
        ErrorCode::validation_failed);
  verified_user("ada@example.org");
  CHECK(auth().admin().promote(email("ada@example.org"))->role == Role::admin);
  CHECK(code_of(auth().admin().promote(email("nobody@example.org"))) == ErrorCode::not_found);
}

TEST_CASE_FIXTURE(AdminFixture, "an administrator ends all sessions of a user, and no other's") {
  const auto ada = verified_user("ada@example.org");
  const auto first = log_in("ada@example.org").value();
  const auto second = log_in("ada@example.org").value();
  verified_user("bob@example.org");
  const auto bobs = log_in("bob@example.org").value();
  REQUIRE_OK(who(first));
  const auto end = [&](const UserId& id) {
    return auth().admin().end_sessions(id, boss.id, client);
  };

  t.faults().fail_next_commit();
  CHECK_THROWS_AS(static_cast<void>(end(ada.id)), Unavailable);
  CHECK_OK(who(first));
  CHECK(t.events().count(EventKind::session_ended) == 0);

  CHECK(end(ada.id).value() == 2);
  for (const auto* const ended : {&first, &second}) {
    CHECK_ERROR(who(*ended), ErrorCode::token_invalid);
    CHECK_ERROR(refresh(*ended), ErrorCode::token_invalid);
  }
  CHECK(auth().sessions().list(ada.id).empty());
  CHECK_OK(who(bobs));
  const auto told = t.events().last(EventKind::session_ended).value();
  CHECK(told.user == ada.id);
  CHECK(told.actor == boss.id);
  CHECK(told.count == 2);

  // Nothing to end is no event; and who was logged out may come back.
  CHECK(end(ada.id).value() == 0);
  CHECK(t.events().count(EventKind::session_ended) == 1);
  CHECK_OK(log_in("ada@example.org"));
  CHECK_ERROR(end(UserId{}), ErrorCode::not_found);
}

TEST_CASE_FIXTURE(AdminFixture,
                  "the former mailbox is told when an administrator moves an account") {
  const auto user = verified_user("ada@example.org");
  const auto before = mails_to("ada@example.org");
  SUBCASE("another address") {
    REQUIRE_OK(change(user, {.email = email("new@example.org")}));
    REQUIRE(mails_to("ada@example.org") == before + 1);
    const auto mail = t.mailer().last_to(email("ada@example.org")).value();
    CAPTURE(mail.text);
    CHECK(mail.text.find("was changed by an administrator.") != std::string::npos);
    CHECK(mail.text.find("If not, contact coffeeauth immediately.") != std::string::npos);
    for (const auto& body : {mail.text, mail.html}) {
      // The mailbox may be a stranger's by now; and the administrator's device is nobody's
      // business.
      CHECK(body.find("new@example.org") == std::string::npos);
      CHECK(body.find(client.address) == std::string::npos);
    }
    CHECK(mails_to("new@example.org") == 0);
  }
  SUBCASE("the same address, spelled otherwise, and other changes") {
    REQUIRE_OK(change(user, {.email = email("Ada@Example.org")}));
    REQUIRE_OK(change(user, {.first_name = "Augusta"}));
    CHECK(mails_to("ada@example.org") == before);
  }
  SUBCASE("a change that is refused") {
    verified_user("new@example.org");
    CHECK(code_of(change(user, {.email = email("new@example.org")})) == ErrorCode::email_taken);
    CHECK(mails_to("ada@example.org") == before);
  }
  SUBCASE("a change whose commit fails") {
    t.faults().fail_next_commit();
    CHECK_THROWS_AS(static_cast<void>(change(user, {.email = email("new@example.org")})),
                    Unavailable);
    CHECK(mails_to("ada@example.org") == before);
  }
}

TEST_CASE_FIXTURE(AdminFixture,
                  "the former mailbox is told of a move in steps, verification taken away first") {
  const auto user = verified_user("ada@example.org");
  SUBCASE("who never logged in") {}
  SUBCASE("who has logged in") { REQUIRE_OK(log_in("ada@example.org")); }
  const auto before = mails_to("ada@example.org");
  REQUIRE_OK(change(user, {.is_verified = false}));
  REQUIRE_OK(change(user, {.email = email("new@example.org")}));
  REQUIRE_OK(change(user, {.is_verified = true}));
  REQUIRE(mails_to("ada@example.org") == before + 1);
  const auto mail = t.mailer().last_to(email("ada@example.org")).value();
  CAPTURE(mail.text);
  CHECK(mail.text.find("was changed by an administrator.") != std::string::npos);
  CHECK(mail.text.find("new@example.org") == std::string::npos);
}

TEST_CASE_FIXTURE(Unproved, "a mailbox that nobody proved is told nothing of a move") {
  const auto user = signed_up(1);
  const auto before = mails_to("ops@example.org");
  REQUIRE_OK(change(user, {.email = email("new@example.org")}));
  CHECK(mails_to("ops@example.org") == before);
}
