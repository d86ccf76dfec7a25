#include "coffeeauth/password.hpp"

#include "coffeeauth/wipe.hpp"
#include "lib/values/unicode.hpp"

namespace coffeeauth {
namespace {

constexpr std::size_t most_password_code_points = 128;
/// NFKC can shorten text, but not from more than this to 128 code points in any password that a
/// person types; longer input is refused before any work is done on it.
constexpr std::size_t most_password_octets = 4'096;

Error refused(std::string_view code, std::string_view text) {
  return field_error("password", code, text);
}

}  // namespace

Result<Password> Password::parse(std::string_view typed) {
  if (typed.empty()) return refused("required", "This field may not be blank.");
  if (typed.size() > most_password_octets) {
    return refused("too_long", "Enter a password of at most 128 characters.");
  }
  if (!unicode::is_valid(typed) || unicode::has_controls(typed)) {
    return refused("invalid", "The password contains characters that are not allowed.");
  }
  auto normal = unicode::nfkc(typed);
  const auto length = unicode::count_code_points(normal);
  Secret text{std::string_view{normal}};
  wipe(normal);
  if (length > most_password_code_points) {
    return refused("too_long", "Enter a password of at most 128 characters.");
  }
  return Password{std::move(text), length};
}

Password Password::clone() const { return {text_.clone(), code_points_}; }

}  // namespace coffeeauth
