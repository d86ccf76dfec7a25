#include "adapters/http/src/http_date.hpp"

#include <array>
#include <cstdio>

namespace coffeeauth::http_poco {
namespace {

// Not from strftime, which asks the locale for the names.
constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

}  // namespace

std::string http_date(std::time_t time) {
  std::tm utc{};
  gmtime_r(&time, &utc);
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), "%s, %02d %s %d %02d:%02d:%02d GMT",
                                 days[static_cast<std::size_t>(utc.tm_wday)], utc.tm_mday,
                                 months[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900,
                                 utc.tm_hour, utc.tm_min, utc.tm_sec);
  return {text.data(), static_cast<std::size_t>(size)};
}

std::string_view http_date_now() {
  thread_local std::time_t made_at = -1;
  thread_local std::string text;
  if (const std::time_t now = std::time(nullptr); now != made_at) {
    text = http_date(now);
    made_at = now;
  }
  return text;
}

}  // namespace coffeeauth::http_poco
