// Accounts with a second factor: the door judges by itself, whatever features there are.

#include <functional>
#include <memory>

#include <nlohmann/json.hpp>

#include "coffeeauth/base64url.hpp"
#include "tests/unit/features/room.hpp"

using namespace coffeeauth;
using features::Room;
using namespace std::chrono_literals;

namespace {

constexpr LoginMethod device{"a_device", MethodUse::second, "otp"};
constexpr LoginMethod verifies{"a_passkey", MethodUse::both, "user"};
constexpr LoginMethod mailed{"a_mail", MethodUse::mailbox_second, "otp"};
constexpr LoginMethod trusted{"a_trusted_device", MethodUse::waiver};
constexpr LoginMethod counts_for_nothing{"a_nothing"};
constexpr LoginPurpose secret_thing{"secret_thing"};

/// What the account has, and what a policy says; keeps promises.
class Factors final : public Feature,
                      private SecondStep,
                      private AccountGate,
                      private ProtectedPurpose {
 public:
  std::string_view name() const noexcept override { return "factors"; }
  Contributions attach(Kernel& given) override {
    kernel = &given;
    return {.methods = {device, verifies, mailed, trusted},
            .second_steps = {this},
            .gates = {this},
            .purposes = {this}};
  }

  Kernel* kernel = nullptr;
  std::size_t left = 1;
  bool insists = false;
  bool stops = false;
  std::vector<std::string> kept;

 private:
  std::string_view type() const noexcept override { return "a_device"; }
  std::vector<ChallengeMethod> list(Transaction&, const UserId&) override {
    return std::vector<ChallengeMethod>(left, ChallengeMethod{.type = "a_device"});
  }
  Result<std::string> options(const UserId&, std::string_view) override { return std::string{}; }
  Result<SecondProof> prove(const UserId&, std::string_view, std::string_view,
                            const ClientContext&) override {
    return ErrorCode::invalid_code;
  }
  Result<void> pass(const User&) override {
    return stops ? Result<void>{ErrorCode::forbidden} : Result<void>{};
  }
  Result<void> may_keep_only(const User&, const std::vector<ChallengeMethod>& all) override {
    return insists && all.empty() ? Result<void>{ErrorCode::version_conflict} : Result<void>{};
  }
  LoginPurpose purpose() const noexcept override { return secret_thing; }
  Result<Secret> keep(Transaction&, const User& user, std::string_view subject) override {
    kept.push_back(user.id.str() + " " + std::string{subject});
    return Secret{"a token"};
  }
};

struct TwoFactors : Fixture {
  explicit TwoFactors(std::vector<Feature*> rooms)
      : Fixture{.t = testing::TestAuth{testing::TestAuthOptions{.features = std::move(rooms)}}} {}

  /// Gives the account a second factor, or takes it.
  User turn(bool on, std::optional<SessionId> keeps = {}) {
    return t.store()
        .transact([&](Transaction& tx) {
          return tx.users().update_user(user.id, std::nullopt,
                                        {.second_factor = on, .keeps_session = keeps},
                                        t.clock().now());
        })
        .user.value();
  }
  Result<ContinuedOutcome> go_on(LoginMethods done) {
    return auth().kernel().continue_login({.user = user.id, .done = std::move(done)}, client);
  }
  Principal logged_in(LoginMethods done) {
    const auto outcome = go_on(std::move(done)).value();
    return who(std::get<TokenPair>(outcome)).value();
  }

  const User user = verified_user("ada@example.org");
};

nlohmann::json claims_of(const TokenPair& tokens) {
  const auto token = tokens.access_token.expose_secret();
  const auto first = token.find('.') + 1;
  return nlohmann::json::parse(
      base64url_decode(token.substr(first, token.rfind('.') - first)).value());
}

}  // namespace

