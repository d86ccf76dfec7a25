#include "coffeeauth/rate_limiter.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "coffeeauth/network_address.hpp"

namespace coffeeauth {
namespace {

std::vector<LimitRule> rules_of(const LimitConfig& config) {
  return {{LimitScope::any, config.any, true},
          {LimitScope::login, config.login_address},
          {LimitScope::sign_up, config.sign_up_address},
          {LimitScope::resend_code, config.resend_address},
          {LimitScope::verify, config.verify_address}};
}

/// The first parts of counters that have no rule: no scope may count in them.
constexpr std::array<std::string_view, 2> own_words{"answer", "token"};

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

/// More are not forgiven at once, whatever the limit is.
constexpr std::uint64_t most_forgiven = 100;

/// The `number`-th wait, counted from 0.
std::chrono::seconds wait_of(const LimitConfig& config, std::uint64_t number) {
  auto wait = std::min(config.login_first_wait, config.login_failures.window);
  for (; number > 0 && wait < config.login_failures.window; --number) wait *= 2;
  return std::min(wait, config.login_failures.window);
}

Result<void> longer_of(Result<void> one, Result<void> other) {
  if (one) return other;
  if (other || one.error().retry_after >= other.error().retry_after) return one;
  return other;
}

/// Of a wait that is as good as over, a counter still has to be made.
std::chrono::milliseconds at_least_1ms(std::chrono::milliseconds time) {
  return std::max(time, std::chrono::milliseconds{1});
}

/// Whether it stands for an IPv4 address behind a NAT64 (RFC 6052, the well-known prefix).
bool is_translated(const NetworkAddress& address) {
  static constexpr std::array<std::uint8_t, 12> prefix{0x00, 0x64, 0xFF, 0x9B};
  return std::equal(prefix.begin(), prefix.end(), address.begin());
}

std::string in_hex(const NetworkAddress& address, std::size_t first, std::size_t last) {
  static constexpr std::array<char, 17> digits{"0123456789abcdef"};
  std::string text;
  for (auto at = first; at != last; ++at) {
    text.push_back(digits.at(address.at(at) >> 4U));
    text.push_back(digits.at(address.at(at) & 0x0FU));
  }
  return text;
}

}  // namespace

/// The counters of an account's logins, for all the world or for one network. There are two sets:
/// the bars decide whether a right password is let in, and a login clears them; the answers decide
/// what a wrong one is told, and nothing clears them. A bar must never be closed where the answer
/// would not be "wait", or the owner's right password would be called wrong.
struct RateLimiter::LoginKeys {
  static LoginKeys bars(const EmailAddress& email, std::string_view network) {
    LoginKeys keys{"login", email, network};
    keys.forgiven = key_of("login", "forgiven", keys.whom);
    return keys;
  }
  static LoginKeys answers(const EmailAddress& email, std::string_view network) {
    return {"answer", email, network};
  }
  /// Attempts that had no wait before them.
  std::string free;
  /// Waits that were opened, so the number of the next one, counted from 0.
  std::string waits;
  /// Lives as long as the present wait; its first count is the attempt that may be made.
  std::string wait;
  /// Attempts that are no longer held against the account: whoever made them logged in after all,
  /// or nobody judged them. Bars only.
  std::string forgiven;

 private:
  std::string whom;

