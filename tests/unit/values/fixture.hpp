#pragma once
/// What the tests of the value types share.

#include "coffeeauth/testing/doctest.hpp"

#include <cstdint>
#include <string>
#include <string_view>

#include "coffeeauth/result.hpp"

namespace coffeeauth {

/// `field: code` of the one thing that is wrong; empty when nothing is.
template <class T>
std::string problem(const Result<T>& result) {
  if (result.has_value()) return {};
  const auto& error = result.error();
  if (error.code != ErrorCode::validation_failed || error.fields.size() != 1)
    return "another error";
  return error.fields.front().field + ": " + error.fields.front().code;
}

/// `text`, `count` times.
inline std::string repeated(std::string_view text, std::size_t count) {
  std::string out;
  out.reserve(text.size() * count);
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

/// The UTF-8 form of a code point.
inline std::string utf8(std::uint32_t c) {
  const auto octet = [](std::uint32_t value) { return static_cast<char>(value & 0xFFU); };
  if (c < 0x80) return {octet(c)};
  if (c < 0x800) return {octet(0xC0U | (c >> 6U)), octet(0x80U | (c & 0x3FU))};
  if (c < 0x10000) {
    return {octet(0xE0U | (c >> 12U)), octet(0x80U | ((c >> 6U) & 0x3FU)),
            octet(0x80U | (c & 0x3FU))};
  }
  return {octet(0xF0U | (c >> 18U)), octet(0x80U | ((c >> 12U) & 0x3FU)),
          octet(0x80U | ((c >> 6U) & 0x3FU)), octet(0x80U | (c & 0x3FU))};
}

}  // namespace coffeeauth
