#pragma once
/// Pending sign-ups and verification codes of a Store. Start at ports/store.hpp.

#include <chrono>
#include <cstddef>
#include <optional>

#include "coffeeauth/digest.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/user.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// The outcome of a sign-up.
enum class SignUpOutcome {
  /// The address was new: the user (unverified, without a password) and the first pending sign-up
  /// were written.
  created,
  /// The account existed and still awaits its owner (awaits_owner()): the sign-up was added to the
  /// pending ones. One with an equal password hash was replaced.
  joined,
  /// The account has an owner. The sign-up is kept as a decoy: a login with its password is
  /// answered like that of a pending one, but it never activates anything.
  existing,
};

/// The outcome of a sign-up, and its account.
struct SignUp {
  /// Decided within the one call.
  SignUpOutcome outcome;
  /// The user with that address, after the call.
  User user;
};

/// How many mails one share of an account allows (see SignUps::admit_network()).
struct MailPace {
  /// Minimum time since the last mail.
  std::chrono::milliseconds pause;
  /// Mails in the last hour.
  std::size_t per_hour;
  /// Mails in the last 24 hours.
  std::size_t per_day;
};

/// How many guesses one share allows (see SignUps::admit_network()).
struct GuessLimits {
  /// Wrong guesses that invalidate a code for the share.
  std::size_t per_code;
  /// Guesses in 24 hours, over all codes of the account.
  std::size_t per_day;
};

/// A verification code to store.
struct NewCode {
  /// Keyed hash of the code.
  CodeDigest digest;
  /// The network that requested it.
  AddressDigest network;
  /// When the code expires.
  UtcTime expires_at{};
};

/// A password given together with a correct code.
struct ChosenPassword {
  /// Hashed like the pending sign-ups' of the account, so that equal passwords have equal hashes.
  PasswordHash hash;
  /// Whether the account may get it even if no pending sign-up has it.
  bool is_acceptable = false;
};

/// Limits of age for rows that become useless by time alone.
struct StaleBefore {
  /// Deletes all sign-ups of a verified account once the latest is older: the record that one was
  /// displaced must not go before the others. Likewise those of a disabled account that is not
  /// verified, which delete_unverified_before() keeps; from then on a code activates that account
  /// only together with a password.
  UtcTime sign_ups;
  /// Deletes expired codes, and counts of guesses and mails that are a day older. An expired login
  /// code is deleted with its counts, once all of them are a day old.
  UtcTime now;
};

/// The outcome of a guess at a code.
enum class CodeVerdict {
  /// Correct and valid. No attempt is counted; the code is *not* consumed: activate() does that.
  match,
  /// Wrong; the attempt is counted.
  no_match,
  /// Nothing was compared: there is no code, it has expired or has no attempts left, or the share's
  /// guesses of the day are used up.
  dead,
};

/// The outcome of an activation.
enum class ActivationOutcome {
  activated,
  /// A code alone is not enough, and no password was given: the account was verified by an
  /// administrator or created without a password, or its pending sign-ups do not have one common
  /// password (they differ, one was dropped for lack of room, or none is left). Nothing changed.
  password_required,
  /// The password is not a pending sign-up's and is not acceptable. Nothing changed.
  password_refused,
  /// The code is not valid (any longer), or the account already has an owner, was disabled by an
  /// administrator, or is gone. Nothing changed.
  gone,
};

/// The outcome of an activation, and the user if there is one.
struct Activation {
  /// Decided within the one call.
  ActivationOutcome outcome;
  /// The verified user, when `activated`.
  std::optional<User> user{};
};

/// Sign-up and verification; all within a Transaction.
class SignUps {
 public:
  virtual ~SignUps() = default;
  SignUps(const SignUps&) = delete;
  SignUps& operator=(const SignUps&) = delete;

