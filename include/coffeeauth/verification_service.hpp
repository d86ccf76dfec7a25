#pragma once
/// VerificationService: proves that a person reads the mailbox they signed up with.

#include <optional>

#include "coffeeauth/export.hpp"
#include "coffeeauth/user_service.hpp"
#include "coffeeauth/verification_code.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// What a person sends to prove their mailbox.
struct VerifyRequest {
  /// The address they signed up with.
  EmailAddress email;
  /// What they found in it.
  VerificationCode code;
  /// Needed only when several different sign-ups are pending for the address.
  std::optional<Password> password{};
};

/// Callable from any thread. Every method may throw Unavailable.
class VerificationService {
 public:
  /// Borrows `services`; Auth makes it: Auth::verification().
  explicit VerificationService(Services& services);

  /// Activates the account whose code this is. Does not log in.
  ///
  /// Exactly one of many simultaneous right calls succeeds; no more than CodeConfig::attempts wrong
  /// guesses are ever compared against one code.
  /// Errors: invalid_code (wrong, used, expired, superseded, out of attempts, unknown address, or a
  /// password that none of several pending sign-ups has: all alike); password_required (right code,
  /// several pending sign-ups).
  [[nodiscard]] Result<User> verify(VerifyRequest request, const ClientContext& client);

  /// Has a new code mailed if the address has an unverified account and its pace allows one;
  /// answers the same in any case.
  [[nodiscard]] CodeReceipt resend_code(const EmailAddress& email, const ClientContext& client);

 private:
  Services& s_;
};

}  // namespace coffeeauth
