// What is typed at the second step of a login: recovery codes, codes of authenticator apps.

#include <algorithm>
#include <string>

#include "coffeeauth/second_factor/codes.hpp"
#include "tests/fuzz/target.hpp"

namespace coffeeauth {
namespace {

using fuzz::hold;

void check_recovery_codes(std::string_view input) {
  const auto code = second_factor::RecoveryCode::parse(input);
  if (!code) return;
  const auto text = code->expose_secret();
  hold(text.size() == 24, "a recovery code has 24 characters");
  hold(text.find_first_not_of("0123456789ABCDEFGHJKMNPQRSTVWXYZ") == std::string_view::npos,
       "a recovery code has no character that is taken for another");
  const auto shown = code->shown();
  hold(shown.size() == 29, "a recovery code is shown in six groups");
  for (const auto again : {text, shown.expose_secret()}) {
    const auto parsed = second_factor::RecoveryCode::parse(again);
    hold(parsed && parsed->expose_secret() == text, "a recovery code is its own");
  }
  const auto typed = std::count_if(input.begin(), input.end(), [](unsigned char c) {
    return std::string_view{" -\t\r\n"}.find(static_cast<char>(c)) == std::string_view::npos;
  });
  hold(typed == 24, "nothing but what separates is left out");
}

void check_factor_codes(std::string_view input) {
  const auto code = second_factor::parse_factor_code(input);
  std::string digits{input};
  std::erase(digits, ' ');
  const bool is_one = digits.size() == 6 && std::all_of(digits.begin(), digits.end(), [](char c) {
                        return c >= '0' && c <= '9';
                      });
  hold(code.has_value() == is_one, "a code is six digits");
  if (code) hold(code->expose_secret() == digits, "a code is what was typed");
}

}  // namespace
}  // namespace coffeeauth

COFFEEAUTH_FUZZ_TARGET(recovery_code) {
  coffeeauth::check_recovery_codes(input);
  coffeeauth::check_factor_codes(input);
}
