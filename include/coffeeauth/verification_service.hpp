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
  /// What the account's password becomes, whoever signed up with whatever else. Without it the
  /// sign-up's does, where all that ever waited for the address carry one password.
  std::optional<Password> password{};
};

/// Callable from any thread. Every method may throw Unavailable.
class VerificationService {
 public:
  /// Borrows `services`; Auth makes it: Auth::verification().
  explicit VerificationService(Services& services);

  /// Activates the account whose code this is. Does not log in. Also sets the first password of an
  /// account that an administrator verified.
  ///
  /// Exactly one of many simultaneous right calls succeeds; no more than CodeConfig::attempts wrong
  /// guesses are ever compared against one code, for each share (SignUps::admit_network()).
  /// Errors: invalid_code (wrong, used, expired, superseded, out of attempts, unknown address: all
  /// alike); and with a right code, which stays good: password_required (the sign-ups for the
  /// address do not agree on a password, or an administrator verified it), validation_failed on
  /// `password` (no sign-up's, and not good enough).
  [[nodiscard]] Result<User> verify(VerifyRequest request, const ClientContext& client);

  /// Has a new code mailed if the address has an account that is not verified or has no password
  /// yet, and the pace allows one; answers the same in any case.
  [[nodiscard]] CodeReceipt resend_code(const EmailAddress& email, const ClientContext& client);

 private:
  Services& s_;
};

}  // namespace coffeeauth
