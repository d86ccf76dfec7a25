#pragma once
/// The values that users type at the second step, and what they are made from: secrets and codes of
/// authenticator apps (TOTP, RFC 6238), and recovery codes.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/one_time_codes.hpp"
#include "coffeeauth/ports/random_source.hpp"
#include "coffeeauth/secret.hpp"
#include "coffeeauth/time.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace second_factor {

/// The digits of a code of an authenticator app. All apps know six.
inline constexpr std::size_t totp_digits = 6;
/// The bytes of an app's secret: as many as HMAC-SHA-1 has (RFC 4226 4).
inline constexpr std::size_t totp_secret_bytes = 20;
/// How long a code is shown.
inline constexpr std::chrono::seconds totp_period{30};

/// Returns the number of the 30 seconds since 1970 that `now` is in.
[[nodiscard]] std::int64_t step_of(UtcTime now) noexcept;
/// Makes the secret of an authenticator app. Throws Unavailable when `random` fails.
[[nodiscard]] Secret make_totp_secret(RandomSource& random);
/// Returns the code that an app with this secret shows during `step`; with 1 to 9 digits. Throws
/// Unavailable when `codes` does.
[[nodiscard]] Secret totp_at(const OneTimeCodes& codes, const Secret& secret, std::int64_t step,
                             std::size_t digits = totp_digits);
/// Returns the step, at most `skew` before or after the current one, that `code` belongs to; of
/// several, the latest. Compares all of them, in constant time. Whether the step was used before is
/// up to Factors::accept_step().
[[nodiscard]] std::optional<std::int64_t> find_step(const OneTimeCodes& codes, const Secret& secret,
                                                    std::string_view code, UtcTime now,
                                                    std::size_t skew);
/// Parses a six-digit code as people type it: blanks are ignored. Returns nothing for anything
/// other than six ASCII digits.
[[nodiscard]] std::optional<Secret> parse_factor_code(std::string_view typed);

/// Returns the text of secret bytes in base 32 (RFC 4648 6) without padding: `A-Z 2-7`.
[[nodiscard]] Secret to_base32(const Secret& bytes);
/// Returns the `otpauth` URI that apps read from a QR code, with the secret in it. `issuer` is the
/// service, `account` the user's address; a colon in the issuer, which would end it, is left out.
[[nodiscard]] Secret totp_uri(const Secret& secret, std::string_view issuer,
                              std::string_view account);

/// 120 random bits that replace a second factor once: 24 characters of base 32 without I, L, O and
/// U (Crockford). A secret.
class RecoveryCode {
 public:
  /// The number of characters.
  static constexpr std::size_t characters = 24;

  /// Makes a code. Throws Unavailable when `random` fails.
  [[nodiscard]] static RecoveryCode random(RandomSource& random);
  /// Parses a code as people copy it: letter case, white space and hyphens do not matter, O is 0, I
  /// and L are 1. Returns nothing for anything else. Thread-safe.
  [[nodiscard]] static std::optional<RecoveryCode> parse(std::string_view typed);

  /// The code as it is shown, in groups of four: `7ZB2-K9QF-0M4X-WT6H-AE3P-R8CD`.
  [[nodiscard]] Secret shown() const;
  /// The characters alone, in upper case, for a digest.
  [[nodiscard]] std::string_view expose_secret() const& noexcept { return text_.expose_secret(); }
  /// Deleted: a view of a temporary would dangle.
  std::string_view expose_secret() const&& = delete;

 private:
  explicit RecoveryCode(Secret text) : text_(std::move(text)) {}
  Secret text_;
};

}  // namespace second_factor
}  // namespace coffeeauth
