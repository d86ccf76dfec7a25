#pragma once
/// RateLimiter: who may ask how often.

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

/// What is counted together against one limit: a stable snake_case word.
///
/// An open set: a feature defines its own, and gives the limit with it as a LimitRule. Two are
/// equal when their words are.
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

/// A scope, and how many it allows a network or a user.
struct LimitRule {
  /// What is counted.
  LimitScope scope;
  /// For a network as LimitConfig::login_address is: multiples of it for IPv6 /56 and /48.
  Limit limit;
};

/// The network that a client is counted as: an IPv4 address itself (also when mapped into IPv6, or
/// translated into 64:ff9b::/96), an IPv6 address by its /64, and one bucket for what is no
/// address. Spellings of one address are one.
[[nodiscard]] std::string rate_limit_network(std::string_view address);

/// The networks that a client is counted in, the narrowest (rate_limit_network()) first: of an IPv6
/// address its /64, /56 and /48; one for anything else.
[[nodiscard]] std::vector<std::string> rate_limit_networks(std::string_view address);

/// Counts in a RateCounter. Callable from any thread; does not throw.
class RateLimiter {
 public:
  /// Copies `config`, borrows the rest.
  RateLimiter(const LimitConfig& config, RateCounter& counters, Clock& clock);

  /// Adds a rule to those of LimitConfig. To be called before anything is counted. Throws
  /// std::invalid_argument when there is a rule for that scope.
  void add(const LimitRule& rule);
  /// Whether there is a rule for `scope`.
  [[nodiscard]] bool knows(const LimitScope& scope) const noexcept;

  /// Counts one request of `scope` from `address`, in each network it is part of; one that is
  /// refused is not counted in the wider ones, and nowhere when the widest refuses it. A scope
  /// without a rule counts as LimitScope::any. Error: rate_limited with retry_after.
  [[nodiscard]] Result<void> check_address(const LimitScope& scope, std::string_view address);
  /// Counts one action of `scope` by or for `whom`, whatever names them (a user's id): apart from
  /// what is counted for networks. Error: rate_limited with retry_after.
  [[nodiscard]] Result<void> check(const LimitScope& scope, std::string_view whom);
  /// Counts one request of a known user against LimitConfig::any. Error: rate_limited.
  [[nodiscard]] Result<void> check_user(std::string_view user_id);

  /// Whether a token whose session is not known may be looked up for `address`, which it may not
  /// after as many dead ones as LimitConfig::any allows. Error: rate_limited.
  [[nodiscard]] Result<void> may_look_up_token(std::string_view address);
  /// It was a dead one.
  void token_was_dead(std::string_view address);

  /// Counts an attempt at the account *before* its password is compared, so that many at once
  /// cannot outrun the count, and says whether a right one is let in. After
  /// LimitConfig::login_failures::count attempts: rate_limited until a wait is over; then one
  /// attempt is let through, and the next wait is twice as long.
  ///
  /// `network` empty: the count that all the world shares; else that of one network alone
  /// (rate_limit_network()). An account's own networks must not be locked out by strangers, so for
  /// them only the second decides.
  [[nodiscard]] Result<void> begin_login(const EmailAddress& email, std::string_view network);
  /// Whether an attempt that begins now and fails is told to wait, whatever login_failed() says
  /// when that is known: rate_limited while one of its counts has a wait. Counts nothing.
  [[nodiscard]] Result<void> check_failure(const EmailAddress& email, std::string_view network);
  /// Counts an attempt that did not log in, begun at `since`, and says what it is answered: the
  /// caller's own refusal, or rate_limited. Counts for `network` and for all the world what no
  /// login clears or gives back, so that the answer does not tell whether anybody logged in; where
  /// begin_login() refuses, so does this, but for attempts made at the same moment.
  [[nodiscard]] Result<void> login_failed(const EmailAddress& email, std::string_view network,
                                          UtcTime since);
  /// Forgets what begin_login() counted for `network`, and as much of what it counted for all the
  /// world; with an empty `network`, all of the latter.
  void login_succeeded(const EmailAddress& email, std::string_view network);
  /// Gives back one attempt that begin_login() let through with the same arguments: something was
  /// unavailable before anybody could say whether its password was wrong. Never to be called for
  /// one that was found wrong.
  void login_not_judged(const EmailAddress& email, std::string_view network);

 private:
  struct LoginKeys;

  [[nodiscard]] const LimitRule& rule_for(const LimitScope& scope) const noexcept;
  /// How many a limit allows a network; `width` counts from the narrowest.
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
