// Who must have a second factor, and what such an account can do until it has one.

#include <stdexcept>

#include "coffeeauth/second_factor/routes.hpp"
#include "features/second_factor/tests/world.hpp"

namespace coffeeauth::second_factor {
namespace {

/// A second step of another room: whoever is `owned_by` has it.
class OtherStep final : public Feature, private SecondStep {
 public:
  explicit OtherStep(std::string_view type) : type_(type) {}

  std::string_view name() const noexcept override { return "other"; }
  Contributions attach(Kernel& kernel) override {
    kernel_ = &kernel;
    return {.methods = {method()}, .second_steps = {this}};
  }
  LoginMethod method() const { return LoginMethod{type_, MethodUse::second, "pop"}; }
  Kernel& kernel() const { return *kernel_; }

  std::optional<UserId> owned_by;

 private:
  std::string_view type() const noexcept override { return type_; }
  std::vector<ChallengeMethod> list(Transaction&, const UserId& user) override {
    if (owned_by != user) return {};
    return {{.type = std::string{type_}}};
  }
  Result<std::string> options(const UserId&, std::string_view) override { return "{}"; }
  Result<SecondProof> prove(const UserId&, std::string_view, std::string_view credential,
                            const ClientContext&) override {
    if (credential != "right") return ErrorCode::invalid_code;
    return SecondProof{.methods = {method()}};
  }

