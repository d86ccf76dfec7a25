#pragma once
/// SecondFactorOptions: the settings of the feature `second_factor`.

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "coffeeauth/config.hpp"
#include "coffeeauth/config_fields.hpp"
#include "coffeeauth/export.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace second_factor {

/// Which accounts must have a second factor.
enum class Policy {
  /// None: each user decides.
  never,
  /// Administrators.
  admins,
  /// All accounts.
  everyone,
};

/// Settings of logins in two steps.
struct SecondFactorOptions {
  /// Whether the feature is enabled. When it is not, users cannot enrol factors, and accounts that
  /// have one cannot log in.
  bool enabled = true;
  /// Which accounts must have a second factor. Until they do, they can only enrol one.
  Policy policy = Policy::never;
  /// The types that users can add: `totp`, and `sms` or `email` where a feature brings a
  /// CodeChannel of that type. What was added before stays.
  std::vector<std::string> types{"totp"};
  /// The types that satisfy the policy for administrators: `totp`, `passkey`, `sms`, `email`.
  std::vector<std::string> admin_types{"totp", "passkey"};

  /// How long the second step of a login may take. Range 2 to 30 min.
  std::chrono::seconds ticket_lifetime{std::chrono::minutes{10}};
  /// Attempts at the second step before the first is due again. Range 1 to 10.
  std::size_t ticket_attempts = 5;

  /// Wrong codes of an account in a row before each further one starts a wait, over all logins
  /// together; networks that the account has logged in from count separately from all others.
  /// Range 3 to 100.
  std::size_t failures = 10;
  /// Wrong codes in a row that lock the account's codes: a passkey, a recovery code or an
  /// administrator opens it again. Range `failures` to 1,000.
  std::size_t failures_stop = 100;
  /// The first wait; it doubles with each further wrong code. Range 1 s to 1 h.
  std::chrono::seconds first_wait{std::chrono::minutes{1}};
  /// The longest wait. Range `first_wait` to 24 h.
  std::chrono::seconds longest_wait{std::chrono::hours{1}};

  /// The service as authenticator apps show it; empty for PasswordConfig::service_name. At most 100
  /// octets.
  std::string totp_issuer{};
  /// Steps of 30 seconds by which the clocks may differ, in both directions. Range 0 to 2.
  std::size_t totp_skew = 1;
  /// Authenticator apps of one account. Range 1 to 10.
  std::size_t totp_max = 3;
  /// Phone numbers of one account. Range 1 to 5.
  std::size_t phones = 2;
  /// How long a code that is sent is valid. Range 1 to 15 min.
  std::chrono::seconds code_lifetime{std::chrono::minutes{5}};
  /// Guesses at a code that is sent. Range 1 to 10.
  std::size_t code_attempts = 5;
  /// Guesses at codes that are sent, of an account in 24 hours. Range 5 to 1,000.
  std::size_t code_attempts_per_day = 50;
  /// How long a factor may wait to be confirmed. Range 1 min to 1 h.
  std::chrono::seconds enrolment_lifetime{std::chrono::minutes{10}};
  /// Recovery codes of an account. Range 5 to 20.
  std::size_t recovery_codes = 10;

  /// How long a trusted device skips the second step; it is not prolonged. Range 0 (never) to 90
  /// days.
  std::chrono::seconds device_lifetime{std::chrono::hours{24 * 30}};
  /// Whether administrators can trust devices.
  bool devices_for_admins = false;
  /// Trusted devices of an account; one more replaces the oldest. Range 1 to 100.
  std::size_t devices = 20;

  /// Live tickets of an account for each purpose; the oldest ones give way. With the default waits
  /// (LimitConfig), more than a thief of the password can begin before the owner's expires. Range 1
  /// to 1,000.
  std::size_t tickets = 300;
  /// The failure in a row that the owner is told of; 0 tells of none.
  std::size_t told_failure = 5;
  /// Minimum time between two notices that the codes of an account are locked.
  std::chrono::seconds pause_of_lock_notices{std::chrono::hours{24}};

  /// Second steps from one network.
  Limit steps{60, std::chrono::minutes{15}};
  /// Changes of a user that the owner is notified of, but for removals, so that a thief does not
  /// bury the first notice under others.
  Limit changes{20, std::chrono::hours{1}};
  /// Notices to an owner that recovery codes were used or second steps failed; more are not sent.
  Limit step_notices{10, std::chrono::hours{1}};
};

/// Returns the settings by name. `options` must outlive them and must not move.
[[nodiscard]] std::vector<ConfigField> fields(SecondFactorOptions& options);

}  // namespace second_factor
}  // namespace coffeeauth
