#include "env_file.hpp"

#include <algorithm>
#include <optional>

#include "coffeeauth/value_text.hpp"

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
    EnvEntry entry{std::string{name}, {}, number_};
    read_value(trim_blanks(rest.substr(equals + 1)), entry);
    return entry;
  }

  [[noreturn]] void fail(std::string_view why) const {
    throw ConfigError(std::string{file_} + ":" + std::to_string(number_) + ": " + std::string{why});
  }

 private:
  void read_value(std::string_view text, EnvEntry& entry) const {
    if (!text.starts_with('\'') && !text.starts_with('"')) {
      entry.value = without_comment(text);
      return;
    }
    auto quoted = text.front() == '"' ? double_quoted(text) : single_quoted(text);
    if (quoted) {
      entry.value = *std::move(quoted);
      return;
    }
    // A quote that closes before the end is a part of the value: `"Coffee" <coffee@example.com>`.
    // So are those between quotes around all: `"{"a": 1}"`.
    const auto whole = without_comment(text);
    const bool is_around_all = whole.size() > 1 && whole.back() == whole.front();
    entry.value = is_around_all ? whole.substr(1, whole.size() - 2) : whole;
    entry.has_quote_inside = true;
  }

  static std::string_view without_comment(std::string_view text) {
    for (std::size_t at = text.find('#'); at != std::string_view::npos;
         at = text.find('#', at + 1)) {
      if (at == 0 || text[at - 1] == ' ' || text[at - 1] == '\t') {
        return trim_blanks(text.substr(0, at));
      }
    }
    return text;
  }

  static bool is_end(std::string_view rest) {
    rest = trim_blanks(rest);
    return rest.empty() || rest.front() == '#';
  }

  /// Nothing where the quote closes before the end of the value.
  [[nodiscard]] std::optional<std::string> single_quoted(std::string_view text) const {
    const auto end = text.find('\'', 1);
    if (end == std::string_view::npos) fail("the quote is not closed");
    if (!is_end(text.substr(end + 1))) return std::nullopt;
    return std::string{text.substr(1, end - 1)};
  }

  [[nodiscard]] std::optional<std::string> double_quoted(std::string_view text) const {
    std::string out;
    for (std::size_t i = 1; i < text.size(); ++i) {
      if (text[i] == '"') {
        if (!is_end(text.substr(i + 1))) return std::nullopt;
        return out;
      }
      if (text[i] != '\\') {
        out += text[i];
        continue;
      }
      if (++i == text.size()) break;
      append_escaped(out, text[i]);
    }
    fail("the quote is not closed");
  }

  /// An unknown escape stays as it stands: passwords have backslashes.
  static void append_escaped(std::string& out, char c) {
    switch (c) {
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 't':
        out += '\t';
        break;
      case '"':
      case '\\':
      case '$':
        out += c;
        break;
      default:
        out += '\\';
        out += c;
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
