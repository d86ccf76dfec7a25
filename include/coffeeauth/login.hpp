#pragma once
/// Logins: what one leads to, and the steps that may stand between a right password and a session.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "coffeeauth/claims.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/open_word.hpp"
#include "coffeeauth/result.hpp"
#include "coffeeauth/secret.hpp"
#include "coffeeauth/session.hpp"
#include "coffeeauth/time.hpp"
#include "coffeeauth/token.hpp"
#include "coffeeauth/user.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// One way in which somebody proved who they are: a stable snake_case word.
///
/// An open set: a feature defines its own. Two are equal when their words are.
class LoginMethod : public OpenWord<LoginMethod> {
 public:
  using OpenWord::OpenWord;

  /// The account's password.
  static const LoginMethod password;
  /// A code that was mailed to the account's address.
  static const LoginMethod email_code;
};

inline constexpr LoginMethod LoginMethod::password{"password"};
inline constexpr LoginMethod LoginMethod::email_code{"email_code"};

/// The ways that were used, in their order.
using LoginMethods = std::vector<LoginMethod>;

/// One thing that would answer a challenge.
struct ChallengeMethod {
  /// What kind it is: `totp`, `passkey`.
  std::string type;
  /// Which one, where the account has several of a kind; may be empty.
  std::string id{};
  /// What a person calls it; may be empty.
  std::string label{};
  /// Where its codes go, masked: `+49...67`; may be empty.
  std::string hint{};
};

/// What stands between a right first factor and a session. Nobody is logged in before it is
/// answered, at the feature whose step asked it.
struct LoginChallenge {
  /// Of the step that asks, and what clients are told: `second_factor_required`.
  ErrorCode code;
  /// Names this login to that feature; short-lived, and good for a few tries.
  Secret token;
  /// When the token stops being good.
  UtcTime expires_at{};
  /// What would do.
  std::vector<ChallengeMethod> methods{};
  /// What else the REST API tells of it.
  Claims further{};
};

/// What a right first factor led to: tokens of a session, or a challenge before there is one.
using LoginOutcome = std::variant<TokenPair, LoginChallenge>;

/// The tokens of a login, for callers who cannot answer challenges: theirs is the error
/// LoginChallenge::code.
[[nodiscard]] Result<TokenPair> tokens_of(Result<LoginOutcome> outcome);

/// A login that has everything it needs but for what steps ask.
struct PendingLogin {
  /// The account: active, verified, and proved by `done`.
  const User& user;
  /// The ways in which it was proved.
  const LoginMethods& done;
  /// Where the login comes from.
  const ClientContext& client;
  /// By the Clock of the Auth.
  UtcTime now;
  /// Set when somebody who is logged in proves once more who they are, for what could take the
  /// account over: the session that the proof is for. No session is opened then.
  std::optional<SessionId> session{};
};

/// Something that every login has to pass. Callable from many threads.
class LoginStep {
 public:
  virtual ~LoginStep() = default;
  LoginStep(const LoginStep&) = delete;
  LoginStep& operator=(const LoginStep&) = delete;

  /// Lets the login pass (nothing), or says what is missing. Asked of every login, in the order in
  /// which the features were given to Auth, until one says something; an error refuses the login.
  ///
  /// Whoever answers the challenge goes on with Kernel::begin_login(), the new method among those
  /// that are done, and is asked again: so a step lets pass whom it has seen to.
  [[nodiscard]] virtual Result<std::optional<LoginChallenge>> ask(const PendingLogin& login) = 0;

 protected:
  LoginStep() = default;
};

}  // namespace coffeeauth
