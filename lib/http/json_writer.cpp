#include "lib/http/json_writer.hpp"

namespace coffeeauth::http {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

bool is_within(std::string_view text, std::size_t at, unsigned least, unsigned most) noexcept {
  return at < text.size() && static_cast<unsigned char>(text[at]) >= least &&
         static_cast<unsigned char>(text[at]) <= most;
}

/// The length of the character of well-formed UTF-8 that `text` begins with (RFC 3629 4); 0 when it
/// begins with none.
std::size_t character_at(std::string_view text) noexcept {
  const auto first = static_cast<unsigned char>(text.front());
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  const std::size_t size = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  const unsigned least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const unsigned most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  if (!is_within(text, 1, least, most)) return 0;
  for (std::size_t at = 2; at < size; ++at) {
    if (!is_within(text, at, 0x80, 0xBF)) return 0;
  }
  return size;
}

}  // namespace

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  quote(name);
  out_.push_back(':');
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::text(std::string_view value) {
  separate();
  quote(value);
  return *this;
}

JsonWriter& JsonWriter::integer(std::int64_t value) {
  separate();
  out_.append(std::to_string(value));
  return *this;
}

JsonWriter& JsonWriter::boolean(bool value) {
  separate();
  out_.append(value ? "true" : "false");
  return *this;
}

JsonWriter& JsonWriter::null() {
  separate();
  out_.append("null");
  return *this;
}

JsonWriter& JsonWriter::json(std::string_view value) {
  separate();
  out_.append(value);
  return *this;
}

void JsonWriter::separate() {
  if (comma_) out_.push_back(',');
  comma_ = true;
}

void JsonWriter::quote(std::string_view text) {
  static constexpr std::string_view digits = "0123456789abcdef";
  out_.push_back('"');
  while (!text.empty()) {
    const auto octet = static_cast<unsigned char>(text.front());
    const auto size = character_at(text);
    if (size == 0) {
      // What another hand than ours stored must not make a document that nobody can read.
      out_.append(replacement);
    } else if (octet == '"' || octet == '\\') {
      out_.push_back('\\');
      out_.push_back(text.front());
    } else if (octet < 0x20 || octet == 0x7F) {
      out_.append("\\u00");
      out_.push_back(digits[octet >> 4U]);
      out_.push_back(digits[octet & 0x0FU]);
    } else {
      out_.append(text.substr(0, size));
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
  out_.push_back('"');
}

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  out_.push_back(bracket);
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  out_.push_back(bracket);
  comma_ = true;
  return *this;
}

}  // namespace coffeeauth::http
