#pragma once
/// Recovery: password reset by mail, and changes of email address that can be undone.

#include <memory>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "coffeeauth/email_address.hpp"
#include "coffeeauth/event.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/feature.hpp"
#include "coffeeauth/login.hpp"
#include "coffeeauth/mail_templates.hpp"
#include "coffeeauth/password.hpp"
#include "coffeeauth/recovery/options.hpp"
#include "coffeeauth/recovery/tickets.hpp"
#include "coffeeauth/result.hpp"
#include "coffeeauth/secret.hpp"
#include "coffeeauth/session_service.hpp"
#include "coffeeauth/user_service.hpp"
#include "coffeeauth/verification_code.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace recovery {

/// The link is unknown, used, replaced or expired, or the account has changed since.
inline constexpr ErrorCode invalid_link{"invalid_link", ErrorClass::invalid,
                                        "This link is invalid or has expired."};

/// Passwords are not reset by link: the feature is disabled, RecoveryOptions::reset provides no
/// link, or there is no URL for it.
inline constexpr ErrorCode reset_links_off{"reset_links_off", ErrorClass::conflict,
                                           "Passwords are not reset by link."};

/// A mail for a password reset was queued.
inline constexpr EventKind password_reset_asked{"password_reset_asked"};
/// A reset link was created for an operator, who passes it on; nothing was mailed.
inline constexpr EventKind password_reset_link_made{"password_reset_link_made"};
/// A new password was set with a link or a code; all sessions ended. Its detail `account` is
/// `recovered`.
inline constexpr EventKind password_reset_done{"password_reset_done"};
/// A mail for a change of address was queued.
inline constexpr EventKind email_change_asked{"email_change_asked"};
/// An unknown, used or expired link was presented.
inline constexpr EventKind link_rejected{"link_rejected"};
/// The owner cancelled a pending change of address.
inline constexpr EventKind email_change_cancelled{"email_change_cancelled"};
/// The account has a new, verified address.
inline constexpr EventKind email_changed{"email_changed"};
/// A change of address was undone; the account has its former address again. Its detail `account`
/// is `recovered`, and Event::undone_since is when the first change that was undone was requested.
inline constexpr EventKind email_change_undone{"email_change_undone"};

/// A link that was mailed to the account's address.
inline constexpr LoginMethod email_link{"email_link", MethodUse::mailbox, "otp"};
/// The purpose of the steps that a password reset asks. Kernel::continue_login() returns the token
/// of a new reset link for it, which expires with the first one and needs no further step; the
/// first one is spent.
inline constexpr LoginPurpose password_reset{"password_reset"};

/// Limits requests for mails.
inline constexpr LimitScope ask_limit{"recovery_ask"};
/// Limits attempts to use links and codes.
inline constexpr LimitScope try_limit{"recovery_try"};
/// Limits guesses at the codes of one new address, by all users together.
inline constexpr LimitScope guess_limit{"recovery_guess"};

/// The eight-digit code of a reset, and the address it was mailed to.
struct ResetCode {
  /// The number of digits.
  static constexpr std::size_t digits = 8;

  /// The address of the account.
  EmailAddress email;
  /// From parse_digits().
  Secret code;
};

/// The authorization of a reset: the token of a link, or a code.
using ResetProof = std::variant<Secret, ResetCode>;

/// A link for a password reset. Anyone who has it can set the password.
struct ResetLink {
  /// The complete URL, with the token.
  Secret url;
  /// When the link expires.
  UtcTime expires_at{};
};

/// The feature. Pass it to Auth, and its routes to the Api; must outlive both. Thread-safe; every
/// method may throw Unavailable.
class Recovery final : public Feature {
 public:
  /// Borrows `tickets`. Throws std::invalid_argument for invalid options, with the name of the
  /// setting.
  Recovery(TicketStore& tickets, RecoveryOptions options);
  ~Recovery() override;

  [[nodiscard]] std::string_view name() const noexcept override;
  [[nodiscard]] Contributions attach(Kernel& kernel) override;

