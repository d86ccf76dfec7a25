#include "coffeeauth/verification_code.hpp"

#include <algorithm>

#include "lib/values/unicode.hpp"

namespace coffeeauth {
namespace {

/// Far more than six digits with whatever a mail program puts around them; longer input is refused
/// before any work is done on it.
constexpr std::size_t most_code_octets = 256;

/// Nothing for what no code can be.
std::optional<Secret> without_separators(std::string_view typed) {
  if (typed.size() > most_code_octets || !unicode::is_valid(typed)) return std::nullopt;
  auto meant = unicode::without_separators(typed);
  Secret code{std::string_view{meant}};
  unicode::wipe(meant);
  return code;
}

Error refused() { return field_error("code", "invalid", "Enter the six digits of the code."); }

}  // namespace

std::optional<Secret> parse_digits(std::string_view typed, std::size_t count) {
  auto code = without_separators(typed);
  if (!code) return std::nullopt;
  const auto text = code->expose_secret();
  const bool are_digits =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (text.size() != count || !are_digits) return std::nullopt;
  return code;
}

Result<VerificationCode> VerificationCode::parse(std::string_view typed) {
  const auto text = without_separators(typed);
  if (text && text->expose_secret().empty()) {
    return field_error("code", "required", "This field may not be blank.");
  }
  auto code = parse_digits(typed, digits);
  if (!code) return refused();
  return VerificationCode{*std::move(code)};
}

Result<VerificationCode> VerificationCode::parse_number(std::int64_t number) {
  if (number < 0 || number > 999'999) return refused();
  auto text = std::to_string(1'000'000 + number).substr(1);
  VerificationCode code{Secret{std::string_view{text}}};
  unicode::wipe(text);
  return code;
}

VerificationCode VerificationCode::random(RandomSource& random) {
  return VerificationCode{random_digits(random, digits)};
}

}  // namespace coffeeauth