TEST_CASE("with a second factor a password alone opens nothing, whatever features are left out") {
  for (const bool is_bare : {true, false}) {
    CAPTURE(is_bare);
    Factors factors;
    TwoFactors f{is_bare ? std::vector<Feature*>{} : std::vector<Feature*>{&factors}};
    CHECK_OK(f.log_in("ada@example.org"));
    f.turn(true);
    CHECK_ERROR(f.log_in("ada@example.org"), ErrorCode::second_factor_required);
    CHECK_ERROR(f.auth().kernel().begin_login(f.user.id, {LoginMethod::password}, f.client),
                ErrorCode::second_factor_required);
    CHECK(f.auth().sessions().list(f.user.id).empty());
    f.turn(false);
    CHECK_OK(f.log_in("ada@example.org"));
  }
}

TEST_CASE("the door takes what proves a second factor, and nothing else for it") {
  Factors factors;
  TwoFactors f{{&factors}};
  f.turn(true);
  CHECK_OK(f.go_on({LoginMethod::password, device}));
  CHECK_OK(f.go_on({LoginMethod::email_code, device}));
  CHECK_OK(f.go_on({verifies}));
  CHECK_OK(f.go_on({LoginMethod::password, mailed}));
  CHECK_OK(f.go_on({LoginMethod::password, trusted}));
  // The mailbox is one factor.
  CHECK_ERROR(f.go_on({LoginMethod::email_code, mailed}), ErrorCode::second_factor_required);
  CHECK_ERROR(f.go_on({LoginMethod::password, LoginMethod::email_code}),
              ErrorCode::second_factor_required);
  CHECK_ERROR(f.go_on({LoginMethod::password, counts_for_nothing}),
              ErrorCode::second_factor_required);
  CHECK(f.auth().sessions().list(f.user.id).size() == 5);
}

TEST_CASE("a session is recent only with a second step of its own") {
  Factors factors;
  TwoFactors f{{&factors}};
  f.turn(true);
  auto& sessions = f.auth().sessions();
  CHECK_OK(sessions.require_recent(f.logged_in({LoginMethod::password, device})));
  CHECK_OK(sessions.require_recent(f.logged_in({verifies})));
  CHECK_OK(sessions.require_recent(f.logged_in({LoginMethod::password, mailed})));
  const auto waived = f.logged_in({LoginMethod::password, trusted});
  CHECK_ERROR(sessions.require_recent(waived), ErrorCode::reauthentication_required);
  CHECK_ERROR(sessions.reauthenticate(waived, password(good), f.client),
              ErrorCode::second_factor_required);

  const auto again = [&](LoginMethods done) {
    return f.auth().kernel().continue_login({.user = f.user.id,
                                             .done = std::move(done),
                                             .purpose = LoginPurpose::reauthenticate,
                                             .session = waived.session},
                                            f.client);
  };
  CHECK_ERROR(again({LoginMethod::password, trusted}), ErrorCode::second_factor_required);
  CHECK(std::holds_alternative<Reauthenticated>(again({LoginMethod::password, device}).value()));
  CHECK_OK(sessions.require_recent(waived));
  f.t.clock().advance(11min);
  CHECK_ERROR(sessions.require_recent(waived), ErrorCode::reauthentication_required);
}

TEST_CASE("nobody makes the session of another recent") {
  Factors factors;
  TwoFactors f{{&factors}};
  f.verified_user("eve@example.org");
  const auto hers = f.who(f.log_in("eve@example.org").value()).value();
  const auto outcome = f.auth().kernel().continue_login({.user = f.user.id,
                                                         .done = {LoginMethod::password},
                                                         .purpose = LoginPurpose::reauthenticate,
                                                         .session = hers.session},
                                                        f.client);
  CHECK_ERROR(outcome, ErrorCode::token_invalid);
}