  /// The options it was constructed with.
  [[nodiscard]] const RecoveryOptions& options() const noexcept;

  /// Mails a reset link or code to an active account with a verified address, within the limits of
  /// the options. Answers alike, in the same time, for every address.
  CodeReceipt ask_reset(const EmailAddress& email, const ClientContext& client);
  /// Mails a reset link or code on behalf of an administrator, who learns why no mail can be sent.
  /// Errors: not_found, account_disabled, email_not_verified, rate_limited.
  [[nodiscard]] Result<void> send_reset(const UserId& user, std::optional<UserId> actor,
                                        const ClientContext& client);
  /// Creates a reset link without mailing it, for an operator who passes it on to the owner by
  /// telephone or in person. RecoveryOptions::pace does not apply. Replaces the account's previous
  /// link and code. Errors: reset_links_off, not_found, account_disabled, email_not_verified; after
  /// an error the previous link and code stay valid.
  [[nodiscard]] Result<ResetLink> make_reset_link(const UserId& user, std::optional<UserId> actor,
                                                  const ClientContext& client);
  /// Sets a new password. Ends all sessions of the account and invalidates its other links and
  /// codes, except those that undo a change of address; creates no session. The owner is notified
  /// by mail.
  ///
  /// Returns nothing when the password is set, or the challenge of a LoginStep: then nothing has
  /// changed, and link and code remain valid. The answer to the challenge gives the token of a new
  /// link, with which this method sets the password; see `password_reset`. No step is asked when
  /// RecoveryOptions::requires_second_factor is false.
  ///
  /// Errors: invalid_link (for a link), invalid_code (for a code); validation_failed on `password`,
  /// also for the current password (`unchanged`); that of a step; second_factor_required, if the
  /// account has a second factor that no step asked for. After all but the first two, link or code
  /// remain valid.
  [[nodiscard]] Result<std::optional<LoginChallenge>> reset(const ResetProof& proof,
                                                            Password password,
                                                            const ClientContext& client);

  /// Mails a link and a code to the new address, and a notice to the current one. A new address
  /// that belongs to another account gets a notice instead; the answer is the same. Replaces a
  /// pending change. The change is pending only while the principal's session lives; the link can
  /// be opened anywhere. Call SessionService::require_recent() first. Errors: validation_failed on
  /// `new_email` (`unchanged`); token_invalid (the session has ended meanwhile).
  [[nodiscard]] Result<CodeReceipt> ask_email_change(const Principal& principal,
                                                     const EmailAddress& email,
                                                     const ClientContext& client);
  /// Changes the address with the code that was mailed to it. All sessions except the requesting
  /// one end, earlier access tokens become invalid, and the former address gets a mail with a link
  /// to undo the change. Errors: invalid_code; email_taken.
  [[nodiscard]] Result<User> confirm_email_change(const Principal& principal,
                                                  const VerificationCode& code,
                                                  const ClientContext& client);
  /// Changes the address with the token of the mailed link, without a login. Otherwise like the
  /// other overload. Errors: invalid_link; email_taken.
  [[nodiscard]] Result<User> confirm_email_change(const Secret& token, const ClientContext& client);
  /// Returns the new address that awaits confirmation.
  [[nodiscard]] std::optional<EmailAddress> pending_email(const UserId& user);
  /// Cancels the pending change, if there is one.
  void cancel_email_change(const Principal& principal, const ClientContext& client);

  /// Restores the address that the link was sent to. Ends all sessions, removes the password,
  /// invalidates all other links and codes, and mails a reset link. Its event has
  /// Event::undone_since, so that features remove what was added to the account since the change
  /// was requested. Also works for a disabled account, which stays disabled. Errors: invalid_link;
  /// email_taken.
  [[nodiscard]] Result<User> undo_email_change(const Secret& token, const ClientContext& client);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Returns the texts of the feature's mails, for make_default_templates() together with your own;
/// Auth adds them by itself.
[[nodiscard]] std::vector<MailKind> mails();

}  // namespace recovery
}  // namespace coffeeauth
