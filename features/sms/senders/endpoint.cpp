#include "endpoint.hpp"

#include <algorithm>
#include <stdexcept>

#include "coffeeauth/url.hpp"

namespace coffeeauth::sms {

Endpoint parse_endpoint(const std::string& url) {
  constexpr std::size_t longest = 2'000;
  if (url.size() > longest) throw std::invalid_argument("the URL is longer than 2000 characters");
  const bool is_plain = std::all_of(url.begin(), url.end(), [](char c) {
    return c > ' ' && c < '\x7f' && c != '#' && c != '"' && c != '<' && c != '>' && c != '\\';
  });
  if (!is_plain) {
    throw std::invalid_argument("the URL has a character that no URL of a request has");
  }
  const auto scheme_end = url.find("://");
  const auto path =
      scheme_end == std::string::npos ? url.size() : url.find_first_of("/?", scheme_end + 3);
  // What is before the path is what PUBLIC_URL may be: https, or loopback.
  const auto origin = PublicUrl::parse(url.substr(0, path)).origin();
  const auto parts = parse_url(origin);
  Endpoint made;
  made.is_secured = parts.scheme == "https";
  made.host = parts.host;
  made.port = parts.port.value_or(made.is_secured ? 443 : 80);
  made.authority = origin.substr(parts.scheme.size() + 3);
  if (path < url.size()) made.target = url.substr(path);
  if (!made.target.starts_with('/')) made.target.insert(0, "/");
  return made;
}

}  // namespace coffeeauth::sms