TEST_CASE("a second factor that comes ends the other sessions, and logins that are under way") {
  Room slow;
  Factors factors;
  TwoFactors f{{&slow, &factors}};
  const auto own = f.logged_in({LoginMethod::password});
  static_cast<void>(f.logged_in({LoginMethod::password}));
  slow.asks = [&](const PendingLogin&) {
    f.turn(true, own.session);
    return Result<std::optional<LoginChallenge>>{std::optional<LoginChallenge>{}};
  };
  CHECK_ERROR(f.log_in("ada@example.org"), ErrorCode::invalid_credentials);
  const auto left = f.auth().sessions().list(f.user.id);
  REQUIRE(left.size() == 1);
  CHECK(left.front().id == own.session);
}

TEST_CASE("changing the password needs the second step, and keeps it") {
  Factors factors;
  TwoFactors f{{&factors}};
  f.turn(true);
  auto& sessions = f.auth().sessions();
  const auto waived = f.logged_in({LoginMethod::password, trusted});
  CHECK_ERROR(sessions.change_password(waived, password(good), password(other_good), f.client),
              ErrorCode::reauthentication_required);
  const auto proved = f.logged_in({LoginMethod::password, device});
  const auto tokens =
      sessions.change_password(proved, password(good), password(other_good), f.client).value();
  CHECK_OK(sessions.require_recent(f.who(tokens).value()));
}

TEST_CASE("what is spent is spent with the login, and undone with it") {
  Factors factors;
  TwoFactors f{{&factors}};
  const auto attempt = [&](Result<void> spent, std::int64_t version) {
    return f.auth().kernel().continue_login({.user = f.user.id,
                                             .done = {LoginMethod::password},
                                             .expects_security_version = version,
                                             .within =
                                                 [&](Transaction& tx) {
                                                   tx.users().remember_address(f.user.id, {},
                                                                               f.t.clock().now());
                                                   return spent;
                                                 }},
                                            f.client);
  };
  const auto version = f.auth().users().get(f.user.id).value().security_version;
  CHECK_ERROR(attempt(ErrorCode::invalid_code, version), ErrorCode::invalid_code);
  CHECK_ERROR(attempt({}, version - 1), ErrorCode::token_invalid);
  CHECK(f.auth().sessions().list(f.user.id).empty());
  CHECK_OK(attempt({}, version));
}

TEST_CASE("a promise of a feature is kept when the last step is passed, and for no other account") {
  Factors factors;
  TwoFactors f{{&factors}};
  f.turn(true);
  auto& kernel = f.auth().kernel();
  const auto go_on = [&](LoginMethods done, LoginPurpose purpose = secret_thing) {
    return kernel.continue_login(
        {.user = f.user.id, .done = std::move(done), .purpose = purpose, .subject = "the thing"},
        f.client);
  };
  CHECK_ERROR(go_on({LoginMethod::email_code}), ErrorCode::second_factor_required);
  CHECK_ERROR(go_on({LoginMethod::password, trusted}), ErrorCode::second_factor_required);
  CHECK(factors.kept.empty());
  const auto kept = go_on({LoginMethod::email_code, device}).value();
  CHECK(std::get<Secret>(kept).expose_secret() == "a token");
  CHECK(factors.kept == std::vector<std::string>{f.user.id.str() + " the thing"});
  CHECK_ERROR(go_on({LoginMethod::password, device}, LoginPurpose{"of_nobody"}),
              ErrorCode::token_invalid);
  CHECK(f.auth().sessions().list(f.user.id).empty());
}

TEST_CASE("a gate stops an account everywhere but where it is let through") {
  Factors factors;
  TwoFactors f{{&factors}};
  const auto tokens = f.log_in("ada@example.org").value();
  const auto& access = tokens.access_token;
  auto& sessions = f.auth().sessions();
  CHECK_OK(sessions.authenticate_token(access.expose_secret()));
  factors.stops = true;
  const auto bearer = "Bearer " + std::string{access.expose_secret()};
  CHECK_ERROR(sessions.authenticate_token(access.expose_secret()), ErrorCode::forbidden);
  CHECK_ERROR(sessions.authenticate_token(access.expose_secret(), "203.0.113.7"),
              ErrorCode::forbidden);
  CHECK_ERROR(sessions.authenticate(bearer), ErrorCode::forbidden);
  CHECK_ERROR(sessions.authenticate(bearer, f.client), ErrorCode::forbidden);
  CHECK_OK(sessions.authenticate_token(access.expose_secret(), Gates::open));
  CHECK_OK(sessions.authenticate(bearer, f.client, Gates::open));
}

