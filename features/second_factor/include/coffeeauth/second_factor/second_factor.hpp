#pragma once
/// SecondFactor: the feature for logins in two steps, with authenticator apps (TOTP, RFC 6238),
/// recovery codes and trusted devices.

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "coffeeauth/error.hpp"
#include "coffeeauth/event.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/feature.hpp"
#include "coffeeauth/kernel.hpp"
#include "coffeeauth/login.hpp"
#include "coffeeauth/ports/one_time_codes.hpp"
#include "coffeeauth/rate_limiter.hpp"
#include "coffeeauth/result.hpp"
#include "coffeeauth/second_factor/factors.hpp"
#include "coffeeauth/second_factor/options.hpp"
#include "coffeeauth/secret.hpp"
#include "coffeeauth/session_service.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace second_factor {

/// The policy demands a second factor of an accepted kind, and the account has none.
inline constexpr ErrorCode enrolment_required{
    "second_factor_enrolment_required", ErrorClass::forbidden,
    "Your account needs a second factor of a kind that is accepted here. Please add one first."};
/// The policy demands the second factor that would be removed.
inline constexpr ErrorCode policy_demands{
    "second_factor_policy", ErrorClass::conflict,
    "Your account must keep a second factor of this kind: set up another one first."};
/// Too many wrong codes: only a passkey, a recovery code or an administrator helps.
inline constexpr ErrorCode locked{"second_factor_locked", ErrorClass::forbidden,
                                  "Too many wrong codes. Use a passkey or a recovery code."};
/// The account has as many factors of this kind as it may have.
inline constexpr ErrorCode limit_reached{"limit_reached", ErrorClass::conflict,
                                         "You cannot add another one. Remove one first."};
/// The account has no second factor that could be asked for.
inline constexpr ErrorCode nothing_enrolled{"second_factor_not_enrolled", ErrorClass::conflict,
                                            "Set up a second factor first."};

/// A first factor was correct, and a second one was asked for.
inline constexpr EventKind first_factor_passed{"first_factor_passed"};
/// A second step was answered correctly.
inline constexpr EventKind second_factor_passed{"second_factor_passed"};
/// A second step was answered wrongly.
inline constexpr EventKind second_factor_failed{"second_factor_failed"};
/// A second step was refused: too many wrong codes.
inline constexpr EventKind second_factor_locked{"second_factor_locked"};
/// A factor was confirmed.
inline constexpr EventKind factor_added{"factor_added"};
/// A factor was removed.
inline constexpr EventKind factor_removed{"factor_removed"};
/// Logins of the account need a second factor from now on.
inline constexpr EventKind second_factor_on{"second_factor_on"};
/// A recovery code was used.
inline constexpr EventKind recovery_code_used{"recovery_code_used"};
/// The account has new recovery codes; the former ones are void.
inline constexpr EventKind recovery_codes_renewed{"recovery_codes_renewed"};
/// A device was trusted.
inline constexpr EventKind device_trusted{"device_trusted"};
/// One or `count` trusted devices were forgotten.
inline constexpr EventKind device_forgotten{"device_forgotten"};
/// An administrator removed all second factors of the account.
inline constexpr EventKind second_factor_reset{"second_factor_reset"};

/// A code of an authenticator app.
inline constexpr LoginMethod totp{"totp", MethodUse::second, "otp"};
/// A recovery code.
inline constexpr LoginMethod recovery_code{"recovery_code", MethodUse::second, "otp"};
/// A device that was trusted at an earlier login.
inline constexpr LoginMethod trusted_device{"trusted_device", MethodUse::waiver};

/// Limits second steps by network.
inline constexpr LimitScope step_limit{"second_factor"};

/// A code of one factor.
struct FactorCode {
  /// The factor.
  FactorId factor;
  /// The code as typed.
  Secret code;
};
/// A recovery code as typed.
struct TypedRecoveryCode {
  /// The code.
  Secret code;
};
/// The proof of a SecondStep of another feature.
struct StepProof {
  /// SecondStep::type().
  std::string type;
  /// The client's JSON.
  std::string credential;
};
/// The answer to a challenge.
using Proof = std::variant<FactorCode, TypedRecoveryCode, StepProof>;

/// Whether to trust the device that logs in.
enum class TrustDevice { no, yes };

