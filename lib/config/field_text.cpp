#include "lib/config/field_text.hpp"

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
  const auto parsed = parse_whole_number(text);
  if (parsed) out = static_cast<std::size_t>(*parsed);
  return parsed.has_value();
}

bool read(std::string_view text, bool& out) {
  const auto parsed = parse_switch(text);
  if (parsed) out = *parsed;
  return parsed.has_value();
}

bool read(std::string_view text, std::string& out) {
  if (text.empty()) return false;
  out = text;
  return true;
}

bool read(std::string_view text, SigningAlgorithm& out) {
  using enum SigningAlgorithm;
  for (const auto algorithm : {es256, eddsa, rs256, hs256}) {
    if (!is_word(trim_blanks(text), wire_name(algorithm))) continue;
    out = algorithm;
    return true;
  }
  return false;
}

std::string write(std::chrono::milliseconds value) { return to_duration_text(value); }
std::string write(std::size_t value) { return std::to_string(value); }
std::string write(bool value) { return value ? "true" : "false"; }
std::string write(const std::string& value) { return value; }
std::string write(SigningAlgorithm value) { return std::string{wire_name(value)}; }

}  // namespace coffeeauth::config_text