  std::string_view type_;
  Kernel* kernel_ = nullptr;
};

TEST_CASE("an administrator without a factor gets no further than to add one") {
  on_each_store([](const Backend& backend) {
    World w{backend, {.policy = Policy::admins}};
    const auto boss = w.user("boss@example.org", Role::admin);
    auto& sessions = w.auth().sessions();
    CHECK_ERROR(sessions.authenticate(boss.authorization), enrolment_required);
    const auto principal = w.principal(boss);
    CHECK(w.room.overview(principal.user).required_by_policy);
    CHECK_FALSE(w.room.overview(principal.user).policy_satisfied);
    const auto ada = w.user();
    CHECK_OK(sessions.authenticate(ada.authorization));
    CHECK_FALSE(w.room.overview(w.principal(ada).user).required_by_policy);
    CHECK(w.room.overview(w.principal(ada).user).policy_satisfied);

    static_cast<void>(w.add(principal));
    const auto fresh = sessions.refresh(boss.tokens.refresh_token.expose_secret(), home);
    REQUIRE_OK(fresh);
    CHECK_OK(sessions.authenticate_token(fresh->access_token.expose_secret()));
  });
}

TEST_CASE("whoever is promoted is judged at the next request") {
  World w{backends().front(), {.policy = Policy::admins}};
  const auto boss = w.user("boss@example.org", Role::admin);
  const auto ada = w.user();
  CHECK_OK(w.auth().admin().update_user(ada.user.id, {.role = Role::admin}, std::nullopt,
                                        boss.user.id, somewhere));
  auto& sessions = w.auth().sessions();
  const auto fresh = sessions.refresh(ada.tokens.refresh_token.expose_secret(), home);
  REQUIRE_OK(fresh);
  CHECK_ERROR(sessions.authenticate_token(fresh->access_token.expose_secret()), enrolment_required);
}

TEST_CASE("a policy for everyone is one for users, too") {
  World w{backends().front(), {.policy = Policy::everyone}};
  const auto ada = w.user();
  CHECK_ERROR(w.auth().sessions().authenticate(ada.authorization), enrolment_required);
}

TEST_CASE("what the policy demands cannot be removed or turned off") {
  on_each_store([](const Backend& backend) {
    World w{backend, {.policy = Policy::everyone}};
    auto principal = w.principal(w.user());
    const auto app = w.add(principal);
    principal = w.renewed(principal);
    CHECK_ERROR(w.room.remove(principal, app.id, home), policy_demands);
    const auto off = w.room.require(principal, false, home);
    CHECK_ERROR(off, policy_demands);
    CHECK_MESSAGE(off.error().detail.find("cannot be turned off") != std::string::npos,
                  "another factor would not help");
    CHECK(w.room.overview(principal.user).factors.size() == 1);
    CHECK(w.stored(principal.user.id).second_factor);

    const auto other = w.enrol(principal);
    REQUIRE_OK(w.room.confirm(principal, other.id, w.code(other), home));
    CHECK_OK(w.room.remove(principal, app.id, home));
    CHECK_ERROR(w.room.remove(principal, other.id, home), policy_demands);
  });
}

TEST_CASE("of an administrator's factors the policy takes what ADMIN_SECOND_FACTORS says") {
  OtherStep sms{"sms"};
  World w{backends().front(), {.policy = Policy::admins}, {&sms}};
  const auto boss = w.user("boss@example.org", Role::admin);
  auto principal = w.principal(boss);
  sms.owned_by = boss.user.id;
  REQUIRE_OK(w.room.require(principal, true, home));
  principal = w.renewed(principal);
  CHECK_ERROR(w.auth().sessions().pass_gates(principal.user), enrolment_required);
  CHECK(w.room.overview(principal.user).required);
  CHECK_FALSE(w.room.overview(principal.user).policy_satisfied);
  const auto app = w.add(principal);
  CHECK_OK(w.auth().sessions().pass_gates(w.stored(boss.user.id)));
  CHECK(w.room.overview(w.stored(boss.user.id)).policy_satisfied);
  CHECK_ERROR(w.room.remove(w.renewed(principal), app.id, home), policy_demands);

  OtherStep passkey{"passkey"};
  World v{backends().front(), {.policy = Policy::admins}, {&passkey}};
  const auto chief = v.user("boss@example.org", Role::admin);
  passkey.owned_by = chief.user.id;
  REQUIRE_OK(v.room.require(v.principal(chief), true, home));
  CHECK_OK(v.auth().sessions().pass_gates(v.stored(chief.user.id)));
}

TEST_CASE("an account is told which kinds the policy takes and it can add") {
  OtherStep passkey{"passkey"};
  World w{backends().front(), {.policy = Policy::admins, .admin_types = {"passkey"}}, {&passkey}};
  const auto boss = w.user("boss@example.org", Role::admin);
  using Types = std::vector<std::string>;
  CHECK(w.room.overview(boss.user).accepted_types == Types{"passkey"});
  CHECK(w.room.overview(w.user().user).accepted_types == Types{"totp", "passkey"});
  // An app is no way past the gate for an administrator, and the message must not deny it.
  static_cast<void>(w.add(w.principal(boss)));
  CHECK_ERROR(w.auth().sessions().pass_gates(w.stored(boss.user.id)), enrolment_required);
  CHECK(message(enrolment_required).find("kind") != std::string::npos);
}

TEST_CASE("a policy that no administrator could satisfy is refused by the names of the settings") {
  const auto said = [](SecondFactorOptions options, std::vector<Feature*> beside = {}) {
    World w{backends().front(), std::move(options), std::move(beside)};
    try {
      static_cast<void>(routes(w.room));
    } catch (const std::invalid_argument& fault) {
      return std::string{fault.what()};
    }
    return std::string{};
  };
  OtherStep passkey{"passkey"};
  CHECK(said({.policy = Policy::admins}).empty());
  CHECK(said({.policy = Policy::admins, .admin_types = {"passkey"}}, {&passkey}).empty());
  CHECK(said({.admin_types = {"passkey"}}).empty());
  for (const auto policy : {Policy::admins, Policy::everyone}) {
    const auto why = said({.policy = policy, .admin_types = {"passkey", "sms"}});
    CHECK(why.starts_with("SECOND_FACTOR_POLICY: "));
    for (const auto* const setting :
         {"ADMIN_SECOND_FACTORS", "PASSKEYS", "PUBLIC_URL", "SECOND_FACTORS", "SMS_PREFIXES"}) {
      CHECK_MESSAGE(why.find(setting) != std::string::npos, setting);
    }
  }
  CHECK(said({.policy = Policy::everyone, .types = {}}).starts_with("SECOND_FACTOR_POLICY: "));
}

TEST_CASE("a step of another room answers a challenge, lifts the lock, and keeps the flag on") {
  on_each_store([](const Backend& backend) {
    OtherStep key{"passkey"};
    World w{backend, {.failures = 3, .failures_stop = 3}, {&key}};
    const auto ada = w.user();
    auto principal = w.principal(ada);
    const auto app = w.add(principal);
    principal = w.renewed(principal);
    key.owned_by = ada.user.id;
    for (int i = 0; i < 3; ++i) {
      CHECK_ERROR(w.prove(w.asked(), app, w.wrong_code(app)), ErrorCode::invalid_code);
    }
    CHECK_ERROR(w.prove(w.asked(), app, w.code(app)), locked);
    const auto asked = w.challenge();
    REQUIRE(asked.methods.size() == 3);
    CHECK(asked.methods[1].type == "passkey");
    const auto prove = [&](std::string credential, std::string type = "passkey") {
      return w.room.prove(asked.token,
                          StepProof{.type = std::move(type), .credential = std::move(credential)},
                          TrustDevice::no, somewhere);
    };
    const auto options = w.room.step_options(asked.token, "passkey");
    REQUIRE_OK(options);
    CHECK(*options == "{}");
    CHECK_ERROR(w.room.step_options(asked.token, "totp"), ErrorCode::not_found);
    CHECK_ERROR(w.room.step_options(Secret{std::string_view{"mfa_x"}}, "passkey"),
                ErrorCode::token_invalid);
    CHECK_ERROR(prove("right", "totp"), ErrorCode::invalid_code);
    CHECK_ERROR(prove("right", "sms"), ErrorCode::invalid_code);
    CHECK_ERROR(prove("wrong"), ErrorCode::invalid_code);
    CHECK(is_session(prove("right")));
    CHECK_ERROR(prove("right"), ErrorCode::token_invalid);
    CHECK(is_session(w.prove(w.asked("ada@example.org", {.address = "198.51.100.7"}), app,
                             w.code(app), TrustDevice::no, {.address = "198.51.100.7"})));

    CHECK(w.room.overview(principal.user).others.size() == 1);
    CHECK_OK(w.room.remove(principal, app.id, home));
    CHECK_MESSAGE(w.stored(ada.user.id).second_factor, "the other one is left");
  });
}

}  // namespace
}  // namespace coffeeauth::second_factor
