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
  /// As written, without `://`.
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

}  // namespace coffeeauth
