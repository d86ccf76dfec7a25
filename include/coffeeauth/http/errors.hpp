#pragma once
/// Errors of HTTP itself, for requests that cannot be handled at all.

#include "coffeeauth/error.hpp"
#include "coffeeauth/export.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace http {
/// For Api::problem(); Api also answers with some of them itself.
namespace errors {

/// The path exists, but not with this method (405).
inline constexpr ErrorCode method_not_allowed{"method_not_allowed", ErrorClass::transport,
                                              "This method is not allowed here."};
/// The client stopped sending before its request was complete (408).
inline constexpr ErrorCode request_timeout{"request_timeout", ErrorClass::transport,
                                           "The request did not arrive in time."};
/// The body exceeds the maximum size (413).
inline constexpr ErrorCode payload_too_large{"payload_too_large", ErrorClass::transport,
                                             "The request body is too large."};
/// The body is not declared as JSON, or it is compressed (415).
inline constexpr ErrorCode unsupported_media_type{"unsupported_media_type", ErrorClass::transport,
                                                  "The request body must be application/json."};
/// The request line and header fields exceed the maximum size (431).
inline constexpr ErrorCode headers_too_large{"headers_too_large", ErrorClass::transport,
                                             "The request header is too large."};
/// An HTTP feature that is not supported: any Transfer-Encoding other than chunked (501).
inline constexpr ErrorCode not_implemented{"not_implemented", ErrorClass::transport,
                                           "This feature of HTTP is not supported."};

}  // namespace errors
}  // namespace http
}  // namespace coffeeauth