TEST_CASE("the last second factor that goes turns the flag off, unless a gate insists") {
  Factors factors;
  TwoFactors f{{&factors}};
  f.turn(true);
  static_cast<void>(f.logged_in({LoginMethod::password, device}));
  const auto settle = [&](Gates gates = Gates::closed) {
    return f.t.store().transact([&](Transaction& tx) {
      return f.auth().kernel().settle_second_factor(tx, f.user.id, gates, f.client);
    });
  };
  CHECK(settle().value().second_factor);
  CHECK(f.t.events().count(EventKind::second_factor_off) == 0);
  factors.left = 0;
  factors.insists = true;
  CHECK_ERROR(settle(), ErrorCode::version_conflict);
  CHECK_FALSE(settle(Gates::open).value().second_factor);
  factors.insists = false;
  CHECK(f.t.events().count(EventKind::second_factor_off) == 1);
  CHECK(f.auth().sessions().list(f.user.id).size() == 1);
  CHECK_FALSE(settle().value().second_factor);
  CHECK(f.t.events().count(EventKind::second_factor_off) == 1);
  CHECK_OK(f.log_in("ada@example.org"));
}

TEST_CASE("tokens tell how and when their user authenticated, where features bring methods") {
  Factors factors;
  TwoFactors f{{&factors}};
  const auto seconds = [](UtcTime time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  };
  const auto tokens_for = [&](LoginMethods done) {
    auto outcome = f.go_on(std::move(done)).value();
    return std::get<TokenPair>(std::move(outcome));
  };
  const auto began = seconds(f.t.clock().now());
  const auto one = claims_of(tokens_for({LoginMethod::password}));
  CHECK(one.at("acr") == "aal1");
  CHECK(one.at("amr") == nlohmann::json{"pwd"});
  CHECK(one.at("auth_time") == began);
  const auto two = tokens_for({LoginMethod::password, device});
  CHECK(claims_of(two).at("acr") == "aal2");
  CHECK(claims_of(two).at("amr") == nlohmann::json{"pwd", "otp", "mfa"});
  CHECK(claims_of(tokens_for({verifies})).at("amr") == nlohmann::json{"user", "mfa"});
  // A mailed code beside a password, or a device that is trusted, is no second factor.
  CHECK(claims_of(tokens_for({LoginMethod::password, mailed})).at("acr") == "aal1");
  CHECK(claims_of(tokens_for({LoginMethod::password, trusted})).at("acr") == "aal1");

  // A refresh does not make the login younger.
  f.t.clock().advance(5min);
  const auto later =
      f.auth().sessions().refresh(two.refresh_token.expose_secret(), f.client).value();
  CHECK(claims_of(later).at("auth_time") == began);
  CHECK(claims_of(later).at("acr") == "aal2");
  const auto verified = f.auth().tokens().verify(later.access_token.expose_secret()).value();
  CHECK(verified.claims().assurance == "aal2");
  CHECK(seconds(verified.claims().authenticated_at.value()) == began);
  CHECK(verified.claims().methods == std::vector<std::string>{"pwd", "otp", "mfa"});
}

TEST_CASE("without features that bring methods, tokens are as they were") {
  TwoFactors f{{}};
  const auto claims = claims_of(f.log_in("ada@example.org").value());
  for (const std::string name : {"acr", "amr", "auth_time"}) CHECK_FALSE(claims.contains(name));
}
