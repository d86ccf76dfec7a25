#include "coffeeauth/network_address.hpp"

#include <stdexcept>
#include <string>

#include <algorithm>
#include <vector>

#include "coffeeauth/value_text.hpp"

namespace coffeeauth {
namespace {

/// Where the bits of an IPv4 address begin in a mapped one.
constexpr unsigned v4_offset = 96;

constexpr std::array<std::uint8_t, 12> v4_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

std::optional<std::uint8_t> parse_octet(std::string_view text) noexcept {
  if (text.empty() || text.size() > 3 || (text.size() > 1 && text.front() == '0')) {
    return std::nullopt;
  }
  unsigned value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  if (value > 255) return std::nullopt;
  return static_cast<std::uint8_t>(value);
}

std::optional<std::array<std::uint8_t, 4>> parse_v4(std::string_view text) noexcept {
  std::array<std::uint8_t, 4> octets{};
  for (std::size_t i = 0; i < 4; ++i) {
    const auto dot = text.find('.');
    if ((dot == std::string_view::npos) != (i == 3)) return std::nullopt;
    const auto octet = parse_octet(text.substr(0, dot));
    if (!octet) return std::nullopt;
    octets.at(i) = *octet;
    if (i < 3) text.remove_prefix(dot + 1);
  }
  return octets;
}

std::optional<std::uint16_t> parse_group(std::string_view text) noexcept {
  if (text.empty() || text.size() > 4) return std::nullopt;
  unsigned value = 0;
  for (const char c : text) {
    unsigned digit = 0;
    if (c >= '0' && c <= '9') {
      digit = static_cast<unsigned>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      digit = static_cast<unsigned>(c - 'a') + 10;
    } else if (c >= 'A' && c <= 'F') {
      digit = static_cast<unsigned>(c - 'A') + 10;
    } else {
      return std::nullopt;
    }
    value = value * 16 + digit;
  }
  return static_cast<std::uint16_t>(value);
}

enum class Ending { group, group_or_v4 };

/// The bytes of colon-separated groups; where the address ends, the last one may be a dotted IPv4
/// address.
bool append_groups(std::string_view text, Ending ending, std::vector<std::uint8_t>& out) {
  if (text.empty()) return true;
  for (;;) {
    const auto colon = text.find(':');
    const auto part = text.substr(0, colon);
    if (ending == Ending::group_or_v4 && colon == std::string_view::npos &&
        part.find('.') != std::string_view::npos) {
      const auto v4 = parse_v4(part);
      if (!v4) return false;
      out.insert(out.end(), v4->begin(), v4->end());
      return true;
    }
    const auto group = parse_group(part);
    if (!group || out.size() > 14) return false;
    out.push_back(static_cast<std::uint8_t>(*group >> 8U));
    out.push_back(static_cast<std::uint8_t>(*group & 0xFFU));
    if (colon == std::string_view::npos) return true;
    text.remove_prefix(colon + 1);
  }
}

std::optional<NetworkAddress> parse_v6(std::string_view text) {
  text = text.substr(0, text.find('%'));
  std::vector<std::uint8_t> head;
  std::vector<std::uint8_t> tail;
  const auto gap = text.find("::");
  const auto ending = gap == std::string_view::npos ? Ending::group_or_v4 : Ending::group;
  if (!append_groups(text.substr(0, gap), ending, head)) return std::nullopt;
  if (gap == std::string_view::npos) {
    if (head.size() != 16) return std::nullopt;
  } else {
    if (!append_groups(text.substr(gap + 2), Ending::group_or_v4, tail) ||
        head.size() + tail.size() > 14) {
      return std::nullopt;
    }
  }
  NetworkAddress address{};
  std::copy(head.begin(), head.end(), address.begin());
  std::copy_backward(tail.begin(), tail.end(), address.end());
  return address;
}

}  // namespace

std::optional<NetworkAddress> parse_network_address(std::string_view text) noexcept {
  constexpr std::size_t longest = 64;  // 45 characters of address and a zone
  if (text.empty() || text.size() > longest) return std::nullopt;
  try {
    if (text.find(':') != std::string_view::npos) return parse_v6(text);
  } catch (...) {
    return std::nullopt;  // no memory for sixteen bytes: count it as no address
  }
  const auto v4 = parse_v4(text);
  if (!v4) return std::nullopt;
  NetworkAddress address{};
  std::copy(v4_prefix.begin(), v4_prefix.end(), address.begin());
  std::copy(v4->begin(), v4->end(), address.begin() + v4_prefix.size());
  return address;
}

bool is_v4_mapped(const NetworkAddress& address) noexcept {
  return std::equal(v4_prefix.begin(), v4_prefix.end(), address.begin());
}

NetworkRange::NetworkRange(std::string_view cidr) {
  const auto slash = cidr.find('/');
  const auto base = parse_network_address(cidr.substr(0, slash));
  if (!base) throw std::invalid_argument("not a network in CIDR notation: " + std::string{cidr});
  base_ = *base;
  const unsigned offset = is_v4_mapped(base_) ? v4_offset : 0;
  bits_ = 128;
  if (slash == std::string_view::npos) return;
  const auto length = parse_digits<unsigned>(cidr.substr(slash + 1), 0, 128 - offset);
  if (!length) throw std::invalid_argument("not a network in CIDR notation: " + std::string{cidr});
  bits_ = offset + *length;
}

bool NetworkRange::contains(const NetworkAddress& address) const noexcept {
  for (unsigned bit = 0; bit < bits_; bit += 8) {
    const unsigned left = std::min(bits_ - bit, 8U);
    const auto mask = static_cast<std::uint8_t>(0xFF00U >> left);
    if (((address[bit / 8] ^ base_[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

}  // namespace coffeeauth
