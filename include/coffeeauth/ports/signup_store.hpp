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
  /// The address was new: a user (unverified, without a password) and its first pending sign-up
  /// were written.
  created,
  /// The account was there and awaits its owner (awaits_owner()): this sign-up is pending beside
  /// the others. One with an equal password hash is replaced.
  joined,
  /// The account has an owner. The sign-up is kept as a decoy: it answers a login as a pending one
  /// does and never activates anything.
  existing,
};

/// What a sign-up found, and the account it found or made.
struct SignUp {
  /// Decided inside the one call.
  SignUpOutcome outcome;
  /// The user with that address, as it is now.
  User user;
};

/// How many mails an account may be sent on account of one share (see SignUps::admit_network()).
struct MailPace {
  /// Least time since the last one.
  std::chrono::milliseconds pause;
  /// In the hour before now.
  std::size_t per_hour;
  /// In the 24 hours before now.
  std::size_t per_day;
};

/// How many guesses one share has (see SignUps::admit_network()).
struct GuessLimits {
  /// Wrong ones until a code is dead for the share.
  std::size_t per_code;
  /// In 24 hours, over all codes of the account.
  std::size_t per_day;
};

/// A verification code to be kept.
struct NewCode {
  /// Keyed hash of the code.
  CodeDigest digest;
  /// The network that asked for it.
  AddressDigest network;
  /// From here on it is dead.
  UtcTime expires_at{};
};

/// The password given together with a right code.
struct ChosenPassword {
  /// Made like the pending ones of the account, so that equal passwords have equal hashes.
  PasswordHash hash;
  /// Whether it may become the account's even when no pending sign-up has it.
  bool is_acceptable = false;
};

/// From when on rows that only time makes useless are useless.
struct StaleBefore {
  /// Sign-ups for a verified account whose latest one was earlier go, all of them at once: what
  /// says that one was displaced never goes before one that is left. So do those for a disabled
  /// account that is not verified, which delete_unverified_before() leaves alone; but from then on
  /// no code activates it without a password.
  UtcTime sign_ups;
  /// Dead codes go; so do counts of guesses and mails that are a day older. Those of login codes go
  /// together: what has expired, when all its counts are a day old.
  UtcTime now;
};

/// What a guess at a code came to.
enum class CodeVerdict {
  /// Right, and live. The attempt is given back; the code is *not* consumed: activate() does that.
  match,
  /// Wrong; the attempt is spent.
  no_match,
  /// There is nothing to guess at: no code, expired, out of attempts, or the share's guesses of the
  /// day are used up. Nothing was compared.
  dead,
};

/// What an activation came to.
enum class ActivationOutcome {
  activated,
  /// No password was given, and a code alone is not enough: the account was verified by hand, or
  /// made without a password, or its pending sign-ups do not agree on one (several differ, one was
  /// dropped for lack of room, or none is left). Nothing changed.
  password_required,
  /// The password given is no pending sign-up's and is not acceptable. Nothing changed.
  password_refused,
  /// The code is not (or no longer) live, or the account has an owner already, was disabled by an
  /// administrator, or is gone. Nothing changed.
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

  /// Creates the user, or adds to the sign-ups of the one who is there.
  ///
  /// The password stays with the sign-up: the account itself has none until activate() gives it
  /// one. `candidate.password_hash` must be made like those that are there (see
  /// PasswordService::hash_for_sign_up()), so that equal passwords have equal hashes. Where
  /// `max_pending` others are kept, the oldest goes, and from then on no code activates without a
  /// password. `created` and `joined` restart the user's 48 hours (see delete_unverified_before()),
  /// `existing` those of the decoys. Two at the same moment for a new address: one is `created`,
  /// the other `joined`.
  [[nodiscard]] virtual SignUp sign_up(const NewUser& candidate, std::size_t max_pending) = 0;

  /// Gives the network behind `network` a share of its own in the account's mails and guesses, for
  /// 24 hours, if it has none and fewer than `max_networks` were given one in the 24 hours before
  /// `now`.
  ///
  /// All networks without one share another, but for attempts at codes that were put for them (see
  /// try_code()). What strangers do from theirs costs the owner nothing; all shares together bound
  /// what an account can be sent and how often it can be guessed at.
  virtual void admit_network(const UserId& user, const AddressDigest& network,
                             std::size_t max_networks, UtcTime now) = 0;

  /// Takes one mail of the share that `network` has in the account, if the pace allows one at
  /// `now`: at least `pause` since the last, fewer than `per_hour` in the hour and `per_day` in the
  /// 24 hours before. Of many at the same moment, one gets it.
  [[nodiscard]] virtual bool take_mail_slot(const UserId& user, const AddressDigest& network,
                                            const MailPace& pace, UtcTime now) = 0;

  /// Adds a live code, with its attempts unspent. Two live; which of two gives way to it:
  ///
  /// Of two from one network, the older. Else the one from its own network. Else, of two from two
  /// other networks, the one whose network was admitted later (admit_network()) or not at all; the
  /// older where both were admitted at one moment, or neither. So whatever later networks ask for,
  /// the last code of the first one lives. The guesses of the day are not given back.
  virtual void put_code(const UserId& user, const NewCode& code, UtcTime now) = 0;

  /// Spends one attempt of the share that `network` has, on each live code, and compares in
  /// constant time. A network without a share of its own has attempts of its own at a live code
  /// that was put for it, so that strangers, who have signed up from as many networks as have one,
  /// cannot use them up; the guesses of the day are those of the share all the same.
  ///
  /// A guess that has several digests is compared with each, and is one guess all the same.
  /// Comparison and count are one decision, so a thousand parallel guesses still get only
  /// `per_code` comparisons with one code. Callers run it in a transaction
  /// of its own that commits, so that the count survives whatever follows, and treat every outcome
  /// but `match` alike towards the client.
  [[nodiscard]] virtual CodeVerdict try_code(const UserId& user, const AddressDigest& network,
                                             const CodeGuess& guess, const GuessLimits& limits,
                                             UtcTime now) = 0;

  /// Consumes the codes, and verifies an active account that awaits its owner (awaits_owner()).
  ///
  /// Its password becomes `chosen`, whoever signed up with whatever else: the code proves the
  /// mailbox. Without `chosen`, that of the one pending sign-up, if none with another password ever
  /// waited beside it and the account is a sign-up's from its beginning, neither verified by hand
  /// nor made by create_user() without a password: a code that an administrator has mailed must not
  /// let in who signed up. Names and the address as typed are those of the
  /// sign-up with that password; where none has it, an account that never had an owner starts
  /// without names. The other sign-ups stay as decoys. Exactly one of many simultaneous calls is
  /// `activated`.
  [[nodiscard]] virtual Activation activate(const UserId& user, const CodeGuess& code,
                                            const std::optional<ChosenPassword>& chosen,
                                            UtcTime now) = 0;

  /// Deletes what only time made useless: decoys, dead codes (login codes, too), and counts of
  /// guesses and mails. Some `limit` rows of each kind; returns how many went. Less than `limit`
  /// means that none is left.
  [[nodiscard]] virtual std::size_t delete_stale(const StaleBefore& before, std::size_t limit) = 0;

 protected:
  SignUps() = default;
};

}  // namespace coffeeauth
