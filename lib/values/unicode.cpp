#include "lib/values/unicode.hpp"

#include <sodium.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

namespace coffeeauth::unicode {
namespace {

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

std::string normalised(uninorm_t form, std::string_view text) {
  if (text.empty()) return {};
  std::size_t size = 0;
  auto* const memory = u8_normalize(form, bytes_of(text), text.size(), nullptr, &size);
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
  if (text.empty()) return {};
  std::size_t size = 0;
  auto* const memory =
      u8_casefold(bytes_of(text), text.size(), nullptr, UNINORM_NFKC, nullptr, &size);
  return take(memory, size);
}

void wipe(std::string& text) noexcept {
  sodium_memzero(text.data(), text.size());
  text.clear();
}

std::size_t count_code_points(std::string_view text) noexcept {
  return u8_mbsnlen(bytes_of(text), text.size());
}

bool has_controls(std::string_view text) noexcept { return has_any(text, is_control); }
bool has_ignorables(std::string_view text) noexcept { return has_any(text, is_ignorable); }

}  // namespace coffeeauth::unicode
