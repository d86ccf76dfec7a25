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

/// Reads `count` digits as people copy them: blanks, hyphens and invisible characters of Unicode
/// are dropped wherever they stand (`123 456`, `123-456`). Nothing for anything else.
[[nodiscard]] std::optional<Secret> parse_digits(std::string_view typed, std::size_t count);

/// Exactly six ASCII digits, leading zeros included. A secret.
class VerificationCode {
 public:
  /// How many digits it has.
  static constexpr std::size_t digits = 6;

  /// Reads a code with parse_digits(). Error: validation_failed on `code` with code `required` or
  /// `invalid`.
  [[nodiscard]] static Result<VerificationCode> parse(std::string_view typed);
  /// Reads a code that a client sent as a number, which has lost its leading zeros. Error:
  /// validation_failed on `code` with code `invalid` for anything outside 0 to 999999.
  [[nodiscard]] static Result<VerificationCode> parse_number(std::int64_t number);
  /// Uniform over 000000 to 999999. Throws Unavailable when the random source fails.
  [[nodiscard]] static VerificationCode random(RandomSource& random);

  /// The digits, for a mail or a digest.
  [[nodiscard]] std::string_view expose_secret() const& noexcept { return text_.expose_secret(); }
  /// A temporary refuses it: the view would outlive what it looks at.
  std::string_view expose_secret() const&& = delete;

 private:
  explicit VerificationCode(Secret text) : text_(std::move(text)) {}
  Secret text_;
};

}  // namespace coffeeauth
