#include "lib/http/body_place.hpp"

#include <algorithm>

#include "lib/http/syntax.hpp"

namespace coffeeauth::http {
namespace {

bool is_word(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '+' || c == '.';
}

/// A quote behind an odd number of backslashes belongs to its text.
bool is_escaped(std::string_view text, std::size_t at) noexcept {
  std::size_t backslashes = 0;
  while (backslashes < at && text[at - 1 - backslashes] == '\\') ++backslashes;
  return backslashes % 2 == 1;
}

}  // namespace

std::string line_and_column(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, offset);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const auto line = before.substr(before.rfind('\n') + 1);
  // Octets that continue a character begin none.
  const auto characters = std::count_if(line.begin(), line.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  });
  return "line " + std::to_string(lines + 1) + ", column " + std::to_string(characters + 1);
}

std::size_t start_of_token(std::string_view text, std::size_t end) noexcept {
  std::size_t at = std::min(end, text.size());
  if (at == 0) return 0;
  --at;
  if (text[at] == '"') {
    while (at > 0) {
      --at;
      if (text[at] == '"' && !is_escaped(text, at)) break;
    }
    return at;
  }
  while (at > 0 && is_word(text[at]) && is_word(text[at - 1])) --at;
  return at;
}

void MemberPath::name(std::string_view member) { levels_.back().member = shown_name(member); }

void MemberPath::value_done() {
  if (levels_.empty()) return;
  levels_.back().member.clear();
  ++levels_.back().index;
}

std::string MemberPath::text() const {
  std::string path;
  for (const auto& level : levels_) {
    if (level.is_array) {
      path += "[" + std::to_string(level.index) + "]";
    } else if (!level.member.empty()) {
      path += (path.empty() ? "" : ".") + level.member;
    }
  }
  return path;
}

}  // namespace coffeeauth::http
