#pragma once
/// Pending sign-ups and verification codes of a Store. Start at ports/store.hpp.

#include <chrono>
#include <cstddef>
#include <optional>

#include "coffeeauth/digest.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/user.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// What a sign-up found.
enum class SignUpOutcome {
  /// The address was new: a user (unverified) and its first pending sign-up were written.
  created,
  /// The user was there and unverified: this sign-up is pending beside the others. One with the
  /// same
  /// password hash as a pending one replaces it.
  joined,
  /// As `joined`, but as many different sign-ups as allowed are pending: nothing changed.
  full,
  /// The address belongs to a verified account: nothing changed.
  existing,
};

/// What a sign-up found, and the account it found or made.
struct SignUp {
  /// Decided inside the one call.
  SignUpOutcome outcome;
  /// The user with that address, as it is now.
  User user;
};

/// How many mails an account may be sent.
struct MailPace {
  /// Least time since the last one.
  std::chrono::milliseconds pause;
  /// In the hour before now.
  std::size_t per_hour;
  /// In the 24 hours before now.
  std::size_t per_day;
};

/// How many guesses count.
struct GuessLimits {
  /// Until the code is dead.
  std::size_t per_code;
  /// For the account, over all its codes, in the 24 hours before now.
  std::size_t per_day;
};

/// What a guess at a code came to.
enum class CodeVerdict {
  /// Right, and live. The attempt is given back; the code is *not* consumed: activate() does that.
  match,
  /// Wrong; the attempt is spent.
  no_match,
  /// There is nothing to guess at: no code, expired, out of attempts, or the day's guesses are used
  /// up. Nothing was compared.
  dead,
};

/// What an activation came to.
enum class ActivationOutcome {
  activated,
  /// Several different sign-ups are pending and no hash was given. Nothing changed.
  password_required,
  /// A hash was given and no pending sign-up has it. Nothing changed.
  no_such_sign_up,
  /// The code is not (or no longer) the live one, or the user is verified already or gone.
  gone,
};

/// The outcome, and the user when there is one.
struct Activation {
  /// Decided inside the one call.
  ActivationOutcome outcome;
  /// The user, verified now, when `activated`.
  std::optional<User> user{};
};

/// The verbs of sign-up and verification. All inside a Transaction.
class SignUps {
 public:
  virtual ~SignUps() = default;
  SignUps(const SignUps&) = delete;
  SignUps& operator=(const SignUps&) = delete;

  /// Creates the user, or adds to the pending sign-ups of an unverified one.
  ///
  /// `candidate.password_hash` must be made with the salt that belongs to the address, so that
  /// equal passwords have equal hashes. `created` and `joined` restart the user's 48 hours (see
  /// delete_unverified_before()). Two at the same moment for a new address: one is `created`, the
  /// other `joined`.
  [[nodiscard]] virtual SignUp sign_up(const NewUser& candidate, std::size_t max_pending) = 0;

  /// Takes one of the account's mails, if the pace allows one at `now`: at least `pause` since the
  /// last, fewer than `per_hour` in the hour and `per_day` in the 24 hours before. Of many at the
  /// same moment, one gets it.
  [[nodiscard]] virtual bool take_mail_slot(const UserId& user, const MailPace& pace,
                                            UtcTime now) = 0;

  /// Makes `digest` the user's one live code, in place of any other, with its attempts unspent. The
  /// guesses of the day are not given back.
  virtual void put_code(const UserId& user, const CodeDigest& digest, UtcTime expires_at,
                        UtcTime now) = 0;

  /// Spends one attempt on the user's live code and compares in constant time.
  ///
  /// The attempt is counted before the comparison and in the same statement, so a thousand parallel
  /// guesses still get only `per_code` comparisons. Callers run it in a transaction of its own that
  /// commits, so that the count survives whatever follows, and treat every outcome but `match`
  /// alike towards the person asking.
  [[nodiscard]] virtual CodeVerdict try_code(const UserId& user, const CodeDigest& guess,
                                             const GuessLimits& limits, UtcTime now) = 0;

  /// Consumes the code and verifies the user with the one pending sign-up that counts.
  ///
  /// With one pending sign-up (or none left) and no `password_hash`, that one; with several, the
  /// one whose hash equals `password_hash`. Its names, address as typed, and hash become the
  /// user's; the others and the code are dropped. Exactly one of many simultaneous calls is
  /// `activated`.
  [[nodiscard]] virtual Activation activate(const UserId& user, const CodeDigest& code,
                                            const std::optional<PasswordHash>& password_hash,
                                            UtcTime now) = 0;

 protected:
  SignUps() = default;
};

}  // namespace coffeeauth