  /// Creates the user, or adds to the pending sign-ups of the existing one.
  ///
  /// The password belongs to the sign-up: the account has none until activate() sets it. Until then
  /// a further sign-up does not change the names or the language of the account, either.
  /// `candidate.password_hash` must be made like the existing ones (see
  /// PasswordService::hash_for_sign_up()), so that equal passwords have equal hashes. If
  /// `max_pending` others exist, the oldest is dropped, and from then on a code activates the
  /// account only together with a password. `created` and `joined` restart the user's 48 hours (see
  /// delete_unverified_before()), `existing` those of the decoys. Of two concurrent calls for a new
  /// address, one is `created` and the other `joined`.
  [[nodiscard]] virtual SignUp sign_up(const NewUser& candidate, std::size_t max_pending) = 0;

  /// Gives `network` its own share of the account's mails and guesses for 24 hours, if it has none
  /// and fewer than `max_networks` networks got one in the 24 hours before `now`.
  ///
  /// All other networks have one share together, except for attempts at codes that they requested
  /// (see try_code()). So strangers in other networks cost the owner nothing, and the shares
  /// together bound the mails sent to an account and the guesses at its codes.
  virtual void admit_network(const UserId& user, const AddressDigest& network,
                             std::size_t max_networks, UtcTime now) = 0;

  /// Takes one mail out of the share of `network`, if the pace allows one at `now`: at least
  /// `pause` since the last, fewer than `per_hour` in the last hour and `per_day` in the last 24
  /// hours. Of many concurrent calls, one gets it.
  [[nodiscard]] virtual bool take_mail_slot(const UserId& user, const AddressDigest& network,
                                            const MailPace& pace, UtcTime now) = 0;

  /// Adds a valid code, with all attempts left. Two codes are valid; a third replaces one of them:
  ///
  /// the older, if both are from one network; else the one from its own network; else, of codes
  /// from two other networks, the one whose network was admitted later (admit_network()) or not at
  /// all; the older if both were admitted at the same time, or neither was. So the last code of the
  /// first network survives whatever later networks request. Guesses of the day stay counted.
  virtual void put_code(const UserId& user, const NewCode& code, UtcTime now) = 0;

  /// Counts an attempt of the share of `network` at each valid code, and compares in constant time.
  /// A network without a share of its own has separate attempts at a valid code that it requested,
  /// so that strangers who signed up from as many networks as get a share cannot use them up; the
  /// guesses of the day count against the common share nevertheless.
  ///
  /// A guess with several digests is compared with each, and counts as one. Comparison and count
  /// are atomic, so that a thousand parallel guesses get only `per_code` comparisons with one code.
  /// Callers run it in a separate transaction that commits, so that the count survives whatever
  /// follows, and answer the client alike for every outcome other than `match`.
  [[nodiscard]] virtual CodeVerdict try_code(const UserId& user, const AddressDigest& network,
                                             const CodeGuess& guess, const GuessLimits& limits,
                                             UtcTime now) = 0;

  /// Consumes the codes, and verifies an active account that awaits its owner (awaits_owner()).
  ///
  /// The account gets the password `chosen`, whatever sign-ups contained: the code proves the
  /// mailbox. Without `chosen` it gets the password of the one pending sign-up, if none with
  /// another password was ever pending beside it and the account was created by a sign-up, and
  /// neither verified by an administrator nor made by create_user() without a password: a code that
  /// an administrator mails must not let in whoever signed up. Names, language and the address as
  /// typed come from the sign-up with that password; if there is none, an account that never had an
  /// owner gets no names and no language. The other sign-ups stay as decoys. Exactly one of many
  /// concurrent calls is `activated`.
  [[nodiscard]] virtual Activation activate(const UserId& user, const CodeGuess& code,
                                            const std::optional<ChosenPassword>& chosen,
                                            UtcTime now) = 0;

  /// Deletes rows that only time made useless: decoys, expired codes (login codes, too), and counts
  /// of guesses and mails. At most about `limit` rows of each kind; returns their number. Less than
  /// `limit` means that none is left.
  [[nodiscard]] virtual std::size_t delete_stale(const StaleBefore& before, std::size_t limit) = 0;

 protected:
  SignUps() = default;
};

}  // namespace coffeeauth
