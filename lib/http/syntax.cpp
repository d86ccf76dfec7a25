#include "lib/http/syntax.hpp"

#include <algorithm>

namespace coffeeauth::http {
namespace {

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  const char l = lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

bool is_unreserved(char c) noexcept {
  const char l = lower(c);
  return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
         c == '~';
}

/// What the first octet of a sequence promises: its length, and the range of its second octet,
/// which is where overlong forms, surrogates and code points beyond U+10FFFF are told.
struct Lead {
  std::size_t length = 0;
  unsigned second_min = 0x80;
  unsigned second_max = 0xBF;
};

Lead read_lead(unsigned octet) noexcept {
  if (octet < 0x80) return {1};
  if (octet < 0xC2) return {0};
  if (octet < 0xE0) return {2};
  if (octet == 0xE0) return {3, 0xA0, 0xBF};
  if (octet == 0xED) return {3, 0x80, 0x9F};
  if (octet < 0xF0) return {3};
  if (octet == 0xF0) return {4, 0x90, 0xBF};
  if (octet < 0xF4) return {4};
  if (octet == 0xF4) return {4, 0x80, 0x8F};
  return {0};
}

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trim(std::string_view text) noexcept {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string_view take_item(std::string_view& list, char separator) noexcept {
  const auto end = list.find(separator);
  const auto item = trim(list.substr(0, end));
  list = end == std::string_view::npos ? std::string_view{} : list.substr(end + 1);
  return item;
}

std::optional<std::size_t> count_code_points(std::string_view text) noexcept {
  const auto octet = [&](std::size_t i) -> unsigned { return static_cast<unsigned char>(text[i]); };
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++count) {
    const Lead lead = read_lead(octet(i));
    if (lead.length == 0 || text.size() - i < lead.length) return std::nullopt;
    for (std::size_t k = 1; k < lead.length; ++k) {
      const unsigned min = k == 1 ? lead.second_min : 0x80;
      const unsigned max = k == 1 ? lead.second_max : 0xBF;
      if (octet(i + k) < min || octet(i + k) > max) return std::nullopt;
    }
    i += lead.length;
  }
  return count;
}

bool has_ascii_controls(std::string_view text) noexcept {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7F;
  });
}

std::string shown_name(std::string_view name) {
  const bool plain =
      !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
        return c > 0x20 && c < 0x7F && c != '"' && c != '\\' && c != '<' && c != '>';
      });
  return plain ? std::string{name} : "?";
}

std::optional<std::string> percent_decode(std::string_view text, Plus plus) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus == Plus::is_blank) {
      decoded.push_back(' ');
    } else if (text[i] == '%') {
      if (text.size() - i < 3) return std::nullopt;
      const int high = hex_value(text[i + 1]);
      const int low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      decoded.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    } else {
      decoded.push_back(text[i]);
    }
  }
  return decoded;
}

std::string percent_encode(std::string_view text) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    if (is_unreserved(c)) {
      encoded.push_back(c);
    } else {
      const auto octet = static_cast<unsigned char>(c);
      encoded.push_back('%');
      encoded.push_back(digits[octet >> 4U]);
      encoded.push_back(digits[octet & 0x0FU]);
    }
  }
  return encoded;
}

}  // namespace coffeeauth::http
