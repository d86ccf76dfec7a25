#pragma once
/// Logins: their outcomes, and the steps between a correct password and a session.

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

/// A way in which a user authenticated: a stable snake_case word.
///
/// An open set: a feature defines its own methods. Methods are compared by word.
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

/// The methods that were used, in order.
using LoginMethods = std::vector<LoginMethod>;

/// One way to answer a challenge.
struct ChallengeMethod {
  /// The kind: `totp`, `passkey`.
  std::string type;
  /// Which one, if the account has several of that kind; may be empty.
  std::string id{};
  /// The user's name for it; may be empty.
  std::string label{};
  /// Where codes are sent, masked: `+49...67`; may be empty.
  std::string hint{};
};

/// What a login still requires after a correct first factor. There is no session until the
/// challenge is answered, at the feature whose step issued it.
struct LoginChallenge {
  /// The code of the step that asks, sent to clients: `second_factor_required`.
  ErrorCode code;
  /// Identifies this login to that feature; short-lived, and valid for a few attempts.
  Secret token;
  /// When the token expires.
  UtcTime expires_at{};
  /// The methods that would answer it.
  std::vector<ChallengeMethod> methods{};
  /// Further members for the REST API to send.
  Claims further{};
};

/// The outcome of a correct first factor: tokens of a new session, or a challenge.
using LoginOutcome = std::variant<TokenPair, LoginChallenge>;

/// Returns the tokens, for callers that cannot answer challenges: they get the error
/// LoginChallenge::code instead.
[[nodiscard]] Result<TokenPair> tokens_of(Result<LoginOutcome> outcome);

/// A login that lacks nothing except what the steps ask for.
struct PendingLogin {
  /// The account: active, verified, and authenticated by `done`.
  const User& user;
  /// The methods already used.
  const LoginMethods& done;
  /// The client that logs in.
  const ClientContext& client;
  /// The time, from the Clock of the Auth.
  UtcTime now;
  /// Set when a logged-in user re-authenticates before a change that could take over the account:
  /// the session that re-authenticates. No new session is created then.
  std::optional<SessionId> session{};
};

/// A step that every login has to pass. Must be thread-safe.
class LoginStep {
 public:
  virtual ~LoginStep() = default;
  LoginStep(const LoginStep&) = delete;
  LoginStep& operator=(const LoginStep&) = delete;

  /// Returns nothing to let the login pass, or a challenge. Called at every login, in the order in
  /// which the features were given to Auth, until a step returns a challenge; an error refuses the
  /// login.
  ///
  /// The feature that receives the answer calls Kernel::begin_login() with the new method added to
  /// those done, and the steps are asked again: let a login pass whose `done` has your method.
  [[nodiscard]] virtual Result<std::optional<LoginChallenge>> ask(const PendingLogin& login) = 0;

 protected:
  LoginStep() = default;
};

}  // namespace coffeeauth
