#pragma once
/// SmsOptions: the settings of the room `sms`.

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "coffeeauth/config_fields.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/time.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace sms {

enum class BudgetShare;

/// How often text messages are sent to one number, or for one user.
struct SmsPace {
  /// Minimum time since the last message. Range 0 to 24 hours.
  std::chrono::seconds pause{60};
  /// Messages in any hour. Range 1 to 100.
  std::size_t per_hour = 3;
  /// Messages in any 24 hours. Range 1 to 100.
  std::size_t per_day = 5;

  /// Returns when one more message may be sent, `now` or later, after those of the last 24 hours at
  /// least; in any order. A message stops counting when exactly the pause, an hour or a day has
  /// passed.
  [[nodiscard]] UtcTime free_at(std::vector<UtcTime> sent, UtcTime now) const;
};

/// Limits that protect recipients, and the bill of the service.
struct SmsLimits {
  /// For each number, over all users, and for each BudgetShare: whoever names a stranger's number,
  /// or has a stolen password, takes nothing from what its owner logs in with.
  SmsPace number{};
  /// For each user, over all numbers, and for each BudgetShare.
  SmsPace user{};
  /// Different numbers that one network may enrol in any 24 hours. Range 1 to 1,000.
  std::size_t numbers_per_network = 5;
  /// Messages that enrol a number, for each user in any 24 hours. Range 1 to 100.
  std::size_t enrolments_per_day = 3;
  /// Messages in any hour, over all users and processes of the service. Range 1 to 100,000.
  std::size_t service_per_hour = 500;
  /// Percentage of `service_per_hour` at which messages of other shares than BudgetShare::login
  /// stop, so that owners in networks that they have used before have the rest. Range 1 to 100.
  std::size_t others_percent = 80;

  /// When an account that enrolled numbers at these times, in any order, may enrol one more.
  [[nodiscard]] UtcTime enrolment_free_at(std::vector<UtcTime> enrolled, UtcTime now) const;
  /// When a network may send to one more number, after the last messages to each other number.
  [[nodiscard]] UtcTime network_free_at(std::vector<UtcTime> others, UtcTime now) const;
  /// Messages in any hour, of all shares, after which one of this share is no longer sent; at least
  /// 1.
  [[nodiscard]] std::size_t service_limit(BudgetShare share) const;
};

/// Which messages are sent.
struct SmsOptions {
  /// A list for SmsPrefixes, such as `+4915,+4916`: the beginnings of allowed numbers. Empty allows
  /// no number and disables the room.
  std::string prefixes{};
  /// See SmsLimits.
  SmsLimits limits{};
  /// The host of the service's pages, for the last line of each message; empty for none. A bundle
  /// sets it from the public URL.
  std::string host{};
};

/// Returns the settings by name. `options` must outlive them and must not be moved.
[[nodiscard]] std::vector<ConfigField> fields(SmsOptions& options);

}  // namespace sms
}  // namespace coffeeauth
