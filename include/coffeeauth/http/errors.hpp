#pragma once
/// The errors of HTTP itself: of requests that cannot be handled as requests at all.

#include "coffeeauth/error.hpp"
#include "coffeeauth/export.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace http {
/// For Api::problem(), and what Api answers by itself.
namespace errors {

/// The path exists, the method does not (405).
inline constexpr ErrorCode method_not_allowed{"method_not_allowed", ErrorClass::transport,
                                              "This method is not allowed here."};
/// The client stopped sending in the middle of its request (408).
inline constexpr ErrorCode request_timeout{"request_timeout", ErrorClass::transport,
                                           "The request did not arrive in time."};
/// The body is larger than is accepted (413).
inline constexpr ErrorCode payload_too_large{"payload_too_large", ErrorClass::transport,
                                             "The request body is too large."};
/// A body that is not declared as JSON, or that is compressed (415).
inline constexpr ErrorCode unsupported_media_type{"unsupported_media_type", ErrorClass::transport,
                                                  "The request body must be application/json."};
/// The request line and header fields together are larger than is accepted (431).
inline constexpr ErrorCode headers_too_large{"headers_too_large", ErrorClass::transport,
                                             "The request header is too large."};
/// A feature of HTTP that is refused on purpose: every Transfer-Encoding but chunked (501).
inline constexpr ErrorCode not_implemented{"not_implemented", ErrorClass::transport,
                                           "This feature of HTTP is not supported."};

}  // namespace errors
}  // namespace http
}  // namespace coffeeauth
