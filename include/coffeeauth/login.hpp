#pragma once
/// Logins: their outcomes, and the steps between a correct password and a session.

#include <chrono>
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

class Transaction;

/// What a LoginMethod proves.
enum class MethodUse {
  /// Nothing that counts.
  nothing,
  /// A first factor other than the mailbox: a password.
  first,
  /// The mailbox, as a first factor.
  mailbox,
  /// A second factor: a device, or a recovery code.
  second,
  /// The mailbox, as the second step after another first factor. It never raises the assurance.
  mailbox_second,
  /// The identity of the user, as checked by a passkey: both factors at once.
  both,
  /// A device on which the second step was done before. It stands in for the second step of a
  /// login, and for nothing else.
  waiver,
};

/// A way in which a user authenticated: a stable snake_case word, and what it proves.
///
/// An open set: a feature defines its own methods and lists them in Contributions::methods. Methods
/// are compared by word.
class LoginMethod : public OpenWord<LoginMethod> {
 public:
  /// A method that proves `use`. `amr` is its value in access tokens (RFC 8176), or empty. Both
  /// texts must live as long as the program.
  constexpr explicit LoginMethod(std::string_view word, MethodUse use = MethodUse::nothing,
                                 std::string_view amr = {}) noexcept
      : OpenWord(word), use_(use), amr_(amr) {}

  /// What it proves.
  [[nodiscard]] constexpr MethodUse use() const noexcept { return use_; }
  /// Its authentication method reference (RFC 8176); may be empty.
  [[nodiscard]] constexpr std::string_view amr() const noexcept { return amr_; }

  /// The account's password.
  static const LoginMethod password;
  /// A code that was mailed to the account's address.
  static const LoginMethod email_code;

 private:
  MethodUse use_;
  std::string_view amr_;
};

inline constexpr LoginMethod LoginMethod::password{"password", MethodUse::first, "pwd"};
inline constexpr LoginMethod LoginMethod::email_code{"email_code", MethodUse::mailbox, "otp"};

/// The methods that were used, in order.
using LoginMethods = std::vector<LoginMethod>;

/// The assurance of an authentication, after the levels of NIST SP 800-63B: the `acr` claim.
enum class Assurance {
  /// One factor.
  aal1,
  /// Two different factors.
  aal2,
};

/// Returns `aal1` or `aal2`.
[[nodiscard]] std::string_view wire_name(Assurance assurance) noexcept;

/// Returns `aal2` for methods that prove two different factors: MethodUse::both; or
/// MethodUse::second after a first factor.
[[nodiscard]] Assurance assurance_of(const LoginMethods& methods) noexcept;

/// Whether the methods contain a second step. A code sent to the mailbox is none when the mailbox
/// was the only first factor; a waiver is none.
[[nodiscard]] bool has_second_step(const LoginMethods& methods) noexcept;

/// What a login is for: a stable snake_case word.
///
/// An open set: a feature protects what it does by the same steps, see ProtectedPurpose.
class LoginPurpose : public OpenWord<LoginPurpose> {
 public:
  using OpenWord::OpenWord;

  /// A new session.
  static const LoginPurpose login;
  /// A session that authenticates again, before a change that could take over the account.
  static const LoginPurpose reauthenticate;
};

inline constexpr LoginPurpose LoginPurpose::login{"login"};
inline constexpr LoginPurpose LoginPurpose::reauthenticate{"reauthenticate"};

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
  /// Whether it can be proved today. False where what it takes is switched off: it is not offered,
  /// and yet the account has it, so that its second factor stays on.
  bool usable = true;
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

/// The result of a re-authentication. The access token is a secret.
struct Reauthenticated {
  /// A new token of the same session.
  Secret access_token;
  /// How long it is valid.
  std::chrono::seconds expires_in{};
  /// The new value of Session::authenticated_at.
  UtcTime authenticated_at{};
};

/// The outcome of a re-authentication: complete, or a LoginStep asks for more.
using ReauthenticationOutcome = std::variant<Reauthenticated, LoginChallenge>;

/// What a client sends with a login besides its proof.
struct LoginOptions {
  /// The token of a trusted device, from an earlier login; empty for none. A feature that knows
  /// trusted devices looks at it.
  Secret device_token{};
};

/// A login that lacks nothing except what the steps ask for.
struct PendingLogin {
  /// The account: active, verified, and authenticated by `done`.
  const User& user;
  /// The methods already used. A step that lets the login pass for a reason of its own adds it.
  LoginMethods& done;
  /// The client that logs in.
  const ClientContext& client;
  /// The time, from the Clock of the Auth.
  UtcTime now;
  /// What the login is for.
  LoginPurpose purpose = LoginPurpose::login;
  /// What a purpose of a feature is about, in words of that feature; empty for others.
  std::string_view subject{};
  /// Set for LoginPurpose::reauthenticate: the session. No new session is created then.
  std::optional<SessionId> session{};
  /// LoginOptions::device_token; null for none.
  const Secret* device_token = nullptr;
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
  /// The feature that receives the answer calls Kernel::continue_login() with the new method added
  /// to those done, and the steps are asked again: let a login pass whose `done` has your method.
  ///
  /// When all steps have let it pass, a login of an account with User::second_factor is refused
  /// nevertheless unless `done` has a second step, or for LoginPurpose::login a waiver: no way in
  /// depends on a step that was left out.
  [[nodiscard]] virtual Result<std::optional<LoginChallenge>> ask(const PendingLogin& login) = 0;

 protected:
  LoginStep() = default;
};

/// What a feature does after a login without creating a session, protected by the same steps: a
/// password reset. Must be thread-safe.
class ProtectedPurpose {
 public:
  virtual ~ProtectedPurpose() = default;
  ProtectedPurpose(const ProtectedPurpose&) = delete;
  ProtectedPurpose& operator=(const ProtectedPurpose&) = delete;

  /// The word of the purpose.
  [[nodiscard]] virtual LoginPurpose purpose() const noexcept = 0;
  /// Returns the token with which the client goes on, for the `subject` that the feature gave to
  /// Kernel::ask_steps(). Called in the transaction in which the last step is answered; an error
  /// undoes it. The account is active, verified and has the expected version.
  [[nodiscard]] virtual Result<Secret> keep(Transaction& transaction, const User& user,
                                            std::string_view subject) = 0;

 protected:
  ProtectedPurpose() = default;
};

}  // namespace coffeeauth
