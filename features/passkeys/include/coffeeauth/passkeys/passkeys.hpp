#pragma once
/// PasskeyService: passkeys as a login, as a second factor, and to authenticate again.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/event.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/feature.hpp"
#include "coffeeauth/login.hpp"
#include "coffeeauth/mail_templates.hpp"
#include "coffeeauth/passkeys/options.hpp"
#include "coffeeauth/passkeys/passkey_store.hpp"
#include "coffeeauth/ports/public_key_verifier.hpp"
#include "coffeeauth/rate_limiter.hpp"
#include "coffeeauth/result.hpp"
#include "coffeeauth/session_service.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace passkeys {

/// A passkey was used or registered, and some check failed: one code for all of them. The event
/// says which.
inline constexpr ErrorCode passkey_rejected{"passkey_rejected", ErrorClass::unauthenticated,
                                            "This passkey was not accepted."};
/// The credential is registered already, whichever account has it.
inline constexpr ErrorCode passkey_exists{"passkey_exists", ErrorClass::conflict,
                                          "This passkey is registered already."};
/// The account has as many passkeys as it may.
inline constexpr ErrorCode limit_reached{"limit_reached", ErrorClass::conflict,
                                         "There are as many of these as there may be."};

/// The account has a further passkey.
inline constexpr EventKind passkey_added{"passkey_added"};
/// The account has one passkey less, or `count` less.
inline constexpr EventKind passkey_removed{"passkey_removed"};
/// A passkey proved a login, a second factor, or an authentication of a session.
inline constexpr EventKind passkey_used{"passkey_used"};
/// What a client sent as a passkey was refused. The detail `check` says which check failed:
/// wire_name(Rejection), or `unknown` (no such credential), `spent` (the challenge was used, or the
/// passkey removed meanwhile), `counter`, or `disabled` (the feature is).
inline constexpr EventKind passkey_rejected_event{"passkey_rejected"};
/// The counter of signatures of a passkey has not grown, so a copy of it may be in use. The detail
/// `passkey` is `refused` or `accepted`, according to PasskeyOptions::counter.
inline constexpr EventKind passkey_counter_regressed{"passkey_counter_regressed"};

/// A passkey.
inline constexpr LoginMethod passkey_method{"passkey", MethodUse::second, "pop"};
/// The authenticator verified the user, by a PIN or biometrics; always beside `passkey_method`.
inline constexpr LoginMethod user_verified_method{"user_verified", MethodUse::both, "user"};

/// Limits requests for options by network.
inline constexpr LimitScope options_limit{"passkey_options"};
/// Limits logins by passkey by network.
inline constexpr LimitScope login_limit{"passkey"};
/// Limits registrations, by user.
inline constexpr LimitScope change_limit{"passkey_change"};

/// The notices to the owner. Operators can omit them; see NoticeConfig.
inline constexpr std::string_view passkey_added_mail = "passkey_added";
/// After a removal.
inline constexpr std::string_view passkey_removed_mail = "passkey_removed";
/// When a copy of a passkey may be in use.
inline constexpr std::string_view passkey_counter_mail = "passkey_counter";

/// What a page shows of an account's passkeys, and tells the browser to show.
struct OwnPasskeys {
  /// The relying party's id.
  std::string rp_id;
  /// The account's user handle, if it ever had a passkey or asked for one.
  std::optional<UserHandle> user_handle{};
  /// In the order of their ids.
  std::vector<Passkey> passkeys{};
};

/// The feature. Pass it to Auth, and its routes to the Api; must outlive both. Thread-safe; every
/// method may throw Unavailable.
///
/// Options and credentials are the JSON forms of WebAuthn Level 3, as a browser's
/// `parseCreationOptionsFromJSON()` and `parseRequestOptionsFromJSON()` take them and `toJSON()`
/// returns them. A challenge is stored nowhere until it is used: it contains its expiry and a MAC
/// over that, the ceremony and its subject.
class PasskeyService final : public Feature {
 public:
  /// Borrows `passkeys` and `keys`. Throws std::invalid_argument for invalid options, with the name
  /// of the setting.
  PasskeyService(PasskeyStore& passkeys, const PublicKeyVerifier& keys, PasskeyOptions options);
  ~PasskeyService() override;

  [[nodiscard]] std::string_view name() const noexcept override;
  [[nodiscard]] Contributions attach(Kernel& kernel) override;

  /// The options in use, with `rp_id` and `origins` filled in.
  [[nodiscard]] const PasskeyOptions& options() const noexcept;

  /// Returns the options of a new passkey. Error: token_invalid (the account was deleted
  /// meanwhile).
  [[nodiscard]] Result<std::string> creation_options(const Principal& principal);
  /// Registers a passkey that was made with creation_options() of the same session. The owner is
  /// notified by mail. Call SessionService::require_recent() first. Errors: passkey_rejected;
  /// passkey_exists; limit_reached; validation_failed on `name`, of parse_name(); token_invalid
  /// (the session ended, or the account was changed meanwhile).
  [[nodiscard]] Result<Passkey> add(const Principal& principal, std::string_view credential,
                                    std::string_view name, const ClientContext& client);
  /// Returns the account's passkeys.
  [[nodiscard]] OwnPasskeys list(const UserId& user);
  /// Renames a passkey of the account and returns it. Errors: not_found; validation_failed on
  /// `name`.
  [[nodiscard]] Result<Passkey> rename(const UserId& user, const PasskeyId& id,
                                       std::string_view name);
  /// Removes a passkey of the account. With the last second factor, User::second_factor is turned
  /// off. The owner is notified by mail. Call SessionService::require_recent() first. Errors:
  /// not_found; that of a gate that insists on a second factor; token_invalid (the session ended,
  /// or the account was changed meanwhile).
  [[nodiscard]] Result<void> remove(const Principal& principal, const PasskeyId& id,
                                    const ClientContext& client);

  /// Returns the options of a login, the same for everybody but for the challenge. Writes nothing.
  [[nodiscard]] std::string login_options();
  /// Logs in the account that the passkey belongs to. The passkey must have verified its user, so
  /// it is both factors. Errors: passkey_rejected; account_disabled and email_not_verified (only
  /// for a right passkey); the error of a LoginStep.
  [[nodiscard]] Result<LoginOutcome> log_in(std::string_view credential,
                                            const ClientContext& client);

  /// Returns the options to authenticate the principal's session again. Writes nothing.
  [[nodiscard]] std::string reauthentication_options(const Principal& principal);
  /// Authenticates the principal's session again. Errors: passkey_rejected; token_invalid (the
  /// session ended, or the account was changed meanwhile); the error of a LoginStep.
  [[nodiscard]] Result<ReauthenticationOutcome> reauthenticate(const Principal& principal,
                                                               std::string_view credential,
                                                               const ClientContext& client);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Returns the texts of the feature's mails, for make_default_templates() together with your own;
/// Auth adds them by itself.
[[nodiscard]] std::vector<MailKind> mails();

}  // namespace passkeys
}  // namespace coffeeauth
