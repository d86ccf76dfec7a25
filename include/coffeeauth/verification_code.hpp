#pragma once
/// VerificationCode: six digits that a person copies from a mail.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/random_source.hpp"
#include "coffeeauth/result.hpp"
#include "coffeeauth/secret.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// Parses `count` digits as people copy them: blanks, hyphens and invisible characters of Unicode
/// are ignored (`123 456`, `123-456`). Returns nothing for anything else. Thread-safe.
[[nodiscard]] std::optional<Secret> parse_digits(std::string_view typed, std::size_t count);

/// Exactly six ASCII digits, leading zeros included. A secret.
class VerificationCode {
 public:
  /// The number of digits.
  static constexpr std::size_t digits = 6;

  /// Parses a code with parse_digits(). Error: validation_failed on `code` with code `required` or
  /// `invalid`. Thread-safe.
  [[nodiscard]] static Result<VerificationCode> parse(std::string_view typed);
  /// Parses a code that a client sent as a number, without leading zeros. Error: validation_failed
  /// on `code` with code `invalid` outside of 0 to 999999. Thread-safe.
  [[nodiscard]] static Result<VerificationCode> parse_number(std::int64_t number);
  /// Draws a code uniformly from 000000 to 999999. Throws Unavailable when `random` fails.
  [[nodiscard]] static VerificationCode random(RandomSource& random);

  /// The digits, for a mail or a digest.
  [[nodiscard]] std::string_view expose_secret() const& noexcept { return text_.expose_secret(); }
  /// Deleted: a view of a temporary would dangle.
  std::string_view expose_secret() const&& = delete;

 private:
  explicit VerificationCode(Secret text) : text_(std::move(text)) {}
  Secret text_;
};

}  // namespace coffeeauth
