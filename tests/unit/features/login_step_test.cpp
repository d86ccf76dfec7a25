// Every login passes the steps, however it came.

#include "tests/unit/features/room.hpp"

using namespace coffeeauth;
using features::Room;
using namespace std::chrono_literals;

namespace {

constexpr ErrorCode factor_required{"second_factor_required", ErrorClass::forbidden,
                                    "Answer with a second factor."};
constexpr LoginMethod factor{"a_factor"};

/// Lets pass whom it has seen do `factor`.
Result<std::optional<LoginChallenge>> ask_for_factor(const PendingLogin& login) {
  const auto& done = login.done;
  if (std::find(done.begin(), done.end(), factor) != done.end()) {
    return std::optional<LoginChallenge>{};
  }
  return std::optional{LoginChallenge{.code = factor_required,
                                      .token = Secret{"a ticket"},
                                      .expires_at = login.now + 10min,
                                      .methods = {{.type = "a_factor"}}}};
}

struct WithStep : Fixture {
  explicit WithStep(Room& room) : Fixture{.t = testing::TestAuth{{.features = {&room}}}} {}

  Result<LoginOutcome> enter(std::string_view secret = good) {
    return auth().sessions().log_in(email("ada@example.org"), password(secret), client);
  }
};

}  // namespace

TEST_CASE("before a step is passed there is no session, and nothing of a login") {
  Room room;
  room.asks = ask_for_factor;
  WithStep f{room};
  const auto user = f.verified_user("ada@example.org");

  const auto outcome = f.enter().value();
  const auto& challenge = std::get<LoginChallenge>(outcome);
  CHECK(challenge.code == factor_required);
  CHECK(challenge.token.expose_secret() == "a ticket");
  CHECK(f.auth().sessions().list(user.id).empty());
  CHECK_FALSE(f.auth().users().get(user.id).value().last_login);
  CHECK(f.t.events().count(EventKind::logged_in) == 0);
  CHECK_ERROR(f.log_in("ada@example.org"), factor_required);
}

TEST_CASE("who answers a challenge goes on through the same door") {
  Room room;
  room.asks = ask_for_factor;
  WithStep f{room};
  const auto user = f.verified_user("ada@example.org");

  const auto halfway = room.kernel->begin_login(user.id, {LoginMethod::password}, f.client);
  CHECK(std::holds_alternative<LoginChallenge>(halfway.value()));
  auto whole = room.kernel->begin_login(user.id, {LoginMethod::password, factor}, f.client);
  const auto tokens = tokens_of(std::move(whole)).value();
  CHECK(f.who(tokens).value().user.id == user.id);
  CHECK(f.auth().sessions().list(user.id).size() == 1);
  CHECK(f.t.events().count(EventKind::logged_in) == 1);
}

TEST_CASE("a login with a mailed code is asked, too") {
  Room room;
  room.asks = ask_for_factor;
  WithStep f{room};
  f.verified_user("ada@example.org");
  static_cast<void>(f.auth().sessions().send_login_code(email("ada@example.org"), f.client));
  const auto digits = f.mailed_code("ada@example.org");

  const auto outcome =
      f.auth().sessions().log_in(email("ada@example.org"), password(good), code(digits), f.client);
  CHECK(std::holds_alternative<LoginChallenge>(outcome.value()));
}

TEST_CASE("steps are asked after a right password alone, and may refuse") {
  Room room;
  int asked = 0;
  room.asks = [&](const PendingLogin& login) -> Result<std::optional<LoginChallenge>> {
    ++asked;
    CHECK(login.done == LoginMethods{LoginMethod::password});
    return ErrorCode::forbidden;
  };
  WithStep f{room};
  const auto user = f.verified_user("ada@example.org");

  CHECK_ERROR(f.enter(other_good), ErrorCode::invalid_credentials);
  CHECK(asked == 0);
  CHECK_ERROR(f.enter(), ErrorCode::forbidden);
  CHECK(asked == 1);
  CHECK(f.auth().sessions().list(user.id).empty());
}

