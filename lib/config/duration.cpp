#include <algorithm>
#include <array>
#include <charconv>

#include "coffeeauth/config_fields.hpp"

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
  // Unsigned, so that from_chars takes no sign.
  std::uint64_t number = 0;
  const auto* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view suffix{at, static_cast<std::size_t>(end - at)};
  std::uint64_t factor = suffix.empty() ? 1'000 : 0;
  for (const auto& unit : units) {
    if (suffix == unit.suffix) factor = unit.millis;
  }
  if (factor == 0 || number > most_millis / factor) return std::nullopt;
  return std::chrono::milliseconds{static_cast<std::int64_t>(number * factor)};
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
