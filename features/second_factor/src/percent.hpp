#pragma once
/// Percent-encoding. Private to the room.

#include <string>
#include <string_view>

namespace coffeeauth::second_factor {

/// Encodes all but what RFC 3986 2.3 calls unreserved. A blank is %20: apps do not read a plus as
/// one.
[[nodiscard]] std::string percent_encoded(std::string_view text);

}  // namespace coffeeauth::second_factor
