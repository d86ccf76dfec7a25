#pragma once
/// The only writer of response heads, and so the only place that must keep CR and LF out of them.

#include <string>
#include <string_view>

#include "coffeeauth/http/request.hpp"

namespace coffeeauth::http_poco {

/// What becomes of the connection after the response.
enum class AfterResponse { keep_alive, close };

/// Appends status line, the response's header fields, `Date`, `Content-Length` and, when closing,
/// `Connection`, down to the empty line.
///
/// Returns false and leaves `out` alone when the response must not go out: a field whose name is no
/// token, or whose value holds a control character, or a status outside 200..599. Fields that are
/// the adapter's own (framing, `Date`, `Server`) are skipped. 204 and 304 carry no length.
[[nodiscard]] bool append_head(std::string& out, const http::Response& response,
                               std::string_view date, AfterResponse after);

/// Whether a response with `status` has a body at all (RFC 9110, 6.4.1).
[[nodiscard]] bool may_have_body(int status) noexcept;

/// The answer when a handler failed or answered with something that must not go out: a 500 problem
/// that says nothing about the failure.
[[nodiscard]] http::Response internal_error();

}  // namespace coffeeauth::http_poco
