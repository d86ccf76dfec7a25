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
/// levels, numbers beyond what a double holds, trailing data. Error: invalid_request, whose
/// `detail` says which of these it is and where (line, column in characters, member), and quotes
/// nothing of the body but short plain names of members.
[[nodiscard]] Result<nlohmann::json> parse_json_object(std::string_view text,
                                                       std::size_t max_depth);

/// The first content coding that `request` declares for its body, `identity` aside, which is none
/// (RFC 9110 8.4.1); empty when there is no other.
[[nodiscard]] std::string_view content_coding(const Request& request) noexcept;

/// Whether the body of `request` is declared as JSON in UTF-8, once, and not compressed. Error:
/// unsupported_media_type, whose `detail` names what was declared.
[[nodiscard]] Result<void> check_declared_as_json(const Request& request);

}  // namespace coffeeauth::http
