#pragma once
/// Reading a request body as strict JSON. Private to the library.

#include <cstddef>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "coffeeauth/http/request.hpp"
#include "coffeeauth/result.hpp"

namespace coffeeauth::http {

/// Reads one JSON object (RFC 8259) in UTF-8 and nothing else.
///
/// Refused, because parsers differ on them or nobody sends them by accident: a byte order mark, a
/// NUL (raw or escaped), lone surrogates, a member named twice at any level, more than `max_depth`
/// levels, numbers beyond what a double holds, trailing data. Error: invalid_request.
[[nodiscard]] Result<nlohmann::json> parse_json_object(std::string_view text,
                                                       std::size_t max_depth);

/// Whether the body of `request` is declared as JSON in UTF-8, once, and not compressed.
[[nodiscard]] bool declares_json(const Request& request);

}  // namespace coffeeauth::http