/// A second step that was passed.
struct Passed {
  /// What the first step was for.
  ContinuedOutcome outcome;
  /// The token of the device, if it is trusted now. For LoginOptions::device_token of later logins.
  std::optional<Secret> device_token{};
  /// How many recovery codes are left, if one was used.
  std::optional<std::size_t> recovery_codes_left{};
};

/// A factor that waits to be confirmed.
struct Enrolment {
  /// The factor.
  FactorId id;
  /// When it expires.
  UtcTime expires_at{};
  /// The secret in base 32, for users who type it.
  Secret secret;
  /// The `otpauth` URI with the secret, for a QR code.
  Secret uri;
};

/// A number or address that codes shall be sent to.
struct NewTarget {
  /// CodeChannel::type(): `sms`, `email`.
  std::string type;
  /// The user's name for it; may be empty.
  std::string label{};
  /// The number or address as typed; empty where CodeChannel::field() is.
  std::string target{};
};

/// A number or address that waits to be confirmed with the code that was sent to it.
struct PendingTarget {
  /// The factor.
  FactorId id;
  /// When it expires.
  UtcTime expires_at{};
  /// CodeTarget::hint.
  std::string hint{};
  /// When the code expires.
  UtcTime code_expires_at{};
};

/// New recovery codes, shown once.
struct RecoveryCodes {
  /// The codes in groups of four characters.
  std::vector<Secret> codes;
  /// When they were made.
  UtcTime created_at{};
};

/// A confirmed factor.
struct Confirmed {
  /// The factor.
  Factor factor;
  /// Set if the account had no recovery codes.
  std::optional<RecoveryCodes> recovery_codes{};
};

/// What an account has.
struct Overview {
  /// Whether its logins need a second factor.
  bool required = false;
  /// Whether the policy demands one of it.
  bool required_by_policy = false;
  /// Whether it has what the policy demands; true where the policy demands nothing of it.
  bool policy_satisfied = true;
  /// The kinds that it can add and that satisfy the policy: SecondFactor::accepted_types().
  std::vector<std::string> accepted_types{};
  /// Its confirmed factors, oldest first.
  std::vector<Factor> factors{};
  /// What other features have for it, such as passkeys.
  std::vector<ChallengeMethod> others{};
  /// Recovery codes that are left.
  std::size_t recovery_codes_left = 0;
  /// Until when codes are refused because of wrong ones: from networks that the account has used
  /// before, or from others, whichever is longer.
  std::optional<UtcTime> locked_until{};
  /// Whether they are refused until the lock is lifted, from either kind of network: `locked`.
  bool is_locked = false;
};

/// The feature. Pass it to Auth, and its routes to the Api; must outlive both. Thread-safe; every
/// method may throw Unavailable.
class SecondFactor final : public Feature {
 public:
  /// Borrows `factors` and `codes`. Throws std::invalid_argument for invalid options, with the name
  /// of the setting.
  SecondFactor(FactorStore& factors, const OneTimeCodes& codes, SecondFactorOptions options);
  ~SecondFactor() override;

  [[nodiscard]] std::string_view name() const noexcept override;
  [[nodiscard]] Contributions attach(Kernel& kernel) override;
  /// The options it was constructed with.
  [[nodiscard]] const SecondFactorOptions& options() const noexcept;

  /// Answers a challenge: the second step of a login, a re-authentication, or a purpose of another
  /// feature. Spends one attempt of the ticket, and of a code also one of the account, before it
  /// compares. `trust` counts for logins only, and where the options allow it.
  ///
  /// Errors: token_invalid (an unknown, used or expired ticket, one without attempts left, or an
  /// account that has changed); invalid_code; the error of a SecondStep; rate_limited with
  /// retry_after; `locked`.
  [[nodiscard]] Result<Passed> prove(const Secret& mfa_token, const Proof& proof, TrustDevice trust,
                                     const ClientContext& client);
  /// Returns SecondStep::options() for the challenge, as JSON. Errors: token_invalid; not_found
  /// (no feature has steps of that type).
  [[nodiscard]] Result<std::string> step_options(const Secret& mfa_token, std::string_view type);
  /// Whether another feature of the Auth has steps of that type. Call it for an attached feature.
  [[nodiscard]] bool has_step(std::string_view type) const;
  /// Returns the errors of the steps of other features. Call it for an attached feature.
  [[nodiscard]] std::vector<ErrorCode> step_errors() const;
  /// Returns the kinds of second factor that accounts of the role can add and that satisfy the
  /// policy for them: `totp`, `passkey`. Call it for an attached feature.
  [[nodiscard]] std::vector<std::string> accepted_types(Role role) const;
  /// Returns the ways to send codes that the features of the Auth bring. Call it for an attached
  /// feature.
  [[nodiscard]] const std::vector<CodeChannel*>& code_channels() const;

