#pragma once
/// Recovery: password reset by mail, and change of address with a way back.

#include <memory>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "coffeeauth/email_address.hpp"
#include "coffeeauth/event.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/feature.hpp"
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

/// A link that is unknown, used, replaced or over, or of which the account has changed since.
inline constexpr ErrorCode invalid_link{"invalid_link", ErrorClass::invalid,
                                        "This link is invalid or has expired."};

/// A mail for a new password was queued.
inline constexpr EventKind password_reset_asked{"password_reset_asked"};
/// A new password was set with a link or a code; every session ended.
inline constexpr EventKind password_reset_done{"password_reset_done"};
/// A mail for a new address was queued.
inline constexpr EventKind email_change_asked{"email_change_asked"};
/// A link that is unknown, spent or over was tried.
inline constexpr EventKind link_rejected{"link_rejected"};
/// The change that waited was given up by its owner.
inline constexpr EventKind email_change_cancelled{"email_change_cancelled"};
/// The account has a new address, which was proved.
inline constexpr EventKind email_changed{"email_changed"};
/// The account has an address of before again.
inline constexpr EventKind email_change_undone{"email_change_undone"};

/// What requests for a mail count against.
inline constexpr LimitScope ask_limit{"recovery_ask"};
/// What tries of links and codes count against.
inline constexpr LimitScope try_limit{"recovery_try"};
/// What mails for a change to one address count against, whoever asks.
inline constexpr LimitScope target_limit{"recovery_target"};
/// What guesses at the codes of one address count against, whoever guesses.
inline constexpr LimitScope guess_limit{"recovery_guess"};

/// The eight digits of a reset, and the address that they were mailed to.
struct ResetCode {
  /// How many digits a code has.
  static constexpr std::size_t digits = 8;

  /// The address of the account.
  EmailAddress email;
  /// From parse_digits().
  Secret code;
};

/// What a reset is asked with: the token of a link, or a code.
using ResetProof = std::variant<Secret, ResetCode>;

/// The room. Give it to Auth, and its routes to the Api; must outlive both. Callable from any
/// thread; every method may throw Unavailable.
class Recovery final : public Feature {
 public:
  /// Borrows `tickets`. Throws std::invalid_argument for options that cannot be, with the name of
  /// the setting.
  Recovery(TicketStore& tickets, RecoveryOptions options);
  ~Recovery() override;

  [[nodiscard]] std::string_view name() const noexcept override;
  [[nodiscard]] Contributions attach(Kernel& kernel) override;

  /// What it was made with.
  [[nodiscard]] const RecoveryOptions& options() const noexcept;

  /// Mails a link or a code for a new password to an active account with a verified address, at the
  /// pace of the options. Answers alike, and in the same time, for every address.
  CodeReceipt ask_reset(const EmailAddress& email, const ClientContext& client);
  /// Does the same for an administrator, who is told why no mail can be sent: not_found,
  /// account_disabled, email_not_verified, rate_limited.
  [[nodiscard]] Result<void> send_reset(const UserId& user, std::optional<UserId> actor,
                                        const ClientContext& client);
  /// Sets a new password for whoever reads the mailbox. Ends all sessions of the account and makes
  /// its other links and codes void, but for those that undo a change of address; opens no session.
  /// The owner is told by mail.
  ///
  /// Errors: invalid_link (of a link), invalid_code (of a code); validation_failed on `password`,
  /// which leaves link and code good.
  [[nodiscard]] Result<void> reset(const ResetProof& proof, Password password,
                                   const ClientContext& client);

  /// Mails a link and a code to the new address, and a notice to the present one. A new address
  /// that another account has is mailed a notice instead; the answer is the same. Takes the place
  /// of an earlier change that still waits. To be called for a recent login
  /// (SessionService::require_recent()). Error: validation_failed on `new_email` (`unchanged`).
  [[nodiscard]] Result<CodeReceipt> ask_email_change(const Principal& principal,
                                                     const EmailAddress& email,
                                                     const ClientContext& client);
  /// Changes the address with the code that was mailed to it. All sessions but the one that asked
  /// end, access tokens of before are void, and the former address is told how to undo it.
  /// Errors: invalid_code; email_taken.
  [[nodiscard]] Result<User> confirm_email_change(const Principal& principal,
                                                  const VerificationCode& code,
                                                  const ClientContext& client);
  /// Does the same with the token of the link, which anybody may open. Errors: invalid_link;
  /// email_taken.
  [[nodiscard]] Result<User> confirm_email_change(const Secret& token, const ClientContext& client);
  /// The address that waits to be confirmed.
  [[nodiscard]] std::optional<EmailAddress> pending_email(const UserId& user);
  /// Forgets the change that waits, if there is one.
  void cancel_email_change(const Principal& principal, const ClientContext& client);

  /// Gives the account the address back that the link was sent to. Ends all sessions, makes the
  /// password and every other link and code void, and mails a link for a new password. Works for a
  /// disabled account, too, which stays disabled. Errors: invalid_link; email_taken.
  [[nodiscard]] Result<User> undo_email_change(const Secret& token, const ClientContext& client);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The words of the room's mails, for make_default_templates() beside an embedder's own; Auth knows
/// them by itself.
[[nodiscard]] std::vector<MailKind> mails();

}  // namespace recovery
}  // namespace coffeeauth
