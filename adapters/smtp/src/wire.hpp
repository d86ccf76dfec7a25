#pragma once
/// What goes over the wire between a mail client and a server (RFC 5321): replies and data. Pure.

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "coffeeauth/secret.hpp"

namespace coffeeauth::smtp {

/// One reply, of one or more lines.
struct Reply {
  int code = 0;
  /// Without the codes and the line ends. The server's words: for no log and no caller.
  std::vector<std::string> lines{};

  [[nodiscard]] bool is_success() const noexcept { return code >= 200 && code < 300; }
  [[nodiscard]] bool is_transient() const noexcept { return code >= 400 && code < 500; }
  [[nodiscard]] bool is_permanent() const noexcept { return code >= 500; }
};

struct Incomplete {};
struct Malformed {};

struct Parsed {
  Reply reply;
  /// Octets of the input that the reply took.
  std::size_t size = 0;
};

/// Reads the first reply in `input`. Incomplete when more octets may make it one; Malformed when
/// nothing can, or when it is longer than any server's: lines of 1,000 octets, 100 of them.
[[nodiscard]] std::variant<Parsed, Incomplete, Malformed> parse_reply(std::string_view input);

/// What a server says in its reply to EHLO that it can do, as far as it matters here.
struct Capabilities {
  bool starttls = false;
  bool plain = false;
  bool login = false;
  bool xoauth2 = false;
  bool pipelining = false;
};
[[nodiscard]] Capabilities read_capabilities(const Reply& ehlo);

/// `message` as DATA wants it: every line end CR LF, lines that begin with a dot get another, and
/// the lone dot at the end.
[[nodiscard]] std::string to_data(std::string_view message);

/// `before`, `bytes` in base64 and CR LF, in memory that is wiped.
[[nodiscard]] Secret secret_line(std::string_view before, const Secret& bytes);

/// The one message of SASL PLAIN (RFC 4616), to act as the user who logs in.
[[nodiscard]] Secret plain_message(std::string_view username, const Secret& password);

/// The one message of XOAUTH2, as Google and Microsoft define it.
[[nodiscard]] Secret xoauth2_message(std::string_view username, const Secret& token);

}  // namespace coffeeauth::smtp
