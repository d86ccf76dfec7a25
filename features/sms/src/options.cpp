#include "coffeeauth/sms/options.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include "coffeeauth/sms/budgets.hpp"
#include "coffeeauth/sms/phone_number.hpp"

namespace coffeeauth::sms {
namespace {

using namespace std::chrono_literals;

/// When fewer than `most` of the moments are younger than `window`; they are sorted, the last
/// first.
UtcTime free_of(const std::vector<UtcTime>& latest_first, std::size_t most,
                std::chrono::seconds window) {
  return latest_first.size() < most ? UtcTime::min() : latest_first[most - 1] + window;
}

std::vector<UtcTime> latest_first(std::vector<UtcTime> moments) {
  std::sort(moments.begin(), moments.end(), std::greater{});
  return moments;
}

}  // namespace

UtcTime SmsPace::free_at(std::vector<UtcTime> sent, UtcTime now) const {
  const auto latest = latest_first(std::move(sent));
  return std::max({now, free_of(latest, 1, pause), free_of(latest, per_hour, 1h),
                   free_of(latest, per_day, 24h)});
}

UtcTime SmsLimits::enrolment_free_at(std::vector<UtcTime> enrolled, UtcTime now) const {
  return std::max(now, free_of(latest_first(std::move(enrolled)), enrolments_per_day, 24h));
}

UtcTime SmsLimits::network_free_at(std::vector<UtcTime> others, UtcTime now) const {
  return std::max(now, free_of(latest_first(std::move(others)), numbers_per_network, 24h));
}

std::size_t SmsLimits::service_limit(BudgetShare share) const {
  if (share == BudgetShare::login) return service_per_hour;
  return std::max<std::size_t>(service_per_hour * others_percent / 100, 1);
}

std::vector<ConfigField> fields(SmsOptions& o) {
  const auto read = [](std::string_view text) -> std::optional<std::string> {
    if (!SmsPrefixes::parse(text)) return std::nullopt;
    return std::string{text};
  };
  auto prefixes =
      field("SMS_PREFIXES",
            "The beginnings of phone numbers that text messages may be sent to: of mobile phones, "
            "such as `+4915,+4916,+4917`, since a whole country has premium numbers, and `+490...` "
            "is another spelling of each. None are sent when unset.",
            o.prefixes, read, "prefixes such as +4915, with commas");
  prefixes.check = [&o]() -> std::optional<FieldError> {
    if (SmsPrefixes::parse(o.prefixes)) return std::nullopt;
    return detail::must_be("SMS_PREFIXES", "invalid", "prefixes such as +4915, with commas");
  };
  return {std::move(prefixes),
          field("SMS_PER_HOUR", "Maximum text messages of the whole service in an hour",
                o.limits.service_per_hour, {1, 100'000})};
}

}  // namespace coffeeauth::sms
