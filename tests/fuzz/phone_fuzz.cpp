// Phone numbers and their prefixes, as typed.

#include <algorithm>
#include <string>

#include "coffeeauth/sms/phone_number.hpp"
#include "tests/fuzz/target.hpp"

namespace coffeeauth {
namespace {

using fuzz::hold;

void check_phone_number(std::string_view input) {
  const auto number = sms::PhoneNumber::parse(input);
  if (!number) return;
  const auto& text = number->str();
  hold(text.size() >= 8 && text.size() <= 16, "a number has 7 to 15 digits");
  hold(text[0] == '+' && text[1] != '0', "a number begins with + and no 0");
  hold(text.find_first_not_of("0123456789", 1) == std::string::npos, "a number is made of digits");
  hold(sms::PhoneNumber::parse(text) == number, "a number is its own");
  std::string typed{input};
  std::erase_if(typed, [](char c) { return c == ' ' || c == '-'; });
  hold(typed == text, "nothing but what separates is left out");
  hold(number->hint().find(text.substr(3, text.size() - 5)) == std::string::npos,
       "a hint hides what is between");
}

/// The first line is the list, the second the number.
void check_prefixes(std::string_view input) {
  const auto end = std::min(input.find('\n'), input.size());
  const auto prefixes = sms::SmsPrefixes::parse(input.substr(0, end));
  if (!prefixes || end == input.size()) return;
  const auto number = sms::PhoneNumber::parse(input.substr(end + 1));
  if (!number || !prefixes->allow(*number)) return;
  // The country is written in the list, whatever else is.
  hold(input.substr(0, end).find(number->str().substr(0, 2)) != std::string_view::npos,
       "a number that is allowed begins as the list says");
}

}  // namespace
}  // namespace coffeeauth

COFFEEAUTH_FUZZ_TARGET(phone) {
  coffeeauth::check_phone_number(input);
  coffeeauth::check_prefixes(input);
}
