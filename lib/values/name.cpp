#include "coffeeauth/user_service.hpp"
#include "lib/values/unicode.hpp"

namespace coffeeauth {
namespace {

constexpr std::size_t most_name_code_points = 150;
/// Four octets a code point, and room for what NFC puts together.
constexpr std::size_t most_name_octets = 4 * most_name_code_points * 4;

}  // namespace

Result<std::string> parse_name(std::string_view field, std::string_view typed) {
  if (typed.size() > most_name_octets) {
    return field_error(field, "too_long", "Enter at most 150 characters.");
  }
  if (!unicode::is_valid(typed) || unicode::has_controls(typed)) {
    return field_error(field, "invalid", "The name contains characters that are not allowed.");
  }
  const bool left_out = typed.find_first_not_of(' ') == std::string_view::npos;
  if (!left_out && !unicode::has_visible(typed)) {
    return field_error(field, "invisible", "Enter a name with visible characters.");
  }
  auto name = unicode::nfc(unicode::trimmed(typed));
  if (unicode::count_code_points(name) > most_name_code_points) {
    return field_error(field, "too_long", "Enter at most 150 characters.");
  }
  return name;
}

}  // namespace coffeeauth
