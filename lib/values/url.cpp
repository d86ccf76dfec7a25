#include "coffeeauth/url.hpp"

#include <algorithm>
#include <stdexcept>

#include "coffeeauth/network_address.hpp"
#include "coffeeauth/value_text.hpp"

namespace coffeeauth {
namespace {

[[noreturn]] void refuse_url(const char* what) {
  throw std::invalid_argument(std::string{"the URL "} + what);
}

/// Both sides of the first `separator`; all is on the first when there is none.
struct Halves {
  std::string_view first;
  std::string_view second;
  bool found;
};
Halves split(std::string_view text, std::string_view separator) {
  const auto at = text.find(separator);
  if (at == std::string_view::npos) return {text, {}, false};
  return {text.substr(0, at), text.substr(at + separator.size()), true};
}

/// RFC 3986 3.1.
bool is_scheme(std::string_view text) noexcept {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !text.empty() && is_letter(text.front()) &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
         });
}

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string decode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (static_cast<unsigned char>(text[i]) < ' ') refuse_url("has a control character");
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
    if (high < 0 || low < 0)
      refuse_url("has a percent sign without two hexadecimal digits behind it");
    if (high == 0 && low == 0) refuse_url("has a NUL");
    decoded += static_cast<char>(16 * high + low);
    i += 2;
  }
  return decoded;
}

std::uint16_t read_port(std::string_view text) {
  const auto port = parse_digits<std::uint16_t>(text, 1, 65'535);
  if (!port) refuse_url("has no port from 1 to 65535");
  return *port;
}

void read_server(Url& url, std::string_view text) {
  Halves halves{};
  if (text.starts_with('[')) {
    halves = split(text.substr(1), "]");
    if (!halves.found || (!halves.second.empty() && halves.second.front() != ':')) {
      refuse_url("has a malformed address");
    }
    url.host = decode(halves.first);
    if (!parse_network_address(url.host)) refuse_url("has a malformed address");
    if (!halves.second.empty()) halves.second.remove_prefix(1);
  } else {
    halves = split(text, ":");
    url.host = decode(halves.first);
  }
  if (!halves.second.empty()) url.port = read_port(halves.second);
}

void read_authority(Url& url, std::string_view text) {
  const auto at = text.rfind('@');
  if (at == std::string_view::npos) return read_server(url, text);
  const auto [user, password, has_password] = split(text.substr(0, at), ":");
  url.user = decode(user);
  if (has_password) url.password = Secret{decode(password)};
  read_server(url, text.substr(at + 1));
}

}  // namespace

Url parse_url(std::string_view text) {
  Url url;
  const auto [scheme, rest, has_scheme] = split(text, "://");
  if (!has_scheme || !is_scheme(scheme)) refuse_url("has no scheme");
  url.scheme = std::string{scheme};
  const auto [location, query, has_query] = split(rest, "?");
  const auto [authority, path, has_path] = split(location, "/");
  read_authority(url, authority);
  url.path = decode(path);
  for (auto left = query; !left.empty();) {
    const auto [pair, next, more] = split(left, "&");
    const auto [name, value, has_value] = split(pair, "=");
    if (!has_value) refuse_url("has a parameter without a value");
    url.parameters.emplace_back(decode(name), decode(value));
    left = next;
  }
  return url;
}

Url parse_server_url(std::string_view text) {
  constexpr const char* encode =
      "; percent-encode what is no letter or digit in the user and the password (@ is %40, / is "
      "%2F, ? is %3F, # is %23)";
  const auto rest = split(text, "://").second;
  const auto [location, query, has_query] = split(rest, "?");
  const auto path = split(location, "/").second;
  if (path.find('@') != std::string_view::npos) {
    refuse_url((std::string{"has an @ behind its host"} + encode).c_str());
  }
  try {
    return parse_url(text);
  } catch (const std::invalid_argument& error) {
    // The file of a certificate may have one.
    if (query.find('@') == std::string_view::npos) throw;
    throw std::invalid_argument(std::string{error.what()} + encode);
  }
}

}  // namespace coffeeauth
