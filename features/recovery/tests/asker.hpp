#pragma once
/// Asker: a room that asks for a second factor, and goes on as if it had been proved.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coffeeauth/kernel.hpp"
#include "features/recovery/tests/world.hpp"

namespace coffeeauth::recovery {

inline constexpr LoginMethod proved_factor{"a_factor", MethodUse::second, "otp"};

/// A room without factors of its own: whose account has the flag is asked, and the last factor
/// goes with an undone change.
class Asker final : public Feature, private LoginStep, private Recorder {
 public:
  /// What it keeps with a challenge.
  struct Asked {
    UserId user;
    std::int64_t version = 0;
    std::vector<std::string> done;
    LoginPurpose purpose = LoginPurpose::login;
    std::string subject;
  };

  std::string_view name() const noexcept override { return "asker"; }
  Contributions attach(Kernel& kernel) override {
    kernel_ = &kernel;
    return {.login_steps = {this}, .recorders = {this}};
  }

  /// Continues the login as the room second_factor does after a correct code.
  Result<ContinuedOutcome> answer(const Asked& one) const {
    return kernel_->continue_login({.user = one.user,
                                    .done = {email_link, proved_factor},
                                    .purpose = one.purpose,
                                    .subject = one.subject,
                                    .expects_security_version = one.version},
                                   somewhere);
  }
  /// The token that the last challenge is worth.
  Secret answered() const {
    auto kept = answer(asked.back());
    REQUIRE_OK(kept);
    REQUIRE(std::holds_alternative<Secret>(*kept));
    return std::get<Secret>(*kept).clone();
  }

  /// For resets, in order.
  std::vector<Asked> asked;
  /// Of the events of undone changes.
  std::vector<UtcTime> undone_since;
  /// Whether an undone change takes the account's factors.
  bool takes_factors = false;

 private:
  Result<std::optional<LoginChallenge>> ask(const PendingLogin& login) override {
    if (!login.user.second_factor || has_second_step(login.done)) {
      return std::optional<LoginChallenge>{};
    }
    Asked one{.user = login.user.id,
              .version = login.user.security_version,
              .done = {},
              .purpose = login.purpose,
              .subject = std::string{login.subject}};
    for (const auto& method : login.done) one.done.emplace_back(method.word());
    if (login.purpose == password_reset) asked.push_back(std::move(one));
    return std::optional{LoginChallenge{.code = ErrorCode::second_factor_required,
                                        .token = Secret{std::string_view{"mfa_of_a_test"}},
                                        .expires_at = login.now + 10min,
                                        .methods = {{.type = "a_factor"}}}};
  }

  void record(Transaction& tx, const Event& event) override {
    if (!event.undone_since) return;
    undone_since.push_back(*event.undone_since);
    if (!takes_factors) return;
    static_cast<void>(kernel_->settle_second_factor(tx, *event.user, Gates::open, event.client));
  }

  Kernel* kernel_ = nullptr;
};

/// Turns the second factor of the account on, as a room does with the first factor.
inline void give_factor(World& w, const UserId& user,
                        std::optional<SessionId> keeps_session = std::nullopt) {
  w.auth().parts().store.transact([&](Transaction& tx) {
    const UserPatch patch{.second_factor = true, .keeps_session = keeps_session};
    REQUIRE(tx.users().update_user(user, std::nullopt, patch, w.t.clock().now()).user);
  });
}

/// Ada with a second factor, which the Asker asks for.
struct Protected {
  explicit Protected(const Backend& backend, RecoveryOptions options = with_codes())
      : w(backend, std::move(options), {}, {&asker}), ada(w.user()) {
    give_factor(w, ada.user.id);
    static_cast<void>(w.mails());
  }

  Result<std::optional<LoginChallenge>> reset(const Secret& token,
                                              std::string_view text = new_password) {
    return w.recovery.reset(token.clone(), password(text), somewhere);
  }
  Result<std::optional<LoginChallenge>> reset_by_code(const std::string& digits) {
    return w.recovery.reset(ResetCode{email("ada@example.org"), Secret{std::string_view{digits}}},
                            password(new_password), somewhere);
  }
  /// Whether her password is the given one; she has a second factor to prove after it.
  bool is_password(std::string_view text) {
    const auto entered =
        w.auth().sessions().log_in(email("ada@example.org"), password(text), somewhere);
    return entered && std::holds_alternative<LoginChallenge>(*entered);
  }

  Asker asker;
  World w;
  testing::LoggedInUser ada;
};

/// Whether a reset asks for more.
inline bool is_asked(const Result<std::optional<LoginChallenge>>& outcome) {
  return outcome && outcome->has_value() && (*outcome)->code == ErrorCode::second_factor_required;
}
/// Whether a reset set the password.
inline bool is_done(const Result<std::optional<LoginChallenge>>& outcome) {
  return outcome && !outcome->has_value();
}

}  // namespace coffeeauth::recovery
