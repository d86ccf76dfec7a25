#pragma once
/// SecondStep: a way to prove a second factor, brought by a feature; and AccountGate, which stops
/// accounts that lack one.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ids.hpp"
#include "coffeeauth/login.hpp"
#include "coffeeauth/result.hpp"
#include "coffeeauth/secret.hpp"
#include "coffeeauth/session.hpp"
#include "coffeeauth/user.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

class Transaction;

/// A proof that was checked and has yet to be spent.
struct SecondProof {
  /// The methods it proves, to be added to those done.
  LoginMethods methods;
  /// Spends it, in the transaction that ends the login; an error undoes that transaction. May be
  /// empty.
  std::function<Result<void>(Transaction&)> spend{};
  /// Called after spend() returned an error and its transaction was undone, to record what must not
  /// be undone with it; returns the error for the client. May be empty.
  std::function<Error()> refused{};
};

/// A way to prove a second factor. The feature that asks for second factors finds it in
/// Kernel::second_steps(). Must be thread-safe.
class SecondStep {
 public:
  virtual ~SecondStep() = default;
  SecondStep(const SecondStep&) = delete;
  SecondStep& operator=(const SecondStep&) = delete;

  /// ChallengeMethod::type of what list() returns: `totp`, `passkey`.
  [[nodiscard]] virtual std::string_view type() const noexcept = 0;
  /// Whether it can be asked for today, whatever accounts have.
  [[nodiscard]] virtual bool is_usable() const noexcept { return true; }
  /// Returns what the account has of it, as a challenge shows it; empty when it has nothing. Where
  /// it is switched off, that is still listed, with `usable` false.
  [[nodiscard]] virtual std::vector<ChallengeMethod> list(Transaction& transaction,
                                                          const UserId& user) = 0;
  /// Returns the options that the client needs for a proof, as JSON; empty when it needs none.
  /// `ticket` names the login: a proof made for it must be useless for another.
  [[nodiscard]] virtual Result<std::string> options(const UserId& user,
                                                    std::string_view ticket) = 0;
  /// Returns the errors of prove(), for the documentation of routes; none by default.
  [[nodiscard]] virtual std::vector<ErrorCode> errors() const { return {}; }
  /// Checks `credential`, the client's JSON, for the login named `ticket`. Errors: errors().
  [[nodiscard]] virtual Result<SecondProof> prove(const UserId& user, std::string_view ticket,
                                                  std::string_view credential,
                                                  const ClientContext& client) = 0;

 protected:
  SecondStep() = default;
};

/// Whether gates (AccountGate) apply to a request.
enum class Gates {
  /// A caller whom a gate stops is refused.
  closed,
  /// Everyone passes: for what an account needs to get past the gate, such as enrolling a factor.
  open,
};

/// Stops logged-in accounts until they have what a policy demands. Must be thread-safe.
class AccountGate {
 public:
  virtual ~AccountGate() = default;
  AccountGate(const AccountGate&) = delete;
  AccountGate& operator=(const AccountGate&) = delete;

  /// Returns the error with which the account is refused; success lets it pass. Called for every
  /// authenticated request, except on routes with Route::while_enrolling.
  [[nodiscard]] virtual Result<void> pass(const User& user) = 0;
  /// Returns the error with which the account's removal of a second factor is refused, when `left`
  /// is what it would still have.
  [[nodiscard]] virtual Result<void> may_keep_only(const User& user,
                                                   const std::vector<ChallengeMethod>& left) = 0;
  /// Returns the errors of pass(), for the documentation of routes; none by default.
  [[nodiscard]] virtual std::vector<ErrorCode> pass_errors() const { return {}; }
  /// Returns the errors of may_keep_only(), for the documentation of routes; none by default.
  [[nodiscard]] virtual std::vector<ErrorCode> keep_errors() const { return {}; }

 protected:
  AccountGate() = default;
};

}  // namespace coffeeauth
