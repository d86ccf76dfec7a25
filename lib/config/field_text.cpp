#include "lib/config/field_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "coffeeauth/config_fields.hpp"

namespace coffeeauth::config_text {

bool read(std::string_view text, std::chrono::milliseconds& out) {
  const auto parsed = parse_duration(text);
  if (parsed) out = *parsed;
  return parsed.has_value();
}

bool read(std::string_view text, std::chrono::seconds& out) {
  const auto parsed = parse_duration(text);
  // Cut to whole seconds it would be another value than the one that was written.
  if (!parsed || parsed->count() % 1'000 != 0) return false;
  out = std::chrono::duration_cast<std::chrono::seconds>(*parsed);
  return true;
}

bool read(std::string_view text, std::size_t& out) {
  std::size_t value = 0;
  const auto* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || at != end) return false;
  out = value;
  return true;
}

bool read(std::string_view text, bool& out) {
  static constexpr std::array<std::string_view, 4> yes{"true", "1", "yes", "on"};
  static constexpr std::array<std::string_view, 4> no{"false", "0", "no", "off"};
  std::string lower{text};
  for (auto& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  const bool is_yes = std::find(yes.begin(), yes.end(), lower) != yes.end();
  if (!is_yes && std::find(no.begin(), no.end(), lower) == no.end()) return false;
  out = is_yes;
  return true;
}

bool read(std::string_view text, std::string& out) {
  if (text.empty()) return false;
  out = text;
  return true;
}

bool read(std::string_view text, SigningAlgorithm& out) {
  const auto algorithm = parse_signing_algorithm(text);
  if (algorithm) out = *algorithm;
  return algorithm.has_value();
}

std::string write(std::chrono::milliseconds value) { return to_duration_text(value); }
std::string write(std::size_t value) { return std::to_string(value); }
std::string write(bool value) { return value ? "true" : "false"; }
std::string write(const std::string& value) { return value; }
std::string write(SigningAlgorithm value) { return std::string{wire_name(value)}; }

}  // namespace coffeeauth::config_text
