#pragma once
/// Dates as HTTP writes them.

#include <ctime>
#include <string>
#include <string_view>

namespace coffeeauth::http_poco {

/// `time` as an IMF-fixdate (RFC 9110, 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
[[nodiscard]] std::string http_date(std::time_t time);

/// The same for now, made once a second and thread. Valid until this thread's next call.
[[nodiscard]] std::string_view http_date_now();

}  // namespace coffeeauth::http_poco
