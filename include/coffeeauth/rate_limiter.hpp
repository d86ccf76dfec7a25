#pragma once
/// RateLimiter: limits how often a client, user or account may act.

#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/config.hpp"
#include "coffeeauth/email_address.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/open_word.hpp"
#include "coffeeauth/ports/cache.hpp"
#include "coffeeauth/ports/clock.hpp"
#include "coffeeauth/result.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// The actions that are counted together against one limit: a stable snake_case word.
///
/// An open set: a feature defines its own scopes, and their limits as LimitRules. Scopes are
/// compared by word.
class LimitScope : public OpenWord<LimitScope> {
 public:
  using OpenWord::OpenWord;

  /// LimitConfig::login_address.
  static const LimitScope login;
  /// LimitConfig::sign_up_address.
  static const LimitScope sign_up;
  /// LimitConfig::resend_address.
  static const LimitScope resend_code;
  /// LimitConfig::verify_address.
  static const LimitScope verify;
  /// LimitConfig::any.
  static const LimitScope any;
};

inline constexpr LimitScope LimitScope::login{"login"};
inline constexpr LimitScope LimitScope::sign_up{"sign_up"};
inline constexpr LimitScope LimitScope::resend_code{"resend_code"};
inline constexpr LimitScope LimitScope::verify{"verify"};
inline constexpr LimitScope LimitScope::any{"any"};

/// A scope and its limit for each network or user.
struct LimitRule {
  /// The scope.
  LimitScope scope;
  /// The limit; multiplied for an IPv6 /56 and /48, like LimitConfig::login_address.
  Limit limit;
  /// Whether a route with this scope counts its user, if it has one, and not the network.
  bool by_user = false;
};

/// Returns the network that a client is counted as: an IPv4 address itself (also when mapped into
/// IPv6, or translated into 64:ff9b::/96), an IPv6 address by its /64, and one common bucket for
/// anything else. Different spellings of one address give the same result. Thread-safe.
[[nodiscard]] std::string rate_limit_network(std::string_view address);

/// Returns the networks that a client is counted in, the narrowest (rate_limit_network()) first:
/// the /64, /56 and /48 of an IPv6 address; a single one for anything else. Thread-safe.
[[nodiscard]] std::vector<std::string> rate_limit_networks(std::string_view address);

/// Counts in a RateCounter. Thread-safe; does not throw, except add().
class RateLimiter {
 public:
  /// Copies `config` and borrows the rest. Auth creates it: use Auth::limits().
  RateLimiter(const LimitConfig& config, RateCounter& counters, Clock& clock);

  /// Adds a rule. Call it before anything is counted. Throws std::invalid_argument when the scope
  /// already has a rule.
  void add(const LimitRule& rule);
  /// Whether there is a rule for `scope`.
  [[nodiscard]] bool knows(const LimitScope& scope) const noexcept;
  /// LimitRule::by_user of the scope's rule.
  [[nodiscard]] bool counts_users(const LimitScope& scope) const noexcept;

  /// Counts one request of `scope` from `address` in each network it belongs to; a request that is
  /// refused is not counted in the wider networks, and nowhere when the widest refuses it. A scope
  /// without a rule counts as LimitScope::any. Error: rate_limited with retry_after.
  [[nodiscard]] Result<void> check_address(const LimitScope& scope, std::string_view address);
  /// Counts one action of `scope` by or for `whom`, any name such as a user's id; separate from the
  /// counts of networks. Error: rate_limited with retry_after.
  [[nodiscard]] Result<void> check(const LimitScope& scope, std::string_view whom);
  /// Counts one request of a known user against LimitConfig::any. Error: rate_limited.
  [[nodiscard]] Result<void> check_user(std::string_view user_id);

  /// Whether a token whose session is not cached may be looked up for `address`: not after as many
  /// invalid tokens as LimitConfig::any allows requests. Error: rate_limited.
  [[nodiscard]] Result<void> may_look_up_token(std::string_view address);
  /// Counts a token that was looked up and turned out to be invalid.
  void token_was_dead(std::string_view address);

  /// Counts a login attempt at the account *before* its password is compared, so that parallel
  /// attempts cannot outrun the count, and says whether it may proceed. After
  /// LimitConfig::login_failures::count attempts: rate_limited until a wait is over; then one
  /// attempt may proceed, and the next wait is twice as long.
  ///
  /// `network` selects the count: empty for the one shared by all networks, else that of one
  /// network (rate_limit_network()). Strangers must not lock out the account's own networks, so for
  /// those only the second applies.
  [[nodiscard]] Result<void> begin_login(const EmailAddress& email, std::string_view network);
  /// Whether an attempt that fails now is answered with rate_limited: while one of its counts has a
  /// wait, whatever login_failed() returns later. Counts nothing.
  [[nodiscard]] Result<void> check_failure(const EmailAddress& email, std::string_view network);
  /// Counts a failed attempt begun at `since` and decides its answer: the caller's own refusal, or
  /// rate_limited. It counts, for `network` and for all networks, separately from what logins clear
  /// or give back, so that the answer does not reveal whether somebody logged in; it refuses
  /// wherever begin_login() does, except for attempts at the same moment.
  [[nodiscard]] Result<void> login_failed(const EmailAddress& email, std::string_view network,
                                          UtcTime since);
  /// Clears what begin_login() counted for `network`, and subtracts it from the count of all
  /// networks; with an empty `network`, clears the latter.
  void login_succeeded(const EmailAddress& email, std::string_view network);
  /// Gives back one attempt that begin_login() let through with the same arguments, because a part
  /// was unavailable before the password was judged. Do not call it for a wrong password.
  void login_not_judged(const EmailAddress& email, std::string_view network);

 private:
  struct LoginKeys;

  [[nodiscard]] const LimitRule& rule_for(const LimitScope& scope) const noexcept;
  /// Returns the limit of a network; `width` counts from the narrowest.
  [[nodiscard]] std::uint64_t allowed_in(std::size_t width, const Limit& limit) const;

  enum class Taken;
  Taken take_free(const LoginKeys& keys, std::uint64_t counted, std::chrono::milliseconds memory,
                  UtcTime now);
  Result<void> check_wait(const LoginKeys& keys, UtcTime now);
  Result<void> take_wait(const LoginKeys& keys, Taken taken, std::chrono::milliseconds wait,
                         UtcTime now);
  Result<void> answer_failure(const LoginKeys& keys, UtcTime since, UtcTime now);
  void forgive_one(const LoginKeys& keys, UtcTime now);

  LimitConfig config_;
  std::vector<LimitRule> rules_;
  RateCounter& counters_;
  Clock& clock_;
};

}  // namespace coffeeauth
