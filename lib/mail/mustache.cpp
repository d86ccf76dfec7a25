#include "lib/mail/mustache.hpp"

#include <algorithm>
#include <stdexcept>

#include <kainjow/mustache.hpp>

namespace coffeeauth::mustache {
namespace {

namespace engine = kainjow::mustache;

[[noreturn]] void refuse(const std::string& source, std::size_t at, const std::string& why) {
  const auto end = source.begin() + static_cast<std::ptrdiff_t>(std::min(at, source.size()));
  const auto line = 1 + std::count(source.begin(), end, '\n');
  throw std::invalid_argument("line " + std::to_string(line) + ": " + why);
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

/// The engine says where in its last word.
void check_syntax(const std::string& source) {
  const engine::mustache parsed{source};
  if (parsed.is_valid()) return;
  const auto& words = parsed.error_message();
  const auto place = words.rfind(" at ");
  const auto digits = place == std::string::npos ? std::string{} : words.substr(place + 4);
  const bool is_number = !digits.empty() && digits.size() < 10 &&
                         digits.find_first_not_of("0123456789") == std::string::npos;
  refuse(source, is_number ? std::stoul(digits) : 0, words.substr(0, place));
}

std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  return text;
}

}  // namespace

std::set<std::string, std::less<>> names_in(const std::string& source,
                                            const std::set<std::string, std::less<>>& parts) {
  std::set<std::string, std::less<>> names;
  for (auto at = source.find("{{"); at != std::string::npos; at = source.find("{{", at)) {
    const auto end = source.find("}}", at);
    if (end == std::string::npos) refuse(source, at, "{{ without }}");
    auto tag = trimmed(std::string_view{source}.substr(at + 2, end - at - 2));
    const char sigil = tag.empty() ? '\0' : tag.front();
    if (sigil == '{' || sigil == '&') refuse(source, at, "a value without escaping");
    if (sigil == '=') refuse(source, at, "other delimiters than {{ and }}");
    const bool has_sigil = sigil == '#' || sigil == '^' || sigil == '/' || sigil == '>';
    if (has_sigil) tag = trimmed(tag.substr(1));
    if (sigil == '>' && !parts.contains(tag)) {
      refuse(source, at, "there is no part {{> " + std::string{tag} + "}}");
    }
    if (sigil != '!' && !is_name(tag)) {
      refuse(source, at, "{{" + std::string{tag} + "}} is no name: a-z, 0-9 and _");
    }
    if (sigil != '!' && sigil != '>') names.emplace(tag);
    at = end + 2;
  }
  check_syntax(source);
  return names;
}

std::string render(const std::string& source, const Values& values, Output output) {
  engine::data data;
  for (const auto& [name, value] : values) {
    if (!value.empty()) data.set(name, value);
  }
  // Parsed each time: what the engine makes of a template is large, and is changed by rendering.
  engine::mustache parsed{source};
  parsed.set_custom_escape([output](const std::string& value) {
    auto line = one_line(value);
    return output == Output::html ? engine::html_escape(line) : line;
  });
  return parsed.render(data);
}

}  // namespace coffeeauth::mustache
