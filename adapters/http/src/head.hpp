#pragma once
/// The strict reading of a request head (RFC 9112): pure functions over octets, so that they can be
/// tested and fuzzed without a socket.

#include <cstddef>
#include <string_view>
#include <variant>

#include "coffeeauth/error.hpp"
#include "coffeeauth/http/request.hpp"

namespace coffeeauth::http_poco {

/// A head that broke no rule.
struct Head {
  /// Without body and peer address. The target is in origin-form.
  http::Request request;
  /// As declared; 0 when no length is declared, which in a request means no body unless `chunked`.
  std::size_t content_length = 0;
  /// Whether the body comes in chunks, of which only the last says how long it was.
  bool chunked = false;
  /// Whether the client wants another request on the connection.
  bool keep_alive = false;
  /// Whether the client waits for `100 Continue` before it sends the body.
  bool expects_continue = false;
};

enum class HeadState { incomplete, complete, malformed };

struct HeadScan {
  HeadState state = HeadState::incomplete;
  /// When complete: octets of the head, its empty line included.
  std::size_t size = 0;
};

/// Looks for the end of the head in `bytes`, of which the first `scanned` were looked at before.
///
/// A line that does not end in CR LF is malformed at once, so that a client that uses bare LF gets
/// its 400 rather than a timeout.
[[nodiscard]] HeadScan scan_head(std::string_view bytes, std::size_t scanned) noexcept;

/// Reads a head that scan_head() called complete; any other octets are safe, and refused.
///
/// Errors: invalid_request for what is outside the grammar or ambiguous about where the body ends,
/// not_implemented for a Transfer-Encoding other than `chunked`, payload_too_large for a length of
/// ten digits or more, headers_too_large for more than 100 fields.
[[nodiscard]] std::variant<Head, ErrorCode> parse_head(std::string_view bytes);

/// The value of the Origin field in a head that was refused, also in a part of one; empty when
/// there is none or it is not certain what it is. Good for comparing with what is allowed, and for
/// no more.
[[nodiscard]] std::string_view origin_in(std::string_view bytes) noexcept;

}  // namespace coffeeauth::http_poco
