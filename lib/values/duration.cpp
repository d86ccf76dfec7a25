#include <algorithm>
#include <array>

#include "coffeeauth/value_text.hpp"

namespace coffeeauth {
namespace {

struct Unit {
  std::string_view suffix;
  std::uint64_t millis;
};

/// Largest first, so that the first exact one is the one to write.
constexpr std::array<Unit, 5> units{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"min", 60'000}, {"s", 1'000}, {"ms", 1}}};

constexpr std::uint64_t most_millis = std::uint64_t{100} * 366 * 86'400'000;

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept {
  text = trim_blanks(text);
  const auto suffix = text.substr(std::min(text.find_first_not_of("0123456789"), text.size()));
  text.remove_suffix(suffix.size());
  const auto number = parse_digits(text);
  std::uint64_t factor = suffix.empty() ? 1'000 : 0;
  for (const auto& unit : units) {
    if (suffix == unit.suffix) factor = unit.millis;
  }
  if (!number || factor == 0 || *number > most_millis / factor) return std::nullopt;
  return std::chrono::milliseconds{static_cast<std::int64_t>(*number * factor)};
}

std::string to_duration_text(std::chrono::milliseconds duration) {
  const auto millis = static_cast<std::uint64_t>(std::max(duration.count(), std::int64_t{0}));
  for (const auto& unit : units) {
    if (millis != 0 && millis % unit.millis == 0) {
      return std::to_string(millis / unit.millis) + std::string{unit.suffix};
    }
  }
  return "0s";
}

}  // namespace coffeeauth
