#pragma once
/// Asker: a room that asks for a second factor.

#include <optional>
#include <string>
#include <vector>

#include "coffeeauth/kernel.hpp"
#include "features/email_login/tests/world.hpp"

namespace coffeeauth::email_login {

inline constexpr LoginMethod proved_factor{"a_factor", MethodUse::second, "otp"};
inline constexpr LoginMethod mailed_factor{"email_factor", MethodUse::mailbox_second, "otp"};

/// A room without factors of its own: whose account has the flag is asked, until something was
/// proved after the mailbox.
class Asker final : public Feature, private LoginStep {
 public:
  std::string_view name() const noexcept override { return "asker"; }
  Contributions attach(Kernel& kernel) override {
    kernel_ = &kernel;
    return {.login_steps = {this},
            .methods = {proved_factor, mailed_factor},
            .knows_devices = knows_devices};
  }

  /// Continues the login as the room second_factor does after a correct code.
  Result<ContinuedOutcome> answer(const UserId& user, const LoginMethod& factor) const {
    auto done = asked.back();
    done.push_back(factor);
    return kernel_->continue_login({.user = user, .done = std::move(done)}, somewhere);
  }

  /// What was done before each challenge.
  std::vector<LoginMethods> asked;
  /// Of each login, empty for none.
  std::vector<std::string> device_tokens;
  bool knows_devices = false;

 private:
  Result<std::optional<LoginChallenge>> ask(const PendingLogin& login) override {
    device_tokens.emplace_back(login.device_token != nullptr ? login.device_token->expose_secret()
                                                             : std::string_view{});
    if (!login.user.second_factor || login.done.size() > 1) return std::optional<LoginChallenge>{};
    asked.push_back(login.done);
    return std::optional{LoginChallenge{.code = ErrorCode::second_factor_required,
                                        .token = Secret{std::string_view{"mfa_of_a_test"}},
                                        .expires_at = login.now + 10min,
                                        .methods = {{.type = "a_factor"}}}};
  }

  Kernel* kernel_ = nullptr;
};

/// Turns the second factor of the account on, as a room does with the first factor.
inline void give_factor(World& w, const UserId& user) {
  w.t.store().transact([&](Transaction& tx) {
    const UserPatch patch{.second_factor = true};
    REQUIRE(tx.users().update_user(user, std::nullopt, patch, w.t.clock().now()).user);
  });
}

}  // namespace coffeeauth::email_login