TEST_CASE("the first step that asks is the one that is answered") {
  Room first{"first"};
  Room second{"second"};
  first.asks = ask_for_factor;
  second.asks = [](const PendingLogin&) -> Result<std::optional<LoginChallenge>> {
    return ErrorCode::forbidden;
  };
  Fixture f{.t = testing::TestAuth{{.features = {&first, &second}}}};
  f.verified_user("ada@example.org");
  CHECK_ERROR(f.log_in("ada@example.org"), factor_required);
  first.asks = nullptr;
  CHECK_ERROR(f.log_in("ada@example.org"), ErrorCode::forbidden);
}

TEST_CASE("nobody gets through the door who may not log in") {
  Room room;
  WithStep f{room};
  const auto admin = f.admin("root@example.org");
  const auto user = f.verified_user("ada@example.org");
  const auto enter = [&](const UserId& whom) {
    return room.kernel->begin_login(whom, {LoginMethod::password}, f.client);
  };

  CHECK_OK(enter(user.id));
  REQUIRE_OK(f.auth().admin().update_user(user.id, {.is_active = false}, {}, admin.id, {}));
  CHECK_ERROR(enter(user.id), ErrorCode::account_disabled);
  CHECK_ERROR(enter(UserId{}), ErrorCode::not_found);
}

TEST_CASE("an account that changes while a step is asked is not let in") {
  Room room;
  WithStep f{room};
  const auto admin = f.admin("root@example.org");
  const auto user = f.verified_user("ada@example.org");
  room.asks = [&](const PendingLogin&) -> Result<std::optional<LoginChallenge>> {
    REQUIRE_OK(f.auth().admin().update_user(user.id, {.role = Role::admin}, {}, admin.id, {}));
    return std::optional<LoginChallenge>{};
  };
  CHECK_ERROR(f.enter(), ErrorCode::invalid_credentials);
  CHECK(f.auth().sessions().list(user.id).empty());
}

TEST_CASE("proving once more who one is passes the steps, too") {
  Room room;
  WithStep f{room};
  f.verified_user("ada@example.org");
  const auto tokens = f.log_in("ada@example.org").value();
  const auto principal = f.who(tokens).value();
  f.t.clock().advance(11min);

  int asked = 0;
  room.asks = [&](const PendingLogin& login) {
    ++asked;
    CHECK(login.session == principal.session);
    CHECK(login.user.id == principal.user.id);
    CHECK(login.done == LoginMethods{LoginMethod::password});
    return ask_for_factor(login);
  };
  auto& sessions = f.auth().sessions();
  CHECK_ERROR(sessions.reauthenticate(principal, password(other_good), f.client),
              ErrorCode::invalid_credentials);
  CHECK(asked == 0);
  const auto outcome = sessions.reauthenticate(principal, password(good), f.client).value();
  CHECK(asked == 1);
  CHECK(std::get<LoginChallenge>(outcome).code == factor_required);
  CHECK_ERROR(sessions.require_recent(principal), ErrorCode::reauthentication_required);
  CHECK(f.t.events().count(EventKind::reauthenticated) == 0);

  room.asks = [](const PendingLogin&) -> Result<std::optional<LoginChallenge>> {
    return ErrorCode::forbidden;
  };
  CHECK_ERROR(sessions.reauthenticate(principal, password(good), f.client), ErrorCode::forbidden);
  room.asks = nullptr;
  CHECK_OK(sessions.reauthenticate(principal, password(good), f.client));
  CHECK_OK(sessions.require_recent(principal));
}

TEST_CASE("a login tells its steps of no session, and its session of the ways that were used") {
  Room room;
  room.asks = [](const PendingLogin& login) -> Result<std::optional<LoginChallenge>> {
    CHECK_FALSE(login.session);
    return std::optional<LoginChallenge>{};
  };
  WithStep f{room};
  const auto user = f.verified_user("ada@example.org");
  CHECK_OK(room.kernel->begin_login(user.id, {LoginMethod::password, factor}, f.client));
  const auto session = f.auth().sessions().list(user.id).front();
  CHECK(session.methods == "password a_factor");
  CHECK(session.authenticated_at == f.t.clock().now());
}
