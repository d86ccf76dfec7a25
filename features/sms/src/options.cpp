#include "coffeeauth/sms/options.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "coffeeauth/sms/phone_number.hpp"

namespace coffeeauth::sms {
namespace {

using namespace std::chrono_literals;

std::size_t count_since(const std::vector<UtcTime>& sent, UtcTime time) {
  return static_cast<std::size_t>(
      std::count_if(sent.begin(), sent.end(), [&](UtcTime each) { return each > time; }));
}

}  // namespace

bool SmsPace::allows(const std::vector<UtcTime>& sent, UtcTime now) const {
  return count_since(sent, now - pause) == 0 && count_since(sent, now - 1h) < per_hour &&
         count_since(sent, now - 24h) < per_day;
}

std::size_t SmsLimits::service_limit(bool enrols) const {
  if (!enrols) return service_per_hour;
  return std::max<std::size_t>(service_per_hour * enrolments_percent / 100, 1);
}

std::vector<ConfigField> fields(SmsOptions& o) {
  const auto read = [](std::string_view text) -> std::optional<std::string> {
    if (!SmsPrefixes::parse(text)) return std::nullopt;
    return std::string{text};
  };
  auto prefixes =
      field("SMS_PREFIXES",
            "The beginnings of phone numbers that text messages may be sent to, such as `+49,+43`. "
            "None are sent when unset.",
            o.prefixes, read, "prefixes such as +49, with commas");
  prefixes.check = [&o]() -> std::optional<FieldError> {
    if (SmsPrefixes::parse(o.prefixes)) return std::nullopt;
    return detail::must_be("SMS_PREFIXES", "invalid", "prefixes such as +49, with commas");
  };
  return {std::move(prefixes),
          field("SMS_PER_HOUR", "Maximum text messages of the whole service in an hour",
                o.limits.service_per_hour, {1, 100'000})};
}

}  // namespace coffeeauth::sms
