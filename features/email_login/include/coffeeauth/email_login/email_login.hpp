#pragma once
/// EmailLogin: logins by a link or code that is mailed to the account's address.

#include <memory>
#include <string_view>
#include <variant>
#include <vector>

#include "coffeeauth/email_address.hpp"
#include "coffeeauth/email_login/options.hpp"
#include "coffeeauth/email_login/tickets.hpp"
#include "coffeeauth/event.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/feature.hpp"
#include "coffeeauth/login.hpp"
#include "coffeeauth/mail_templates.hpp"
#include "coffeeauth/result.hpp"
#include "coffeeauth/secret.hpp"
#include "coffeeauth/session.hpp"
#include "coffeeauth/verification_code.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace email_login {

/// The link is unknown, used, replaced or expired, or the account has changed since.
inline constexpr ErrorCode invalid_link{"invalid_link", ErrorClass::invalid,
                                        "This link is invalid or has expired."};

/// A mail for a login was queued.
inline constexpr EventKind email_login_asked{"email_login_asked"};
/// An unknown, used or expired link was presented.
inline constexpr EventKind email_login_link_rejected{"email_login_link_rejected"};

/// A link that was mailed to the account's address.
inline constexpr LoginMethod email_link{"email_link", MethodUse::mailbox, "otp"};

/// A code that was mailed to the account's address as a second factor. After a method that proves
/// the mailbox it is none, and it never raises the assurance.
inline constexpr LoginMethod email_factor{"email_factor", MethodUse::mailbox_second, "otp"};

/// Limits requests for mails.
inline constexpr LimitScope ask_limit{"email_login_ask"};
/// Limits attempts to use links and codes.
inline constexpr LimitScope try_limit{"email_login_try"};

/// The answer to a request for a mail; the same whether or not one was sent.
struct LoginReceipt {
  /// What the code needs: a code is valid only for the client that requested it. Means nothing if
  /// no mail was sent.
  Secret login_token;
  /// When a link or code sent now expires.
  UtcTime expires_at{};
};

/// A mailed code, with the token of the client that requested it.
struct MailedCode {
  /// LoginReceipt::login_token.
  Secret login_token;
  /// The code from the mail.
  VerificationCode code;
};

/// The proof of a login: the token of a link, or a code.
using LoginProof = std::variant<Secret, MailedCode>;

/// The feature. For the feature that asks for second factors it is also a CodeChannel of the type
/// `email`, whether or not logins by mail are enabled: codes go to the account's own address,
/// within EmailLoginOptions::pace. Pass it to Auth, and its routes to the Api; must outlive both.
/// Thread-safe; every method may throw Unavailable.
class EmailLogin final : public Feature {
 public:
  /// Borrows `tickets`. Throws std::invalid_argument for invalid options, with the name of the
  /// setting.
  EmailLogin(TicketStore& tickets, EmailLoginOptions options);
  ~EmailLogin() override;

  [[nodiscard]] std::string_view name() const noexcept override;
  [[nodiscard]] Contributions attach(Kernel& kernel) override;

  /// The options it was constructed with.
  [[nodiscard]] const EmailLoginOptions& options() const noexcept;

  /// Mails a link and a code to an active account with a verified address, within the limits of the
  /// options. Replaces what was mailed before; a request that exceeds the limits replaces nothing.
  /// Answers alike, in the same time, for every address.
  LoginReceipt ask(const EmailAddress& email, const ClientContext& client);
  /// Logs in with a mailed link or code, which is then spent, also if a LoginStep asks for more.
  /// Errors: invalid_link for a link; invalid_code for a code, whatever is wrong with it;
  /// token_invalid for what cannot be a `login_token`; the error of a step.
  [[nodiscard]] Result<LoginOutcome> log_in(const LoginProof& proof, const ClientContext& client,
                                            const LoginOptions& with = {});

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Returns the texts of the feature's mail, for make_default_templates() together with your own;
/// Auth adds them by itself.
[[nodiscard]] std::vector<MailKind> mails();

}  // namespace email_login
}  // namespace coffeeauth
