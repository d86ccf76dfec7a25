#include <algorithm>
#include <array>
#include <cstdio>
#include <stdexcept>

#include "coffeeauth/network_address.hpp"
#include "coffeeauth/url.hpp"
#include "lib/values/ascii.hpp"

namespace coffeeauth {
namespace {

constexpr std::size_t longest_host = 253;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

bool is_host_name(std::string_view text) noexcept {
  const auto may_stand = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '-' ||
           c == '.' || c == '_';
  };
  return !text.empty() && text.size() <= longest_host && text.front() != '.' &&
         text.front() != '-' && text.find("..") == std::string_view::npos &&
         std::all_of(text.begin(), text.end(), may_stand);
}

/// Whether browsers would take it for an IPv4 address: its last part begins with a digit.
bool ends_in_a_number(std::string_view host) noexcept {
  if (host.ends_with('.')) host.remove_suffix(1);
  const auto dot = host.rfind('.');
  const auto last = host.substr(dot == std::string_view::npos ? 0 : dot + 1);
  return !last.empty() && is_digit(last.front()) &&
         (std::all_of(last.begin(), last.end(), is_digit) || last.starts_with("0x"));
}

/// RFC 5952 4: the longest run of zero groups, of two at least, becomes `::`.
std::string written(const NetworkAddress& address) {
  std::array<unsigned, 8> groups{};
  for (std::size_t i = 0; i < 8; ++i)
    groups.at(i) = address.at(2 * i) * 256U + address.at(2 * i + 1);
  std::size_t gap = 8;
  std::size_t longest = 1;
  for (std::size_t begin = 0; begin < 8; ++begin) {
    std::size_t end = begin;
    while (end < 8 && groups.at(end) == 0) ++end;
    if (end - begin > longest) {
      gap = begin;
      longest = end - begin;
    }
  }
  std::string out;
  for (std::size_t i = 0; i < 8; ++i) {
    if (i == gap) {
      out += "::";
      i += longest - 1;
      continue;
    }
    std::array<char, 5> text{};
    std::snprintf(text.data(), text.size(), "%x", groups.at(i));
    if (!out.empty() && out.back() != ':') out += ':';
    out += text.data();
  }
  return out;
}

std::optional<std::string> origin_host(const Url& url, bool in_brackets) {
  if (in_brackets) {
    const auto address = parse_network_address(url.host);
    if (!address || url.host.find('%') != std::string::npos) return std::nullopt;
    return "[" + written(*address) + "]";
  }
  auto host = ascii_lower(url.host);
  if (!is_host_name(host)) return std::nullopt;
  if (ends_in_a_number(host) && !parse_network_address(host)) return std::nullopt;
  return host;
}

}  // namespace

std::optional<std::string> parse_host(std::string_view text) {
  const bool in_brackets = text.starts_with('[') && text.ends_with(']');
  if (in_brackets) text = text.substr(1, text.size() - 2);
  const bool is_v6 = text.find(':') != std::string_view::npos;
  if (is_v6 ? !parse_network_address(text) : in_brackets || !is_host_name(text)) {
    return std::nullopt;
  }
  if (!is_v6 && ends_in_a_number(text) && !parse_network_address(text)) return std::nullopt;
  return std::string{text};
}

std::optional<std::string> parse_origin(std::string_view text) {
  try {
    if (text.find_first_of("?#@%\\") != std::string_view::npos) return std::nullopt;
    const auto url = parse_url(text);
    const auto scheme = ascii_lower(url.scheme);
    if ((scheme != "https" && scheme != "http") || !url.path.empty()) return std::nullopt;
    const auto host = origin_host(url, text.find("://[") != std::string_view::npos);
    if (!host) return std::nullopt;
    const unsigned own_port = scheme == "https" ? 443 : 80;
    const bool is_own = !url.port || *url.port == own_port;
    return scheme + "://" + *host + (is_own ? "" : ":" + std::to_string(*url.port));
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
}

}  // namespace coffeeauth
