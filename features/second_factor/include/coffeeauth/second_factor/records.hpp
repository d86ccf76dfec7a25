#pragma once
/// The values that a FactorStore stores and returns.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ids.hpp"
#include "coffeeauth/kernel.hpp"
#include "coffeeauth/time.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace second_factor {

/// Identifies a factor for its lifetime; never reused.
using FactorId = Id<struct FactorTag>;
/// Identifies a trusted device for its lifetime; never reused.
using DeviceId = Id<struct DeviceTag>;

/// A code that was sent by mail or SMS, valid for one ticket and one factor.
struct TicketCode {
  /// The digest of the code, bound to ticket and factor.
  FeatureDigest digest;
  /// The factor that it was sent to.
  FactorId factor;
  /// When it expires.
  UtcTime expires_at{};

  /// Compares all members, digests in constant time.
  bool operator==(const TicketCode&) const = default;
};

/// What a client holds between the first factor and the second: a ticket of the kind `mfa`.
///
/// The digest may also be that of an identifier, for codes that are not part of a login: the code
/// that confirms a new factor belongs to the ticket of that factor.
struct Ticket {
  /// The digest of the token.
  FeatureDigest digest;
  /// The account.
  UserId user;
  /// User::security_version when it was created: any later change of the account invalidates it.
  std::int64_t security_version = 0;
  /// The methods that were used so far: words of LoginMethod, separated by blanks.
  std::string methods{};
  /// What the second factor leads to: `login`, `reauthenticate`, or the word of another feature. A
  /// ticket keeps no other promise.
  std::string promise{};
  /// What the promise is about; opaque to the Store. May be empty.
  std::string subject{};
  /// The session that re-authenticates.
  std::optional<SessionId> session{};
  /// The attempts that spend_attempt() counted.
  std::size_t attempts = 0;
  /// When it was created.
  UtcTime created_at{};
  /// When it expires.
  UtcTime expires_at{};
  /// The code that was sent last.
  std::optional<TicketCode> code{};

  /// Compares all members, digests in constant time.
  bool operator==(const Ticket&) const = default;
};

/// How many wrong second factors in a row an account may have, over all tickets and factors.
struct FailurePolicy {
  /// After this many failures in a row, attempts have to wait. Range 1 to 1,000.
  std::size_t free = 10;
  /// The first wait; each further failure doubles it.
  std::chrono::seconds first_wait{60};
  /// The longest wait.
  std::chrono::seconds longest_wait{3'600};
  /// After this many failures in a row, nothing is compared until the counter is cleared.
  std::size_t stop = 100;
};

/// Whether a second factor may be compared.
enum class AttemptVerdict {
  /// It may.
  go,
  /// Not before Attempt::until.
  wait,
  /// Not until the counter is cleared.
  locked,
};

/// The state of a counter of failures.
struct Attempt {
  /// Whether a second factor may be compared.
  AttemptVerdict verdict = AttemptVerdict::locked;
  /// The attempts since the last success, with the one that was just counted. If that one fails, it
  /// is the failure of this number.
  std::size_t failures = 0;
  /// For `wait`: when the next attempt is possible.
  UtcTime until{};

  /// Compares all members.
  bool operator==(const Attempt&) const = default;
};

/// Something that proves a login beside the password: an authenticator app, a phone, a mailbox.
struct Factor {
  /// The identifier.
  FactorId id;
  /// The account.
  UserId user;
  /// The kind: `totp`, `sms`, `email`.
  std::string kind{};
  /// The user's name for it; may be empty.
  std::string label{};
  /// From Sealer::seal(), bound to account and factor: the secret of an app, or the number or
  /// address that codes are sent to.
  std::string sealed_secret{};
  /// The number or address as it is shown, masked; may be empty.
  std::string hint{};
  /// The digest of the number or address, to recognise it.
  std::optional<FeatureDigest> target_digest{};
  /// When it was added.
  UtcTime created_at{};
  /// Until when a new factor can be confirmed.
  UtcTime pending_until{};
  /// When it was confirmed. Until then it is pending, and must not be asked for at a login.
  std::optional<UtcTime> confirmed_at{};
  /// When it last proved a login.
  std::optional<UtcTime> last_used_at{};
  /// For `totp`: the latest time step whose code was accepted.
  std::int64_t last_step = 0;

  /// Compares all members, digests in constant time.
  bool operator==(const Factor&) const = default;
};

/// The outcome of adding a factor.
enum class AddOutcome {
  /// It is pending.
  added,
  /// The account has as many confirmed factors of that kind as it may. Nothing was changed.
  full,
};

/// A factor's secret as it is stored, to be re-encrypted under another key.
struct SealedFactor {
  /// The factor.
  FactorId id;
  /// The account.
  UserId user;
  /// The kind.
  std::string kind{};
  /// What is stored.
  std::string sealed_secret{};

  /// Compares all members.
  bool operator==(const SealedFactor&) const = default;
};

/// A device on which a user need not give the second factor at each login.
struct Device {
  /// The identifier.
  DeviceId id;
  /// The account.
  UserId user;
  /// The digest of the device's token.
  FeatureDigest digest;
  /// User::security_version when it was created: any later change of the account invalidates it.
  std::int64_t security_version = 0;
  /// When the user trusted it.
  UtcTime created_at{};
  /// When it expires; use does not postpone it.
  UtcTime expires_at{};
  /// When it last replaced a second factor; created_at at first.
  UtcTime last_used_at{};
  /// The IP address of the login that trusted it; may be empty.
  std::string address{};
  /// The User-Agent of that login; may be empty.
  std::string user_agent{};

  /// Compares all members, digests in constant time.
  bool operator==(const Device&) const = default;
};

}  // namespace second_factor
}  // namespace coffeeauth
