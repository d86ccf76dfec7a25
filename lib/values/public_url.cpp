#include <algorithm>
#include <stdexcept>

#include "coffeeauth/network_address.hpp"
#include "coffeeauth/url.hpp"
#include "lib/values/ascii.hpp"

namespace coffeeauth {
namespace {

[[noreturn]] void refuse(const char* what) {
  throw std::invalid_argument(std::string{"the URL "} + what);
}

bool is_letter_or_digit(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// As it stands between `://` and the path, for what parse_url() decodes and forgives.
bool is_plain_authority(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter_or_digit(c) || c == '-' || c == '.' || c == ':' || c == '[' || c == ']';
  });
}

bool is_plain_path(std::string_view path) noexcept {
  while (!path.empty()) {
    path.remove_prefix(1);
    const auto segment = path.substr(0, path.find('/'));
    const bool plain = std::all_of(segment.begin(), segment.end(), [](char c) {
      return is_letter_or_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
    });
    if (segment.empty() || segment == "." || segment == ".." || !plain) return false;
    path.remove_prefix(segment.size());
  }
  return true;
}

bool is_loopback(std::string_view host) {
  if (host == "localhost" || host.ends_with(".localhost")) return true;
  const auto address = parse_network_address(host);
  return address &&
         (NetworkRange{"127.0.0.0/8"}.contains(*address) || NetworkRange{"::1"}.contains(*address));
}

}  // namespace

PublicUrl PublicUrl::parse(std::string_view text) {
  const auto url = parse_url(text);
  const auto scheme = ascii_lower(url.scheme);
  const auto rest = text.substr(text.find("://") + 3);
  const auto authority = rest.substr(0, rest.find_first_of("/?#"));
  auto path = rest.substr(authority.size());
  if (path.find_first_of("?#") != std::string_view::npos) refuse("has a query or a fragment");
  if (authority.find('@') != std::string_view::npos) refuse("has a user name");
  while (path.ends_with('/')) path.remove_suffix(1);
  if (url.host.empty() || !is_plain_authority(authority)) refuse("has no host");
  if (!is_plain_path(path)) refuse("has a path of other characters than letters, digits and -._~");
  const auto host = ascii_lower(url.host);
  if (scheme != "https" && !(scheme == "http" && is_loopback(host))) {
    refuse("is not https:// (plain http is for loopback only)");
  }
  PublicUrl parsed;
  parsed.host_ = authority.starts_with('[') ? "[" + host + "]" : host;
  parsed.origin_ = scheme + "://" + parsed.host_;
  const bool default_port = url.port == (scheme == "https" ? 443 : 80);
  if (url.port && !default_port) parsed.origin_ += ":" + std::to_string(*url.port);
  parsed.path_ = std::string{path};
  return parsed;
}

std::string fault_of_link_pattern(const std::string& pattern) {
  const auto at = pattern.find(link_token_place);
  if (at == std::string::npos) return "has no {token}";
  // Browsers send nothing behind it, so it reaches no log.
  if (pattern.find('#') > at) return "must have {token} after a #";
  if (pattern.find(link_token_place, at + 1) != std::string::npos) return "has {token} twice";
  try {
    // What is before the path is what PUBLIC_URL may be: https, or loopback.
    const auto authority = pattern.find("://");
    const auto path = authority == std::string::npos ? std::string::npos
                                                     : pattern.find_first_of("/?#", authority + 3);
    if (path == std::string::npos || at < path) return "has no path before its {token}";
    static_cast<void>(PublicUrl::parse(pattern.substr(0, path)));
  } catch (const std::invalid_argument& fault) {
    return fault.what();
  }
  for (const char c : pattern) {
    if (static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) >= 0x7F) {
      return "contains a character that is not allowed in a URL";
    }
  }
  return {};
}

}  // namespace coffeeauth
