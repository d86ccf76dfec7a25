#include "encoding.hpp"

#include <algorithm>

namespace coffeeauth::smtp {
namespace {

constexpr std::size_t longest_encoded_line = 76;
/// RFC 5322 2.1.1.
constexpr std::size_t longest_line = 998;
/// Mailboxes of old put a `>` before such a line.
constexpr std::string_view mailbox_separator = "From ";

bool is_printable(char c) { return c >= 0x20 && c < 0x7F; }

/// Takes the next line and its end, `\n` or `\r\n`; says whether it had one.
bool take_line(std::string_view& text, std::string_view& line) {
  const auto end = text.find('\n');
  line = text.substr(0, end);
  if (end == std::string_view::npos) {
    text = {};
    return false;
  }
  text.remove_prefix(end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return true;
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_plain(std::string_view line, Octets octets) {
  const auto passes = [octets](char c) {
    return is_printable(c) ||
           (octets == Octets::eight_bit && static_cast<unsigned char>(c) >= 0x80);
  };
  // Two hyphens may begin a boundary.
  return line.size() <= longest_line && std::all_of(line.begin(), line.end(), passes) &&
         !line.ends_with(' ') && !line.starts_with(mailbox_separator) && !line.starts_with("--");
}

std::optional<std::string> as_it_is(std::string_view text, Octets octets) {
  std::string out;
  std::string_view line;
  while (!text.empty()) {
    if (!take_line(text, line) || !is_plain(line, octets)) return std::nullopt;
    out += line;
    out += line_end;
  }
  return out;
}

/// Writes one line, cut by soft line breaks.
void append_quoted(std::string_view line, std::string& out) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  const bool exposed_begin = line.starts_with(mailbox_separator) || line.starts_with("--");
  auto begin = out.size();
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    const bool exposed = (i == 0 && exposed_begin) || (c == ' ' && i + 1 == line.size());
    const bool literal = is_printable(c) && c != '=' && !exposed;
    // One column is for the soft line break.
    if (out.size() - begin + (literal ? 1 : 3) >= longest_encoded_line) {
      out += "=\r\n";
      begin = out.size();
    }
    if (literal) {
      out += c;
      continue;
    }
    const auto octet = static_cast<unsigned char>(c);
    out += '=';
    out += digits[octet >> 4U];
    out += digits[octet & 0xFU];
  }
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

}  // namespace

EncodedText encode_text(std::string_view text, Octets octets) {
  if (auto plain = as_it_is(text, octets)) {
    const std::string_view encoding = is_ascii(*plain) ? "7bit" : "8bit";
    return {encoding, *std::move(plain)};
  }
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  std::string_view line;
  while (!text.empty()) {
    const bool ended = take_line(text, line);
    append_quoted(line, out);
    out += ended ? line_end : "=\r\n";
  }
  return {"quoted-printable", std::move(out)};
}

std::optional<std::string> decode_quoted_printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    if (text.front() != '=') {
      out += text.front();
      text.remove_prefix(1);
    } else if (text.substr(1).starts_with(line_end)) {
      text.remove_prefix(3);
    } else {
      if (text.size() < 3 || digit(text[1]) < 0 || digit(text[2]) < 0) return std::nullopt;
      out += static_cast<char>(digit(text[1]) * 16 + digit(text[2]));
      text.remove_prefix(3);
    }
  }
  return out;
}

}  // namespace coffeeauth::smtp
