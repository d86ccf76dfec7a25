#include "lib/values/unicode.hpp"

#include <sodium.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

#include "coffeeauth/secret.hpp"

namespace coffeeauth::unicode {
namespace {

/// How many times its octets a text may take when it is normalised, but for a few rare characters.
constexpr std::size_t room_factor = 4;

const std::uint8_t* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

struct Free {
  void operator()(std::uint8_t* memory) const noexcept { std::free(memory); }
};

/// Takes over what libunistring allocated.
std::string take(std::uint8_t* memory, std::size_t size) {
  const std::unique_ptr<std::uint8_t, Free> owner{memory};
  if (memory == nullptr) throw std::bad_alloc{};
  std::string text{reinterpret_cast<const char*>(memory), size};
  // It may have been a password.
  sodium_memzero(memory, size);
  return text;
}

bool is_ascii(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string normalised(uninorm_t form, std::string_view text) {
  if (is_ascii(text)) return std::string{text};
  // Room for nearly any text: where libunistring has to make some, it leaves copies in what it
  // outgrows, and the text may be a password.
  auto room = Secret::of_size(room_factor * text.size());
  std::size_t size = room.size();
  auto* const own = reinterpret_cast<std::uint8_t*>(room.writable().data());
  auto* const memory = u8_normalize(form, bytes_of(text), text.size(), own, &size);
  if (memory == own) return std::string{room.expose_secret().substr(0, size)};
  return take(memory, size);
}

bool is_control(ucs4_t c) noexcept {
  const bool c0_or_c1 = c < 0x20 || (c >= 0x7F && c <= 0x9F);
  const bool separator = c == 0x2028 || c == 0x2029;
  const bool bidirectional = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) ||
                             c == 0x200E || c == 0x200F || c == 0x061C;
  return c0_or_c1 || separator || bidirectional;
}

bool is_ignorable(ucs4_t c) noexcept {
  return uc_is_property_default_ignorable_code_point(c) && c != 0x200C && c != 0x200D;
}

bool is_blank(ucs4_t c) noexcept {
  // A pattern of no dots is drawn as a blank, and is none by its properties.
  return uc_is_property_white_space(c) || c == 0x2800;
}

/// Invisible, and at the end of a text there by accident only.
bool is_stray(ucs4_t c) noexcept {
  const bool zero_width = c == 0x200B || c == 0x2060 || c == 0xFEFF;
  return is_blank(c) || zero_width || (c > 0x9F && is_control(c));
}

bool is_visible(ucs4_t c) noexcept {
  return !is_blank(c) && !uc_is_property_default_ignorable_code_point(c) &&
         !uc_is_general_category(c, UC_MARK) && !uc_is_general_category(c, UC_CONTROL) &&
         !uc_is_general_category(c, UC_FORMAT) && !uc_is_property_not_a_character(c);
}

bool is_separator(ucs4_t c) noexcept {
  return is_stray(c) || uc_is_property_dash(c) || uc_is_property_default_ignorable_code_point(c);
}

bool has_any(std::string_view text, bool (*is_meant)(ucs4_t) noexcept) noexcept {
  const auto* at = bytes_of(text);
  const auto* const end = at + text.size();
  while (at < end) {
    ucs4_t c = 0;
    const int size = u8_mbtouc(&c, at, static_cast<std::size_t>(end - at));
    if (is_meant(c)) return true;
    at += size;
  }
  return false;
}

}  // namespace

bool is_valid(std::string_view text) noexcept {
  return u8_check(bytes_of(text), text.size()) == nullptr;
}

std::string nfc(std::string_view text) { return normalised(UNINORM_NFC, text); }
std::string nfkc(std::string_view text) { return normalised(UNINORM_NFKC, text); }

std::string fold(std::string_view text) {
  if (is_ascii(text)) {
    std::string folded{text};
    for (auto& c : folded) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return folded;
  }
  std::size_t size = 0;
  auto* const memory =
      u8_casefold(bytes_of(text), text.size(), nullptr, UNINORM_NFKC, nullptr, &size);
  return take(memory, size);
}

std::size_t count_code_points(std::string_view text) noexcept {
  return u8_mbsnlen(bytes_of(text), text.size());
}

bool has_controls(std::string_view text) noexcept { return has_any(text, is_control); }
bool has_ignorables(std::string_view text) noexcept { return has_any(text, is_ignorable); }
bool has_visible(std::string_view text) noexcept { return has_any(text, is_visible); }

std::string_view trimmed(std::string_view text) noexcept {
  const auto* const begin = bytes_of(text);
  std::size_t first = text.size();
  std::size_t last = 0;
  for (std::size_t at = 0; at < text.size();) {
    ucs4_t c = 0;
    const auto size = static_cast<std::size_t>(u8_mbtouc(&c, begin + at, text.size() - at));
    if (!is_stray(c)) {
      first = std::min(first, at);
      last = at + size;
    }
    at += size;
  }
  return last == 0 ? std::string_view{} : text.substr(first, last - first);
}

std::string without_separators(std::string_view text) {
  std::string kept;
  // At once, so that no smaller copy of a secret is left behind.
  kept.reserve(text.size());
  const auto* const begin = bytes_of(text);
  for (std::size_t at = 0; at < text.size();) {
    ucs4_t c = 0;
    const auto size = static_cast<std::size_t>(u8_mbtouc(&c, begin + at, text.size() - at));
    if (!is_separator(c)) kept.append(text, at, size);
    at += size;
  }
  return kept;
}

}  // namespace coffeeauth::unicode