  LoginKeys(std::string_view scope, const EmailAddress& email, std::string_view network)
      : whom(email.canonical()) {
    // A blank cannot stand in an address, so the two parts cannot run into each other.
    if (!network.empty()) whom.append(1, ' ').append(network);
    free = key_of(scope, "free", whom);
    waits = key_of(scope, "waits", whom);
    wait = key_of(scope, "wait", whom);
  }
};

/// What an attempt got of those that are free.
enum class RateLimiter::Taken {
  one,
  /// It opens the first wait.
  last,
  /// One that was given back after a wait is free again, and opens the wait that had been come to:
  /// giving back must not make the waits short again.
  last_again,
  /// Others were quicker, and took the last one.
  late,
  none
};

std::vector<std::string> rate_limit_networks(std::string_view address) {
  const auto parsed = parse_network_address(address);
  if (!parsed) return {"unknown"};
  if (is_v4_mapped(*parsed) || is_translated(*parsed)) return {"4-" + in_hex(*parsed, 12, 16)};
  // A customer is commonly given a whole /64, within which addresses are free to vary; many are
  // given a /56, and who asks for it a /48.
  return {"6-" + in_hex(*parsed, 0, 8), "6-" + in_hex(*parsed, 0, 7) + "/56",
          "6-" + in_hex(*parsed, 0, 6) + "/48"};
}

std::string rate_limit_network(std::string_view address) {
  return rate_limit_networks(address).front();
}

RateLimiter::RateLimiter(const LimitConfig& config, RateCounter& counters, Clock& clock)
    : config_(config), rules_(rules_of(config)), counters_(counters), clock_(clock) {}

bool RateLimiter::knows(const LimitScope& scope) const noexcept {
  return std::any_of(rules_.begin(), rules_.end(),
                     [&](const LimitRule& rule) { return rule.scope == scope; });
}

bool RateLimiter::counts_users(const LimitScope& scope) const noexcept {
  return rule_for(scope).by_user;
}

void RateLimiter::add(const LimitRule& rule) {
  const auto word = rule.scope.word();
  if (knows(rule.scope) || std::find(own_words.begin(), own_words.end(), word) != own_words.end()) {
    throw std::invalid_argument("coffeeauth: two rules for the limit " + std::string{word});
  }
  rules_.push_back(rule);
}

const LimitRule& RateLimiter::rule_for(const LimitScope& scope) const noexcept {
  const auto found = std::find_if(rules_.begin(), rules_.end(),
                                  [&](const LimitRule& rule) { return rule.scope == scope; });
  return found == rules_.end() ? rules_.front() : *found;
}

std::uint64_t RateLimiter::allowed_in(std::size_t width, const Limit& limit) const {
  const std::array<std::size_t, 3> factors{1, config_.ipv6_56_factor, config_.ipv6_48_factor};
  return std::uint64_t{limit.count} * factors.at(width);
}

Result<void> RateLimiter::check_address(const LimitScope& scope, std::string_view address) {
  if (!config_.enabled) return {};
  const auto& rule = rule_for(scope);
  const auto word = rule.scope.word();
  const auto networks = rate_limit_networks(address);
  const auto now = clock_.now();
  // Within a /48 that is turned away there are 65,536 /64, none of which may take up a counter.
  if (const auto widest = networks.size() - 1; widest > 0) {
    const auto counted = counters_.peek(key_of(word, "net", networks[widest]), now);
    if (counted.count >= allowed_in(widest, rule.limit)) {
      return limited(whole_seconds(counted.resets_in));
    }
  }
  for (std::size_t width = 0; width < networks.size(); ++width) {
    const auto counted =
        counters_.add(key_of(word, "net", networks[width]), rule.limit.window, now);
    if (counted.count > allowed_in(width, rule.limit)) {
      return limited(whole_seconds(counted.resets_in));
    }
  }
  return {};
}

Result<void> RateLimiter::check(const LimitScope& scope, std::string_view whom) {
  if (!config_.enabled) return {};
  const auto& rule = rule_for(scope);
  const auto counted =
      counters_.add(key_of(rule.scope.word(), "user", whom), rule.limit.window, clock_.now());
  if (counted.count <= rule.limit.count) return {};
  return limited(whole_seconds(counted.resets_in));
}

Result<void> RateLimiter::check_user(std::string_view user_id) {
  return check(LimitScope::any, user_id);
}

Result<void> RateLimiter::may_look_up_token(std::string_view address) {
  if (!config_.enabled) return {};
  const auto networks = rate_limit_networks(address);
  for (std::size_t width = 0; width < networks.size(); ++width) {
    const auto counted = counters_.peek(key_of("token", "net", networks[width]), clock_.now());
    if (counted.count >= allowed_in(width, config_.any)) {
      return limited(whole_seconds(counted.resets_in));
    }
  }
  return {};
}

void RateLimiter::token_was_dead(std::string_view address) {
  if (!config_.enabled) return;
  for (const auto& network : rate_limit_networks(address)) {
    counters_.add(key_of("token", "net", network), config_.any.window, clock_.now());
  }
}

RateLimiter::Taken RateLimiter::take_free(const LoginKeys& keys, std::uint64_t counted,
                                          std::chrono::milliseconds memory, UtcTime now) {
  const std::uint64_t limit = config_.login_failures.count;
  const auto forgiven = [&]() -> std::uint64_t {
    return keys.forgiven.empty() ? 0 : counters_.peek(keys.forgiven, now).count;
  };
  if (counted >= limit && counted >= limit + forgiven()) return Taken::none;
  const auto taken = counters_.add(keys.free, memory, now).count;
  if (taken < limit) return Taken::one;
  const auto free = limit + forgiven();
  if (taken < free) return Taken::one;
  if (taken > free) return Taken::late;
  return free == limit ? Taken::last : Taken::last_again;
}

Result<void> RateLimiter::check_wait(const LoginKeys& keys, UtcTime now) {
  const auto waiting = counters_.peek(keys.wait, now);
  if (waiting.count == 0) return {};
  return limited(whole_seconds(waiting.resets_in));
}

Result<void> RateLimiter::take_wait(const LoginKeys& keys, Taken taken,
                                    std::chrono::milliseconds wait, UtcTime now) {
  if (taken == Taken::late) {
    // The wait is opened by who took the last one, and must find nobody before it.
    const auto waiting = counters_.peek(keys.wait, now);
    return limited(whole_seconds(waiting.count == 0 ? wait : waiting.resets_in));
  }
  const auto counted = counters_.add(keys.wait, wait, now);
  if (taken == Taken::last_again) {
    // Where none was opened before it was given back, this is the first.
    if (counted.count == 1 && counters_.peek(keys.waits, now).count == 0) {
      counters_.add(keys.waits, config_.login_failure_memory, now);
    }
    return {};
  }
  // The last one, too: between its count and this somebody may have found all taken and no wait,
  // and opened the first one in its place.
  if (counted.count > 1) return limited(whole_seconds(counted.resets_in));
  counters_.add(keys.waits, config_.login_failure_memory, now);
  return {};
}

Result<void> RateLimiter::begin_login(const EmailAddress& email, std::string_view network) {
  if (!config_.enabled) return {};
  const auto bars = LoginKeys::bars(email, network);
  const auto answers = LoginKeys::answers(email, network);
  const auto now = clock_.now();
  const auto counted = counters_.peek(bars.free, now).count;
  // The bars forget when the answers do, though a login let them begin later.
  std::chrono::milliseconds memory = config_.login_failure_memory;
  if (counted == 0) {
    const auto answered = counters_.peek(answers.free, now);
    if (answered.count > 0) memory = std::min(memory, at_least_1ms(answered.resets_in));
  }
  const auto taken = take_free(bars, counted, memory, now);
  if (taken == Taken::one) return {};
  if (taken == Taken::none) {
    auto waited = check_wait(bars, now);
    if (!waited) return waited;
  }
  // Nor is their wait longer than that of the answers, or over later.
  auto own = counters_.peek(bars.waits, now).count;
  if (taken == Taken::last_again && own > 0) --own;
  const auto most = counters_.peek(answers.waits, now).count;
  std::chrono::milliseconds wait = wait_of(config_, std::min(own, most));
  const auto answered = counters_.peek(answers.wait, now);
  if (answered.count > 0) wait = std::min(wait, at_least_1ms(answered.resets_in));
  return take_wait(bars, taken, wait, now);
}

Result<void> RateLimiter::check_failure(const EmailAddress& email, std::string_view network) {
  if (!config_.enabled) return {};
  const auto now = clock_.now();
  auto own = check_wait(LoginKeys::answers(email, network), now);
  auto shared = check_wait(LoginKeys::answers(email, {}), now);
  return longer_of(std::move(own), std::move(shared));
}

Result<void> RateLimiter::login_failed(const EmailAddress& email, std::string_view network,
                                       UtcTime since) {
  if (!config_.enabled) return {};
  const auto now = clock_.now();
  auto own = answer_failure(LoginKeys::answers(email, network), since, now);
  auto shared = answer_failure(LoginKeys::answers(email, {}), since, now);
  return longer_of(std::move(own), std::move(shared));
}

Result<void> RateLimiter::answer_failure(const LoginKeys& keys, UtcTime since, UtcTime now) {
  const auto taken =
      take_free(keys, counters_.peek(keys.free, now).count, config_.login_failure_memory, now);
  if (taken == Taken::one) return {};
  if (taken == Taken::none) {
    auto waited = check_wait(keys, now);
    if (!waited) return waited;
  }
  const auto wait = wait_of(config_, counters_.peek(keys.waits, now).count);
  // It ends with that of the bars, which began before the password was compared.
  const auto spent = std::max(now - since, std::chrono::milliseconds{0});
  return take_wait(keys, taken, at_least_1ms(wait - spent), now);
}

void RateLimiter::login_succeeded(const EmailAddress& email, std::string_view network) {
  if (!config_.enabled) return;
  const auto keys = LoginKeys::bars(email, network);
  const auto now = clock_.now();
  std::uint64_t counted = 0;
  if (!network.empty()) {
    // What was given back here was given back for all the world, too.
    const auto given_back = counters_.peek(keys.forgiven, now).count;
    counted = counters_.peek(keys.free, now).count;
    counted -= std::min(counted, given_back);
  }
  for (const auto& key : {keys.free, keys.waits, keys.wait, keys.forgiven}) counters_.clear(key);
  // Those of this network were counted for all the world, too; its strangers' stay.
  const auto shared = LoginKeys::bars(email, {});
  for (std::uint64_t n = 1; n < std::min(counted, most_forgiven); ++n) forgive_one(shared, now);
}

void RateLimiter::login_not_judged(const EmailAddress& email, std::string_view network) {
  if (config_.enabled) forgive_one(LoginKeys::bars(email, network), clock_.now());
}

// It must not live longer than what it makes up for: the guesses after that would be free.
void RateLimiter::forgive_one(const LoginKeys& keys, UtcTime now) {
  const auto counted = counters_.peek(keys.free, now);
  if (counted.count > counters_.peek(keys.forgiven, now).count) {
    counters_.add(keys.forgiven, counted.resets_in, now);
  }
}

}  // namespace coffeeauth
