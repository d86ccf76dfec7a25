#include "coffeeauth/second_factor/options.hpp"

#include <stdexcept>
#include <string>

#include "coffeeauth/crypto/crypto.hpp"
#include "coffeeauth/memory/memory.hpp"
#include "coffeeauth/second_factor/memory.hpp"
#include "features/second_factor/tests/world.hpp"

namespace coffeeauth::second_factor {
namespace {

/// What a room with these options is refused with; empty if it is not.
std::string refusal_of(SecondFactorOptions options) {
  const auto store = memory::make_memory_store();
  const auto rows = make_memory_factors(*store);
  const auto codes = crypto::make_openssl_one_time_codes();
  try {
    const SecondFactor room{*rows, *codes, std::move(options)};
  } catch (const std::invalid_argument& refusal) {
    return refusal.what();
  }
  return {};
}

TEST_CASE("options out of their range are refused by the name of the setting") {
  CHECK(refusal_of({}).empty());
  CHECK(refusal_of({.admin_types = {"face"}}).starts_with("ADMIN_SECOND_FACTORS: "));
  CHECK(refusal_of({.types = {"passkey"}}).starts_with("SECOND_FACTORS: "));
  CHECK(refusal_of({.phones = 6}).starts_with("FACTOR_PHONES_MAX: "));
  CHECK(refusal_of({.code_lifetime = 30s}).starts_with("FACTOR_CODE_LIFETIME: "));
  CHECK(refusal_of({.ticket_lifetime = 1min}).starts_with("MFA_TICKET_LIFETIME: "));
  CHECK(refusal_of({.ticket_attempts = 11}).starts_with("MFA_TICKET_ATTEMPTS: "));
  CHECK(refusal_of({.failures = 2}).starts_with("FACTOR_FAILURES: "));
  CHECK(refusal_of({.failures = 50, .failures_stop = 49}).starts_with("FACTOR_FAILURES_STOP: "));
  CHECK(refusal_of({.first_wait = 2h, .longest_wait = 1h}).starts_with("FACTOR_"));
  CHECK(refusal_of({.first_wait = 30min, .longest_wait = 29min})
            .starts_with("FACTOR_LONGEST_WAIT: "));
  CHECK(refusal_of({.totp_skew = 3}).starts_with("TOTP_SKEW: "));
  CHECK(refusal_of({.totp_max = 0}).starts_with("TOTP_MAX: "));
  CHECK(refusal_of({.recovery_codes = 4}).starts_with("RECOVERY_CODES: "));
  CHECK(refusal_of({.device_lifetime = 24h * 91}).starts_with("TRUSTED_DEVICE_LIFETIME: "));
}

TEST_CASE("settings are read from text") {
  SecondFactorOptions options;
  const auto all = fields(options);
  CHECK_OK(set_field(all, "SECOND_FACTOR_POLICY", "everyone"));
  CHECK_OK(set_field(all, "ADMIN_SECOND_FACTORS", "passkey"));
  CHECK_OK(set_field(all, "TRUSTED_DEVICE_LIFETIME", "0s"));
  CHECK(options.policy == Policy::everyone);
  CHECK(options.admin_types == std::vector<std::string>{"passkey"});
  CHECK(options.device_lifetime == 0s);
  CHECK_ERROR(set_field(all, "ADMIN_SECOND_FACTORS", "passkey,face"), ErrorCode::validation_failed);
  CHECK_ERROR(set_field(all, "SECOND_FACTOR_POLICY", "some"), ErrorCode::validation_failed);
}

}  // namespace
}  // namespace coffeeauth::second_factor
