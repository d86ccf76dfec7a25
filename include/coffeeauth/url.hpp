#pragma once
/// Url: how operators name a server in one line.

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
/// What is not there is empty.
struct Url {
  /// The scheme as it was written, without `://`.
  std::string scheme;
  /// Before the first `:`.
  std::string user;
  /// After it.
  Secret password;
  /// An IPv6 address without its brackets.
  std::string host;
  /// 1 to 65535.
  std::optional<std::uint16_t> port;
  /// Without the slash it begins with.
  std::string path;
  /// In order.
  std::vector<std::pair<std::string, std::string>> parameters;
};

/// Reads one. A user name or password ends at the last `@`, so that a password with one in it need
/// not be encoded. Throws std::invalid_argument whose text says what is wrong (`has ...`) and holds
/// no part of the URL, since a password may be anywhere in it by mistake.
[[nodiscard]] Url parse_url(std::string_view text);

/// Reads the URL of a database, a cache or a mail server, which may hold a password. Refuses an `@`
/// behind the host as well: it is most likely that of the user, and the password before it has a
/// `/` or a `?` that is not percent-encoded, so that parts of it would be read as host and path.
/// Throws as parse_url().
[[nodiscard]] Url parse_server_url(std::string_view text);

/// Writes a URL, or what was meant to be one, with the passwords in it masked: behind the user, and
/// in parameters whose name ends with `password`.
[[nodiscard]] std::string masked_url(std::string_view url);

/// Where the world reaches the service: an origin and, when a proxy mounts the service below one, a
/// path. Never taken from a request: whoever sends one may write any Host into it.
class PublicUrl {
 public:
  /// Reads `https://example.com` or `https://example.com/auth`. Plain http is accepted for names
  /// and addresses of loopback only. The host is lower-cased; the port of the scheme and slashes at
  /// the end are dropped. Throws std::invalid_argument whose text says what is wrong.
  [[nodiscard]] static PublicUrl parse(std::string_view text);

  /// `https://example.com/auth`, without a slash at the end.
  [[nodiscard]] std::string str() const { return origin_ + path_; }
  /// `https://example.com`, as browsers write it.
  [[nodiscard]] const std::string& origin() const noexcept { return origin_; }
  /// `example.com`; an IPv6 address stands in brackets.
  [[nodiscard]] const std::string& host() const noexcept { return host_; }
  /// `/auth`; empty at the root.
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  PublicUrl() = default;
  std::string origin_;
  std::string host_;
  std::string path_;
};

/// Reads what a program connects to or listens on: a host name in ASCII, an IPv4 address, or an
/// IPv6 address with or without brackets, which the result does not have. Nothing for anything
/// else.
[[nodiscard]] std::optional<std::string> parse_host(std::string_view text);

/// Reads the origin of a web page, `https://app.example` or `http://localhost:3000`, and writes it
/// as browsers send it: scheme and host in lower case, without the scheme's own port and without a
/// slash at the end. Nothing for what no browser would send, such as a path or a host that is not
/// ASCII.
[[nodiscard]] std::optional<std::string> parse_origin(std::string_view text);

}  // namespace coffeeauth
