#include "features/passkeys/src/webauthn/cbor.hpp"

#include <limits>

namespace coffeeauth::passkeys {
namespace {

constexpr unsigned last_short_value = 23;
constexpr unsigned one_octet_follows = 24;
constexpr unsigned eight_octets_follow = 27;
constexpr std::uint64_t simple_false = 20;
constexpr std::uint64_t simple_null = 22;

unsigned octet_of(char c) noexcept { return static_cast<unsigned char>(c); }

/// Whether the number needs that many octets, and not half of them.
bool needs_octets(std::uint64_t number, unsigned octets) noexcept {
  if (octets == 1) return number > last_short_value;
  return (number >> (octets * 4)) != 0;
}

/// How many octets a character in UTF-8 has by its first one; 0 for none.
std::size_t utf8_size(unsigned first) noexcept {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (first >= 0xE0 && first <= 0xEF) return 3;
  return first >= 0xF0 && first <= 0xF4 ? 4 : 0;
}

/// Neither overlong, nor half of a pair, nor beyond the last character (Unicode, table 3-7).
bool is_second_octet(unsigned first, unsigned second) noexcept {
  if (first == 0xE0) return second >= 0xA0 && second <= 0xBF;
  if (first == 0xED) return second >= 0x80 && second <= 0x9F;
  if (first == 0xF0) return second >= 0x90 && second <= 0xBF;
  if (first == 0xF4) return second >= 0x80 && second <= 0x8F;
  return second >= 0x80 && second <= 0xBF;
}

bool is_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    const auto first = octet_of(text.front());
    const auto size = utf8_size(first);
    if (size == 0 || size > text.size()) return false;
    if (size > 1 && !is_second_octet(first, octet_of(text[1]))) return false;
    for (std::size_t i = 2; i < size; ++i) {
      if ((octet_of(text[i]) & 0xC0U) != 0x80U) return false;
    }
    text.remove_prefix(size);
  }
  return true;
}

/// The order of two keys in a map, each as it is encoded.
bool is_in_order(std::string_view before, std::string_view after) noexcept {
  const auto kind_before = octet_of(before.front()) >> 5U;
  const auto kind_after = octet_of(after.front()) >> 5U;
  if (kind_before != kind_after) return kind_before < kind_after;
  if (before.size() != after.size()) return before.size() < after.size();
  return before < after;
}

}  // namespace

std::optional<CborReader::Major> CborReader::next() const noexcept {
  if (rest_.empty()) return std::nullopt;
  return static_cast<Major>(octet_of(rest_.front()) >> 5U);
}

std::optional<CborReader::Head> CborReader::head() noexcept {
  const auto major = next();
  if (!major) return std::nullopt;
  const auto info = octet_of(rest_.front()) & 0x1FU;
  rest_.remove_prefix(1);
  if (info <= last_short_value) return Head{*major, info};
  // Above are what is not defined, and lengths without an end.
  if (info > eight_octets_follow) return std::nullopt;
  const auto octets = 1U << (info - one_octet_follows);
  const auto written = take(octets);
  if (!written) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : *written) value = value << 8U | octet_of(c);
  if (!needs_octets(value, octets)) return std::nullopt;
  return Head{*major, value};
}

std::optional<std::string_view> CborReader::take(std::uint64_t size) noexcept {
  if (size > rest_.size()) return std::nullopt;
  const auto taken = rest_.substr(0, static_cast<std::size_t>(size));
  rest_.remove_prefix(taken.size());
  return taken;
}

std::optional<std::string_view> CborReader::string_of(Major major) noexcept {
  const auto found = head();
  if (!found || found->major != major) return std::nullopt;
  return take(found->value);
}

std::optional<std::int64_t> CborReader::integer() noexcept {
  const auto found = head();
  if (!found || found->value > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) {
    return std::nullopt;
  }
  const auto value = static_cast<std::int64_t>(found->value);
  if (found->major == Major::positive) return value;
  if (found->major == Major::negative) return -1 - value;
  return std::nullopt;
}

std::optional<std::string_view> CborReader::bytes() noexcept { return string_of(Major::bytes); }

std::optional<std::string_view> CborReader::text() noexcept {
  const auto found = string_of(Major::text);
  return found && is_utf8(*found) ? found : std::nullopt;
}

std::optional<std::size_t> CborReader::begin_map() noexcept {
  const auto found = head();
  if (!found || found->major != Major::map || found->value > rest_.size() / 2) return std::nullopt;
  return static_cast<std::size_t>(found->value);
}

bool CborReader::skip(unsigned levels) noexcept {
  const auto found = head();
  if (!found) return false;
  switch (found->major) {
    case Major::positive:
    case Major::negative:
      return true;
    case Major::bytes:
      return take(found->value).has_value();
    case Major::text: {
      const auto characters = take(found->value);
      return characters && is_utf8(*characters);
    }
    case Major::array:
      return levels > 0 && skip_items(found->value, levels - 1);
    case Major::map:
      return levels > 0 && skip_members(found->value, levels - 1);
    case Major::simple:
      return found->value >= simple_false && found->value <= simple_null;
    case Major::tag:
      break;
  }
  return false;
}

bool CborReader::skip_map(unsigned levels) noexcept { return next() == Major::map && skip(levels); }

bool CborReader::skip_items(std::uint64_t count, unsigned levels) noexcept {
  // Each has one octet at least.
  if (count > rest_.size()) return false;
  for (; count > 0; --count) {
    if (!skip(levels)) return false;
  }
  return true;
}

bool CborReader::skip_members(std::uint64_t count, unsigned levels) noexcept {
  if (count > rest_.size() / 2) return false;
  std::string_view previous;
  for (; count > 0; --count) {
    const auto start = rest_;
    if (!skip_key()) return false;
    const auto key = start.substr(0, start.size() - rest_.size());
    if (!previous.empty() && !is_in_order(previous, key)) return false;
    previous = key;
    if (!skip(levels)) return false;
  }
  return true;
}

bool CborReader::skip_key() noexcept {
  const auto major = next();
  const bool is_key = major == Major::positive || major == Major::negative || major == Major::text;
  return is_key && skip(0);
}

}  // namespace coffeeauth::passkeys