  /// Sends a code for the factor of that challenge, in place of the last one, and returns when it
  /// expires. Where a code was sent a moment ago, it stays good, and its expiry is returned.
  ///
  /// Errors: token_invalid, as for prove(); invalid_code (no factor that codes are sent to);
  /// rate_limited with retry_after; unavailable (the whole service has sent too many).
  [[nodiscard]] Result<UtcTime> send_code(const Secret& mfa_token, const FactorId& factor,
                                          const ClientContext& client);

  /// Returns what the account has.
  [[nodiscard]] Overview overview(const User& user);
  /// Turns the second factor on or off. Call SessionService::require_recent() first. Turning it on
  /// ends the other sessions, and returns recovery codes if the account had none; the session's
  /// earlier access tokens become invalid. Turning it off keeps the factors, unused. Errors:
  /// nothing_enrolled; policy_demands; token_invalid (the session ended meanwhile).
  [[nodiscard]] Result<std::optional<RecoveryCodes>> require(const Principal& principal, bool on,
                                                             const ClientContext& client);

  /// Begins to add an authenticator app; replaces one that waits to be confirmed. Call
  /// SessionService::require_recent() first. Errors: limit_reached; validation_failed on `label`.
  [[nodiscard]] Result<Enrolment> enrol(const Principal& principal, std::string_view label,
                                        const ClientContext& client);
  /// Begins to add a number or address, and sends a code to it; replaces one of that kind that
  /// waits to be confirmed. Call SessionService::require_recent() first. Errors: limit_reached;
  /// validation_failed on `type`, `label` or CodeChannel::field(); rate_limited; unavailable.
  [[nodiscard]] Result<PendingTarget> enrol_target(const Principal& principal,
                                                   const NewTarget& target,
                                                   const ClientContext& client);
  /// Sends another code to a number or address that waits to be confirmed, and returns when it
  /// expires; see send_code(). Errors: not_found; rate_limited; unavailable; token_invalid.
  [[nodiscard]] Result<UtcTime> resend(const Principal& principal, const FactorId& factor,
                                       const ClientContext& client);
  /// Adds the factor, with a correct code of it, and turns the second factor on: the other sessions
  /// end, and this session's earlier access tokens become invalid (refresh). Errors: invalid_code
  /// (also for an unknown, expired or confirmed factor); token_invalid.
  [[nodiscard]] Result<Confirmed> confirm(const Principal& principal, const FactorId& factor,
                                          const Secret& code, const ClientContext& client);
  /// Renames a factor. Errors: not_found; validation_failed on `label`.
  [[nodiscard]] Result<Factor> rename(const Principal& principal, const FactorId& factor,
                                      std::string_view label);
  /// Removes a factor; removing the last second factor of the account turns it off. Call
  /// SessionService::require_recent() first. Errors: not_found; policy_demands.
  [[nodiscard]] Result<void> remove(const Principal& principal, const FactorId& factor,
                                    const ClientContext& client);
  /// Makes new recovery codes; the former ones are void. Call SessionService::require_recent()
  /// first. Error: nothing_enrolled.
  [[nodiscard]] Result<RecoveryCodes> renew_recovery_codes(const Principal& principal,
                                                           const ClientContext& client);

  /// Returns the trusted devices, most recently trusted first.
  [[nodiscard]] std::vector<Device> devices(const UserId& user);
  /// Forgets a trusted device. Error: not_found.
  [[nodiscard]] Result<void> forget_device(const Principal& principal, const DeviceId& device,
                                           const ClientContext& client);
  /// Forgets all trusted devices of the user.
  void forget_devices(const Principal& principal, const ClientContext& client);

  /// Removes all second factors, recovery codes, trusted devices and sessions of an account, and
  /// lifts the lock of its codes: for an administrator or operator who has made sure who asks. The
  /// owner is told by mail. Error: not_found.
  [[nodiscard]] Result<void> reset(const UserId& user, std::optional<UserId> actor,
                                   const ClientContext& client);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Returns the texts of the feature's mails, for make_default_templates() together with your own;
/// Auth adds them by itself.
[[nodiscard]] std::vector<MailKind> mails();

}  // namespace second_factor
}  // namespace coffeeauth
