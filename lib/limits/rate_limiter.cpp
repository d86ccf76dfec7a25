#include "coffeeauth/rate_limiter.hpp"

#include <algorithm>
#include <array>

#include "coffeeauth/network_address.hpp"

namespace coffeeauth {
namespace {

struct ScopeRule {
  std::string_view name;
  Limit limit;
};

ScopeRule rule_for(LimitScope scope, const LimitConfig& config) {
  switch (scope) {
    case LimitScope::login:
      return {"login", config.login_address};
    case LimitScope::sign_up:
      return {"sign_up", config.sign_up_address};
    case LimitScope::resend_code:
      return {"resend_code", config.resend_address};
    case LimitScope::verify:
      return {"verify", config.verify_address};
    case LimitScope::any:
      return {"any", config.any};
  }
  return {"any", config.any};
}

std::chrono::seconds whole_seconds(std::chrono::milliseconds wait) {
  return std::max(std::chrono::ceil<std::chrono::seconds>(wait), std::chrono::seconds{1});
}

Error limited(std::chrono::seconds retry_after) {
  return Error{.code = ErrorCode::rate_limited, .retry_after = retry_after};
}

std::string key_of(std::string_view scope, std::string_view kind, std::string_view whom) {
  std::string key;
  key.reserve(scope.size() + kind.size() + whom.size() + 2);
  key.append(scope).append(1, ':').append(kind).append(1, ':').append(whom);
  return key;
}

std::string account_key(const EmailAddress& email, std::string_view known_network) {
  auto key = key_of("login", "account", email.canonical());
  // A blank cannot stand in an address, so the two parts cannot run into each other.
  if (!known_network.empty()) key.append(1, ' ').append(known_network);
  return key;
}

}  // namespace

std::string rate_limit_network(std::string_view address) {
  const auto parsed = parse_network_address(address);
  if (!parsed) return "unknown";
  const bool v4 = is_v4_mapped(*parsed);
  // A customer is commonly given a whole IPv6 /64: within it addresses are free to vary.
  const auto first = v4 ? parsed->begin() + 12 : parsed->begin();
  const auto last = v4 ? parsed->end() : parsed->begin() + 8;
  static constexpr std::array<char, 17> digits{"0123456789abcdef"};
  std::string network = v4 ? "4-" : "6-";
  for (auto byte = first; byte != last; ++byte) {
    network.push_back(digits.at(*byte >> 4U));
    network.push_back(digits.at(*byte & 0x0FU));
  }
  return network;
}

RateLimiter::RateLimiter(const LimitConfig& config, RateCounter& counters, Clock& clock)
    : config_(config), counters_(counters), clock_(clock) {}

Result<void> RateLimiter::check_address(LimitScope scope, std::string_view address) {
  if (!config_.enabled) return {};
  const auto rule = rule_for(scope, config_);
  const auto counted = counters_.add(key_of(rule.name, "net", rate_limit_network(address)),
                                     rule.limit.window, clock_.now());
  if (counted.count <= rule.limit.count) return {};
  return limited(whole_seconds(counted.resets_in));
}

Result<void> RateLimiter::check_user(std::string_view user_id) {
  if (!config_.enabled) return {};
  const auto counted =
      counters_.add(key_of("any", "user", user_id), config_.any.window, clock_.now());
  if (counted.count <= config_.any.count) return {};
  return limited(whole_seconds(counted.resets_in));
}

Result<void> RateLimiter::begin_login(const EmailAddress& email, std::string_view known_network) {
  if (!config_.enabled) return {};
  const auto limit = config_.login_failures;
  const auto counted = counters_.add(account_key(email, known_network), limit.window, clock_.now());
  if (counted.count <= limit.count) return {};
  // Every attempt beyond the limit doubles the advice, up to the whole window: a client that obeys
  // backs off, one that does not learns nothing, because its attempts are not even looked at.
  const auto beyond = std::min<std::uint64_t>(counted.count - limit.count, 16);
  const std::chrono::seconds grown{std::int64_t{15} << (beyond - 1)};
  const auto rest = whole_seconds(counted.resets_in);
  return limited(std::max(rest, std::min(grown, limit.window)));
}

void RateLimiter::login_succeeded(const EmailAddress& email, std::string_view known_network) {
  if (!config_.enabled) return;
  counters_.clear(account_key(email, known_network));
}

}  // namespace coffeeauth
