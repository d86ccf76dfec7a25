#include "env_file.hpp"

#include <algorithm>

#include "coffeeauth/config_fields.hpp"

namespace coffeeauth::server {
namespace {

bool is_name(std::string_view text) {
  const auto is_letter = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
  };
  return !text.empty() && is_letter(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

class Line {
 public:
  Line(std::string_view text, std::string_view file, std::size_t number)
      : text_(text), file_(file), number_(number) {}

  [[nodiscard]] EnvEntry read() const {
    auto rest = trim_blanks(text_);
    if (rest.starts_with("export ") || rest.starts_with("export\t")) {
      rest = trim_blanks(rest.substr(7));
    }
    const auto equals = rest.find('=');
    if (equals == std::string_view::npos) fail("expected NAME=value");
    const auto name = trim_blanks(rest.substr(0, equals));
    if (!is_name(name)) fail("the name must be letters, digits and _");
    return {std::string{name}, value(trim_blanks(rest.substr(equals + 1))), number_};
  }

  [[noreturn]] void fail(std::string_view why) const {
    throw ConfigError(std::string{file_} + ":" + std::to_string(number_) + ": " + std::string{why});
  }

 private:
  [[nodiscard]] std::string value(std::string_view text) const {
    if (text.starts_with('\'')) return single_quoted(text.substr(1));
    if (text.starts_with('"')) return double_quoted(text.substr(1));
    for (std::size_t at = text.find('#'); at != std::string_view::npos;
         at = text.find('#', at + 1)) {
      if (at == 0 || text[at - 1] == ' ' || text[at - 1] == '\t') {
        text = trim_blanks(text.substr(0, at));
        break;
      }
    }
    return std::string{text};
  }

  void require_end(std::string_view rest) const {
    rest = trim_blanks(rest);
    if (!rest.empty() && rest.front() != '#') fail("text after the closing quote");
  }

  [[nodiscard]] std::string single_quoted(std::string_view text) const {
    const auto end = text.find('\'');
    if (end == std::string_view::npos) fail("the quote is not closed");
    require_end(text.substr(end + 1));
    return std::string{text.substr(0, end)};
  }

  [[nodiscard]] std::string double_quoted(std::string_view text) const {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '"') {
        require_end(text.substr(i + 1));
        return out;
      }
      if (text[i] != '\\') {
        out += text[i];
        continue;
      }
      if (++i == text.size()) break;
      out += unescaped(text[i]);
    }
    fail("the quote is not closed");
  }

  [[nodiscard]] char unescaped(char c) const {
    switch (c) {
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 't':
        return '\t';
      case '"':
      case '\\':
      case '$':
        return c;
      default:
        fail("unknown escape in double quotes");
    }
  }

  std::string_view text_;
  std::string_view file_;
  std::size_t number_;
};

}  // namespace

std::vector<EnvEntry> parse_env_file(std::string_view text, std::string_view file) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  std::vector<EnvEntry> entries;
  std::size_t number = 0;
  while (!text.empty()) {
    const auto end = text.find('\n');
    auto content = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++number;
    if (content.ends_with('\r')) content.remove_suffix(1);
    const Line line{content, file, number};
    if (content.find('\0') != std::string_view::npos) line.fail("a NUL character");
    const auto visible = trim_blanks(content);
    if (visible.empty() || visible.front() == '#') continue;
    auto entry = line.read();
    const bool twice = std::any_of(entries.begin(), entries.end(),
                                   [&](const EnvEntry& other) { return other.name == entry.name; });
    if (twice) line.fail(entry.name + " is set twice");
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace coffeeauth::server
