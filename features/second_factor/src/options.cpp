#include "coffeeauth/second_factor/options.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <stdexcept>

#include "features/second_factor/src/room.hpp"

namespace coffeeauth::second_factor {
namespace {

using namespace std::chrono_literals;

constexpr std::array<std::string_view, 4> types{"totp", "sms", "email", "passkey"};
/// Those that this room can add.
constexpr std::size_t own_types = 3;

std::optional<std::string> read_one_of(std::size_t first, std::string_view word) {
  const auto end = types.begin() + static_cast<std::ptrdiff_t>(first);
  const auto found = std::find(types.begin(), end, word);
  return found != end ? std::optional{std::string{*found}} : std::nullopt;
}
std::optional<std::string> read_own_type(std::string_view word) {
  return read_one_of(own_types, word);
}
std::optional<std::string> read_type(std::string_view word) {
  return read_one_of(types.size(), word);
}

std::vector<ConfigField> fields_of_policy(SecondFactorOptions& o) {
  return {
      field("SECOND_FACTOR",
            "Whether users can add a second factor to their logins. Off, accounts that have one "
            "cannot log in.",
            o.enabled),
      field("SECOND_FACTORS",
            "The kinds of second factor that users can add, beside passkeys: totp (an "
            "authenticator app), sms, email. What was added before stays.",
            o.types, read_own_type, "a list of totp, sms, email"),
      field("SECOND_FACTOR_POLICY",
            "Who must have a second factor: never (each user decides), admins, or everyone. Until "
            "an account has one, it can only set it up.",
            o.policy,
            {{"never", Policy::never}, {"admins", Policy::admins}, {"everyone", Policy::everyone}}),
      field("ADMIN_SECOND_FACTORS",
            "The kinds of second factor that satisfy the policy for administrators: totp, passkey, "
            "sms, email.",
            o.admin_types, read_type, "a list of totp, passkey, sms, email"),
      field("TOTP_ISSUER", "The service as authenticator apps show it; empty for SERVICE_NAME.",
            o.totp_issuer, TextLength{0, 100}),
      field("TOTP_SKEW",
            "Steps of 30 seconds by which the clock of an authenticator app may be wrong, in both "
            "directions",
            o.totp_skew, {0, 2}),
      field("TOTP_MAX", "Authenticator apps of one account", o.totp_max, {1, 10}),
      field("FACTOR_PHONES_MAX", "Phone numbers of one account", o.phones, {1, 5}),
      field("FACTOR_CODE_LIFETIME", "How long a code sent by SMS or mail is valid", o.code_lifetime,
            {1min, 15min}),
      field("FACTOR_CODE_ATTEMPTS", "Guesses at one such code", o.code_attempts, {1, 10}),
      field("FACTOR_CODE_ATTEMPTS_PER_DAY", "Guesses at all such codes of one account in 24 hours",
            o.code_attempts_per_day, {5, 1'000}),
      field("FACTOR_ENROLMENT_LIFETIME", "How long a new factor may wait to be confirmed",
            o.enrolment_lifetime, {1min, 1h}),
      field("RECOVERY_CODES", "Recovery codes of an account", o.recovery_codes, {5, 20}),
      field("TRUSTED_DEVICE_LIFETIME",
            "How long a trusted device skips the second step, from the login at which it was "
            "trusted; 0 for never",
            o.device_lifetime, {0s, 24h * 90}),
      field("TRUSTED_DEVICES_FOR_ADMINS", "Whether administrators can trust devices.",
            o.devices_for_admins),
      field("TRUSTED_DEVICES", "Trusted devices of one account", o.devices, {1, 100})};
}

std::vector<ConfigField> fields_of_steps(SecondFactorOptions& o) {
  return {
      field("MFA_TICKET_LIFETIME", "How long the second step of a login may take",
            o.ticket_lifetime, {2min, 30min}),
      field("MFA_TICKET_ATTEMPTS", "Attempts at the second step before the first is due again",
            o.ticket_attempts, {1, 10}),
      field("FACTOR_FAILURES",
            "Wrong codes of an account in a row, over all logins, before each further one starts a "
            "wait",
            o.failures, {3, 100}),
      with_rule(field("FACTOR_FAILURES_STOP",
                      "Wrong codes in a row after which the account's codes are locked",
                      o.failures_stop, {3, 1'000}),
                "at least FACTOR_FAILURES", [&o] { return o.failures_stop >= o.failures; }),
      field("FACTOR_FIRST_WAIT", "The first such wait; it doubles with each further wrong code",
            o.first_wait, {1s, 1h}),
      with_rule(field("FACTOR_LONGEST_WAIT", "The longest such wait", o.longest_wait, {1s, 24h}),
                "at least FACTOR_FIRST_WAIT", [&o] { return o.longest_wait >= o.first_wait; }),
      field("SECOND_FACTOR_LIMIT", "Second steps from one network in one SECOND_FACTOR_WINDOW",
            o.steps.count, {1, 100'000}),
      field("SECOND_FACTOR_WINDOW", "The time over which SECOND_FACTOR_LIMIT counts",
            o.steps.window, {1s, 24h})};
}

}  // namespace

std::vector<ConfigField> fields(SecondFactorOptions& o) {
  auto all = fields_of_policy(o);
  auto steps = fields_of_steps(o);
  std::move(steps.begin(), steps.end(), std::back_inserter(all));
  return all;
}

void check(const SecondFactorOptions& options) {
  auto copy = options;
  require_valid(fields(copy));
  if (options.tickets < 1 || options.tickets > 1'000) {
    throw std::invalid_argument("SecondFactorOptions::tickets is 1 to 1000");
  }
  for (const auto& type : options.types) {
    if (!read_own_type(type)) {
      throw std::invalid_argument("SECOND_FACTORS: " + type + " is no kind that can be added");
    }
  }
  for (const auto& type : options.admin_types) {
    if (!read_type(type)) {
      throw std::invalid_argument("ADMIN_SECOND_FACTORS: " + type + " is no kind of second factor");
    }
  }
}

}  // namespace coffeeauth::second_factor
