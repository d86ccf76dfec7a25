#include "coffeeauth/sms/phone_number.hpp"

#include <algorithm>
#include <utility>

namespace coffeeauth::sms {
namespace {

/// `+` and that many ASCII digits, the first of them no 0.
bool is_international(std::string_view text, std::size_t least, std::size_t most) {
  if (text.size() < least + 1 || text.size() > most + 1 || text[0] != '+' || text[1] == '0') {
    return false;
  }
  return std::all_of(text.begin() + 1, text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view without_spaces_around(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

}  // namespace

std::optional<PhoneNumber> PhoneNumber::parse(std::string_view typed) {
  // Nobody types more separators than digits.
  if (typed.size() > 64) return std::nullopt;
  std::string text{typed};
  std::erase_if(text, [](char c) { return c == ' ' || c == '-'; });
  if (!is_international(text, 7, 15)) return std::nullopt;
  return PhoneNumber{std::move(text)};
}

std::string PhoneNumber::hint() const {
  return text_.substr(0, 3) + "…" + text_.substr(text_.size() - 2);
}

std::optional<SmsPrefixes> SmsPrefixes::parse(std::string_view list) {
  SmsPrefixes all;
  if (without_spaces_around(list).empty()) return all;
  for (std::size_t at = 0; at <= list.size();) {
    const auto end = std::min(list.find(',', at), list.size());
    const auto part = without_spaces_around(list.substr(at, end - at));
    if (!is_international(part, 1, 15)) return std::nullopt;
    all.prefixes_.emplace_back(part);
    at = end + 1;
  }
  return all;
}

bool SmsPrefixes::allow(const PhoneNumber& number) const {
  return std::any_of(prefixes_.begin(), prefixes_.end(),
                     [&](const std::string& prefix) { return number.str().starts_with(prefix); });
}

}  // namespace coffeeauth::sms
