#include "adapters/http/src/chunked.hpp"

#include <algorithm>

#include "adapters/http/src/grammar.hpp"
#include "coffeeauth/wipe.hpp"

namespace coffeeauth::http_poco {
namespace {

constexpr std::size_t max_size_digits = 8;
// One line, and extensions and trailer fields of a body together. Clients send none of either.
constexpr std::size_t max_line = 1024;
constexpr std::size_t max_extras = 8 * 1024;

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string_view without_blanks(std::string_view text) noexcept {
  return text.substr(std::min(text.find_first_not_of(" \t"), text.size()));
}

/// The octets of a token at the front of `text`.
std::size_t token_size(std::string_view text) noexcept {
  const auto end = std::find_if(text.begin(), text.end(),
                                [](char c) { return !token_chars[static_cast<unsigned char>(c)]; });
  return static_cast<std::size_t>(end - text.begin());
}

/// The octets of a quoted string at the front of `text`; 0 when there is none.
std::size_t quoted_size(std::string_view text) noexcept {
  if (!text.starts_with('"')) return 0;
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '"') return at + 1;
    if (text[at] == '\\' && ++at == text.size()) return 0;
    if (!field_value_chars[static_cast<unsigned char>(text[at])]) return 0;
  }
  return 0;
}

/// `*( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] )`
bool is_extension(std::string_view text) noexcept {
  while (!text.empty()) {
    text = without_blanks(text);
    if (!text.starts_with(';')) return false;
    text = without_blanks(text.substr(1));
    const std::size_t name = token_size(text);
    if (name == 0) return false;
    text.remove_prefix(name);
    const std::string_view behind = without_blanks(text);
    if (!behind.starts_with('=')) continue;
    text = without_blanks(behind.substr(1));
    const std::size_t value = std::max(token_size(text), quoted_size(text));
    if (value == 0) return false;
    text.remove_prefix(value);
  }
  return true;
}

bool is_field(std::string_view line) noexcept {
  const std::size_t colon = line.find(':');
  return colon != std::string_view::npos && is_token(line.substr(0, colon)) &&
         all_in(field_value_chars, line.substr(colon + 1));
}

/// A text that grows by itself leaves its octets behind in what it outgrows.
void make_room(std::string& text, std::size_t more, std::size_t most) {
  const std::size_t needed = text.size() + more;
  if (needed <= text.capacity()) return;
  std::string larger;
  larger.reserve(std::max(needed, std::min(most, 2 * text.capacity())));
  larger.append(text);
  wipe(text);
  text.swap(larger);
}

}  // namespace

std::size_t ChunkedReader::read(std::string_view bytes, std::string& body) {
  std::size_t used = 0;
  while (state_ == State::incomplete && used < bytes.size()) {
    const std::string_view rest = bytes.substr(used);
    used += expected_ == Expected::data ? read_data(rest, body) : read_line(rest);
  }
  return used;
}

std::size_t ChunkedReader::read_data(std::string_view bytes, std::string& body) {
  const std::size_t octets = std::min(bytes.size(), missing_);
  make_room(body, octets, max_body_);
  body.append(bytes.substr(0, octets));
  missing_ -= octets;
  if (missing_ == 0) expected_ = Expected::data_end;
  return octets;
}

// An octet at a time would do, but lines are short and mostly arrive whole.
std::size_t ChunkedReader::read_line(std::string_view bytes) {
  const std::size_t lf = bytes.find('\n');
  const std::size_t octets = lf == std::string_view::npos ? bytes.size() : lf + 1;
  const std::size_t longest = expected_ == Expected::data_end ? 2 : max_line;
  if (line_.size() + octets > longest) {
    state_ = State::malformed;
    return octets;
  }
  line_.append(bytes.substr(0, octets));
  if (lf == std::string_view::npos) return octets;
  if (!line_.ends_with("\r\n")) {
    state_ = State::malformed;
    return octets;
  }
  end_line(std::string_view(line_).substr(0, line_.size() - 2));
  line_.clear();
  return octets;
}

void ChunkedReader::end_line(std::string_view line) {
  switch (expected_) {
    case Expected::size_line:
      end_size_line(line);
      break;
    case Expected::data_end:
      if (!line.empty()) state_ = State::malformed;
      expected_ = Expected::size_line;
      break;
    case Expected::trailer_line:
      end_trailer_line(line);
      break;
    case Expected::data:
      break;
  }
}

void ChunkedReader::end_size_line(std::string_view line) {
  std::size_t digits = 0;
  std::size_t size = 0;
  for (; digits < std::min(line.size(), max_size_digits) && hex_value(line[digits]) >= 0; ++digits)
    size = size * 16 + static_cast<std::size_t>(hex_value(line[digits]));
  const std::string_view extension = line.substr(digits);
  extras_ += extension.size();
  // A ninth digit is no extension: a size of nine digits is too large, or padded to look like less.
  if (digits == 0 || !is_extension(extension) || extras_ > max_extras) {
    state_ = State::malformed;
    return;
  }
  if (size > max_body_ - content_) {
    state_ = State::too_large;
    return;
  }
  content_ += size;
  missing_ = size;
  expected_ = size == 0 ? Expected::trailer_line : Expected::data;
}

void ChunkedReader::end_trailer_line(std::string_view line) {
  if (line.empty()) {
    state_ = State::complete;
    return;
  }
  extras_ += line.size();
  if (!is_field(line) || extras_ > max_extras) state_ = State::malformed;
}

}  // namespace coffeeauth::http_poco
