#include "coffeeauth/user.hpp"

#include "coffeeauth/ports/user_store.hpp"
#include "fixture.hpp"
#include "tests/parsed.hpp"

namespace coffeeauth {
namespace {

using testing::email;

Credentials ada() {
  return {.user = {.id = {},
                   .email = email("ada@example.com"),
                   .first_name = "Ada",
                   .last_name = "Lovelace",
                   .role = Role::user,
                   .is_verified = true,
                   .is_active = true,
                   .date_joined = from_unix_millis(1),
                   .last_login = from_unix_millis(2),
                   .version = 7,
                   .security_version = 3},
          .password_hash = PasswordHash{"$hash$1"}};
}

struct Expected {
  const char* what;
  UserPatch patch;
  bool stops_tokens;
  bool ends_sessions;
};

/// What each field of a patch must do by itself.
std::vector<Expected> changes() {
  return {{"first name", {.first_name = "Augusta"}, false, false},
          {"last name", {.last_name = "King"}, false, false},
          {"language", {.language = Language::parse("de").value()}, false, false},
          {"second factor", {.second_factor = true}, true, true},
          {"no first name", {.first_name = ""}, false, false},
          {"spelling of the address", {.email = email("Ada@Example.com")}, false, false},
          {"address", {.email = email("ada@example.org")}, true, true},
          {"role", {.role = Role::admin}, true, false},
          {"no longer verified", {.is_verified = false}, true, true},
          {"no longer active", {.is_active = false}, true, true},
          {"password", {.password_hash = PasswordHash{"$hash$2"}}, true, true}};
}

TEST_CASE("every change of a user grows its version, and those that matter stop its tokens") {
  const auto before = ada();
  for (const auto& change : changes()) {
    CAPTURE(change.what);
    const auto result = apply_patch(before, change.patch);
    CHECK(result.changed);
    CHECK(result.after.user.version == 8);
    CHECK(result.after.user.security_version == (change.stops_tokens ? 4 : 3));
    CHECK(result.ends_sessions == change.ends_sessions);
    CHECK_FALSE((result.after.user == before.user &&
                 result.after.password_hash == before.password_hash &&
                 result.after.user.email.display() == before.user.email.display()));
  }
}

TEST_CASE("a second factor that goes stops tokens, and leaves sessions") {
  auto before = ada();
  before.user.second_factor = true;
  const auto result = apply_patch(before, {.second_factor = false});
  CHECK(result.changed);
  CHECK(result.after.user.security_version == before.user.security_version + 1);
  CHECK_FALSE(result.ends_sessions);
}

TEST_CASE("a change writes its field and no other") {
  const auto before = ada();
  const auto renamed = apply_patch(before, {.first_name = "Augusta"}).after;
  auto expected = before.user;
  expected.first_name = "Augusta";
  expected.version = 8;
  CHECK(renamed.user == expected);
  CHECK(renamed.password_hash == before.password_hash);

  const auto disabled = apply_patch(before, {.is_active = false}).after.user;
  expected = before.user;
  expected.is_active = false;
  expected.version = 8;
  expected.security_version = 4;
  CHECK(disabled == expected);

  const auto moved = apply_patch(before, {.email = email("Eve@Example.com")}).after.user;
  CHECK(moved.email.display() == "Eve@Example.com");
  CHECK(moved.email.canonical() == "eve@example.com");
}

TEST_CASE("a patch that says what is so already changes nothing") {
  const auto before = ada();
  for (const auto& patch :
       {UserPatch{}, UserPatch{.first_name = "Ada", .last_name = "Lovelace"},
        UserPatch{.language = Language{}}, UserPatch{.email = email("ada@example.com")},
        UserPatch{.role = Role::user}, UserPatch{.second_factor = false},
        UserPatch{.is_verified = true, .is_active = true},
        UserPatch{.password_hash = PasswordHash{"$hash$1"}}}) {
    const auto result = apply_patch(before, patch);
    CHECK_FALSE(result.changed);
    CHECK_FALSE(result.ends_sessions);
    CHECK(result.after.user == before.user);
    CHECK(result.after.password_hash == before.password_hash);
  }
}

TEST_CASE("a change ends the sessions but for the one that it keeps") {
  const auto session = SessionId::parse("019bc0f5-3c1e-7a44-8d11-5e2f7c9b0a63").value();
  for (auto change : changes()) {
    CAPTURE(change.what);
    CHECK_FALSE(apply_patch(ada(), change.patch).kept_session);
    change.patch.keeps_session = session;
    const auto result = apply_patch(ada(), change.patch);
    CHECK(result.kept_session == session);
    CHECK(result.ends_sessions == change.ends_sessions);
    CHECK(result.after.user.security_version == (change.stops_tokens ? 4 : 3));
  }
  // To keep one is no change.
  CHECK_FALSE(apply_patch(ada(), {.keeps_session = session}).changed);
}

TEST_CASE("what a patch expects is held against the account, and is no change itself") {
  const auto account = ada();
  CHECK(is_as_expected(account, {}));
  CHECK(is_as_expected(account, {.first_name = "Augusta",
                                 .password_hash = PasswordHash{"$hash$2"},
                                 .expects_password_hash = PasswordHash{"$hash$1"},
                                 .expects_email = email("ADA@Example.com"),
                                 .expects_security_version = 3}));
  struct Unmet {
    const char* what;
    UserPatch patch;
  };
  for (const auto& unmet :
       {Unmet{"password", {.expects_password_hash = PasswordHash{"$hash$2"}}},
        Unmet{"no password", {.expects_password_hash = PasswordHash{}}},
        Unmet{"address", {.expects_email = email("ada@example.org")}},
        Unmet{"an older version", {.expects_security_version = 2}},
        Unmet{"a newer version", {.expects_security_version = 4}},
        Unmet{"one of two",
              {.expects_email = account.user.email, .expects_security_version = 7}}}) {
    CAPTURE(unmet.what);
    CHECK_FALSE(is_as_expected(account, unmet.patch));
    const auto result = apply_patch(account, unmet.patch);
    CHECK_FALSE(result.changed);
    CHECK(result.after.user == account.user);
  }
}

TEST_CASE("letting a user in again stops old tokens but ends no session") {
  auto before = ada();
  before.user.is_active = false;
  before.user.is_verified = false;
  for (const auto& patch : {UserPatch{.is_verified = true}, UserPatch{.is_active = true}}) {
    const auto result = apply_patch(before, patch);
    CHECK(result.changed);
    CHECK(result.after.user.security_version == 4);
    CHECK_FALSE(result.ends_sessions);
  }
}

TEST_CASE("several changes at once are one version") {
  const auto result =
      apply_patch(ada(), {.first_name = "Augusta", .role = Role::admin, .is_active = false});
  CHECK(result.after.user.version == 8);
  CHECK(result.after.user.security_version == 4);
  CHECK(result.ends_sessions);
}

TEST_CASE("only a verified and active administrator with a password manages users") {
  auto account = ada();
  auto& user = account.user;
  for (const bool admin : {false, true}) {
    for (const bool verified : {false, true}) {
      for (const bool active : {false, true}) {
        user.role = admin ? Role::admin : Role::user;
        user.is_verified = verified;
        user.is_active = active;
        CHECK(is_effective_admin(account) == (admin && verified && active));
        CHECK_FALSE(is_effective_admin({.user = user, .password_hash = {}}));
      }
    }
  }
}

TEST_CASE("a mere sign-up is what nobody but who signed up had a hand in") {
  auto fresh = ada();
  fresh.password_hash = {};
  fresh.user.is_verified = false;
  fresh.user.role = Role::user;
  fresh.user.last_login.reset();
  fresh.user.version = 1;
  CHECK(is_mere_sign_up(fresh));
  auto other = fresh;
  SUBCASE("verified") { other.user.is_verified = true; }
  SUBCASE("with a password of its own") { other.password_hash = PasswordHash{"$hash$1"}; }
  SUBCASE("logged in once") { other.user.last_login = other.user.date_joined; }
  SUBCASE("an administrator's") { other.user.role = Role::admin; }
  SUBCASE("disabled") { other.user.is_active = false; }
  SUBCASE("changed by an administrator") { other.user.version = 2; }
  CHECK(is_mere_sign_up(other) == false);
}

TEST_CASE("a role is read back from its word") {
  CHECK(wire_name(Role::user) == "user");
  CHECK(wire_name(Role::admin) == "admin");
  for (const auto role : {Role::user, Role::admin}) CHECK(parse_role(wire_name(role)) == role);
  for (const std::string_view text : {"", "Admin", "ADMIN", "admin ", "root", "superuser"}) {
    CHECK_FALSE(parse_role(text));
  }
}

}  // namespace
}  // namespace coffeeauth
