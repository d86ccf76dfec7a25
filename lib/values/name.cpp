#include "coffeeauth/user_service.hpp"
#include "lib/values/unicode.hpp"

namespace coffeeauth {
namespace {

constexpr std::size_t most_code_points = 150;
/// Four octets a code point, and room for what NFC puts together.
constexpr std::size_t most_octets = 4 * most_code_points * 4;

std::string_view trimmed(std::string_view text) noexcept {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

}  // namespace

Result<std::string> parse_name(std::string_view field, std::string_view typed) {
  if (typed.size() > most_octets) {
    return field_error(field, "too_long", "Enter at most 150 characters.");
  }
  if (!unicode::is_valid(typed) || unicode::has_controls(typed)) {
    return field_error(field, "invalid", "The name holds characters that cannot be used.");
  }
  auto name = unicode::nfc(trimmed(typed));
  if (unicode::count_code_points(name) > most_code_points) {
    return field_error(field, "too_long", "Enter at most 150 characters.");
  }
  return name;
}

}  // namespace coffeeauth
