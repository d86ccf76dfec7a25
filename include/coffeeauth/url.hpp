#pragma once
/// Url: a server's address and credentials in one line, as operators write it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/secret.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// The parts of `scheme://user:password@host:port/path?name=value&...` (RFC 3986), percent-decoded.
/// Missing parts are empty.
struct Url {
  /// The scheme as written, without `://`.
  std::string scheme;
  /// Before the first `:` of the user information.
  std::string user;
  /// After that `:`.
  Secret password;
  /// An IPv6 address has no brackets here.
  std::string host;
  /// 1 to 65535.
  std::optional<std::uint16_t> port;
  /// Without the leading slash.
  std::string path;
  /// The query parameters, in order.
  std::vector<std::pair<std::string, std::string>> parameters;
};

/// Parses a URL. User name and password end at the last `@`, so that an `@` in a password need not
/// be encoded. Throws std::invalid_argument with a text that says what is wrong (`has ...`) and
/// contains no part of the URL, which may hold a password anywhere by mistake. Thread-safe.
[[nodiscard]] Url parse_url(std::string_view text);

/// Parses the URL of a database, cache or mail server, which may contain a password. Also rejects
/// an `@` after the host: the password before it most likely has a `/` or `?` that is not
/// percent-encoded, so that parts of it would be read as host and path. Throws like parse_url().
/// Thread-safe.
[[nodiscard]] Url parse_server_url(std::string_view text);

/// Masks the passwords in a URL, even in a malformed one: after the user name, and in parameters
/// whose name ends with `password`. Thread-safe.
[[nodiscard]] std::string masked_url(std::string_view url);

/// The public address of the service: an origin and, if a proxy mounts the service below one, a
/// path. Never taken from a request, since a client can send any Host.
class PublicUrl {
 public:
  /// Parses `https://example.com` or `https://example.com/auth`. Plain http is accepted for
  /// loopback only. The host is lower-cased; the scheme's default port and trailing slashes are
  /// dropped. Throws std::invalid_argument with a text that says what is wrong.
  [[nodiscard]] static PublicUrl parse(std::string_view text);

  /// `https://example.com/auth`, without a trailing slash.
  [[nodiscard]] std::string str() const { return origin_ + path_; }
  /// `https://example.com`, as browsers write it.
  [[nodiscard]] const std::string& origin() const noexcept { return origin_; }
  /// `example.com`; an IPv6 address has brackets.
  [[nodiscard]] const std::string& host() const noexcept { return host_; }
  /// `/auth`; empty when there is no path.
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  PublicUrl() = default;
  std::string origin_;
  std::string host_;
  std::string path_;
};

/// Where a token stands in the pattern of a mailed link.
inline constexpr std::string_view link_token_place = "{token}";

/// Returns what is wrong with the pattern of a mailed link, as the end of a sentence; empty when
/// nothing is. It has link_token_place once, after a `#`, so that browsers do not send the token,
/// and begins with what PublicUrl accepts, and a path.
[[nodiscard]] std::string fault_of_link_pattern(const std::string& pattern);

/// Parses a host to connect to or listen on: a host name in ASCII, an IPv4 address, or an IPv6
/// address with or without brackets, which are dropped. Returns nothing for anything else.
/// Thread-safe.
[[nodiscard]] std::optional<std::string> parse_host(std::string_view text);

/// Parses the origin of a web page, `https://app.example` or `http://localhost:3000`, and returns
/// it as browsers send it: scheme and host in lower case, no default port, no trailing slash.
/// Returns nothing for what no browser would send, such as a path or a host that is not ASCII.
[[nodiscard]] std::optional<std::string> parse_origin(std::string_view text);

}  // namespace coffeeauth
