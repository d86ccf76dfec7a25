#pragma once
/// VerificationService: proves that a person can read the mailbox they signed up with.

#include <optional>

#include "coffeeauth/export.hpp"
#include "coffeeauth/user_service.hpp"
#include "coffeeauth/verification_code.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// The data that a person sends to verify their mailbox.
struct VerifyRequest {
  /// The address of the sign-up.
  EmailAddress email;
  /// The code from the mail.
  VerificationCode code;
  /// The new password of the account, whatever sign-ups contained. Without it, the account gets the
  /// password of the sign-ups, provided that all of them for this address have the same one.
  std::optional<Password> password{};
};

/// Thread-safe. Every method may throw Unavailable.
class VerificationService {
 public:
  /// Borrows `services`. Auth creates it: use Auth::verification().
  explicit VerificationService(Services& services);

  /// Verifies the account with a code. Does not log in. Also sets the first password of an account
  /// that an administrator verified.
  ///
  /// Exactly one of many concurrent correct calls succeeds; no more than CodeConfig::attempts wrong
  /// guesses per share (SignUps::admit_network()) are ever compared with one code. Errors:
  /// invalid_code (wrong, used, expired, superseded, out of attempts, unknown address: all alike);
  /// with a correct code, which remains valid: password_required (the sign-ups for the address have
  /// different passwords, or an administrator verified it) and validation_failed on `password` (of
  /// no sign-up, and not good enough).
  [[nodiscard]] Result<User> verify(VerifyRequest request, const ClientContext& client);

  /// Mails a new code if the account is not verified or has no password yet, and the limits of
  /// CodeConfig allow it; answers alike in any case.
  [[nodiscard]] CodeReceipt resend_code(const EmailAddress& email, const ClientContext& client);

 private:
  Services& s_;
};

}  // namespace coffeeauth
