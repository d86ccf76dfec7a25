#pragma once
/// RateLimiter: who may ask how often.

#include <string>
#include <string_view>

#include "coffeeauth/config.hpp"
#include "coffeeauth/email_address.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/cache.hpp"
#include "coffeeauth/ports/clock.hpp"
#include "coffeeauth/result.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// What is limited by the client's address. One for each Limit of LimitConfig.
enum class LimitScope { login, sign_up, resend_code, verify, any };

/// The network that a client is counted as: an IPv4 address itself (also when mapped into IPv6), an
/// IPv6 address by its /64, and one bucket for what is no address. Spellings of one address are
/// one.
[[nodiscard]] std::string rate_limit_network(std::string_view address);

/// Counts in a RateCounter. Callable from any thread; does not throw.
class RateLimiter {
 public:
  /// Copies `config`, borrows the rest.
  RateLimiter(const LimitConfig& config, RateCounter& counters, Clock& clock);

  /// Counts one request of `scope` from `address`. Error: rate_limited with retry_after.
  [[nodiscard]] Result<void> check_address(LimitScope scope, std::string_view address);
  /// Counts one request of a known user against LimitConfig::any. Error: rate_limited.
  [[nodiscard]] Result<void> check_user(std::string_view user_id);

  /// Counts a login attempt of the account *before* its password is compared, so that many at once
  /// cannot outrun the count. Beyond the limit: rate_limited, whose retry_after grows with every
  /// further attempt.
  ///
  /// `known_network`, when not empty, is a network (rate_limit_network()) from which the account
  /// has logged in before: it has a count of its own, so that strangers cannot lock the owner out.
  [[nodiscard]] Result<void> begin_login(const EmailAddress& email, std::string_view known_network);
  /// The password was right: forgets the failures that were counted with it, as begin_login() had
  /// it. Those of strangers stay when the owner logs in from a known network.
  void login_succeeded(const EmailAddress& email, std::string_view known_network);

 private:
  LimitConfig config_;
  RateCounter& counters_;
  Clock& clock_;
};

}  // namespace coffeeauth
