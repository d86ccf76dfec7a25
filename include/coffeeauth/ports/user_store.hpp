#pragma once
/// The users of a Store: reads anywhere, writes inside a Transaction. Start at ports/store.hpp.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "coffeeauth/digest.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/user.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// What became of an insert or update. Exactly one of these, decided inside one call.
enum class UserWriteOutcome {
  written,
  not_found,
  /// The row's version is not the one the caller read; nothing changed.
  version_conflict,
  /// Another account has that address (compared canonically), and not by a sign-up alone
  /// (is_mere_sign_up()); nothing changed.
  email_taken,
  /// The change would leave no administrator who can log in (is_effective_admin()); nothing
  /// changed.
  last_admin,
  /// The account was to become an administrator's, or the patch asks for an owner
  /// (UserPatch::needs_owner), and it awaits its owner (awaits_owner()); nothing changed.
  unproved,
};

/// The outcome, and the row as it is now when `written`.
struct UserWrite {
  /// What became of it.
  UserWriteOutcome outcome = UserWriteOutcome::not_found;
  /// Set when `written`.
  std::optional<User> user{};
  /// False when the update would have changed nothing, so that no copy of the user is stale.
  bool changed = true;
  /// The mere sign-up that was deleted because it had the address.
  std::optional<UserId> gave_way{};
  /// The row as it was until now; set by an update or a take-over that is `written`.
  std::optional<User> before{};
};

/// What a patch makes of a row: computed by one function so that every Store agrees.
struct PatchedUser {
  /// The row to write.
  Credentials after;
  /// Whether anything differs. When it does not, version and ETag stay as they are.
  bool changed = false;
  /// Whether the change ends the sessions of the user (deactivated, unverified, new password or new
  /// address), all but `kept_session`. A changed role alone only makes earlier access tokens stop.
  bool ends_sessions = false;
  /// UserPatch::keeps_session.
  std::optional<SessionId> kept_session{};
};

/// Applies `patch` to `before`: grows `version` when anything changes, and `security_version` when
/// earlier access tokens must stop (role, activity, verification, password, address). Pure.
///
/// A new address of an account that is not verified (before or after) voids its password, unless
/// the patch brings one: it was chosen by whoever reads another mailbox.
[[nodiscard]] PatchedUser apply_patch(const Credentials& before, const UserPatch& patch);

/// Whether `account` is what the patch expects it to be (UserPatch::expects_email and its like).
/// Pure; a Store asks it of the row that it holds.
[[nodiscard]] bool is_as_expected(const Credentials& account, const UserPatch& patch);

/// What create_or_take_over() makes of an account that is there. Pure.
[[nodiscard]] UserPatch taking_over(const NewUser& user);

/// True for an account that can manage users right now: administrator, active, verified, and with a
/// password.
[[nodiscard]] bool is_effective_admin(const Credentials& account) noexcept;

/// Whether a code from its mailbox is what the account waits for: it is not verified, or has no
/// password (an administrator verified it, and the mailbox has not been proved yet).
[[nodiscard]] bool awaits_owner(const Credentials& account) noexcept;

/// Whether the account is as sign-ups leave it: its mailbox was never proved, and no
/// administrator changed anything of it. It gives way to whoever is vouched for, as it would go by
/// itself after `UNVERIFIED_LIFETIME`. An account that create_user() made without a password, and
/// that waits for its owner, is no different.
[[nodiscard]] bool is_mere_sign_up(const Credentials& account) noexcept;

/// A part of a list, and how many the whole list has.
struct CountedUsers {
  /// What list() gives.
  std::vector<User> users;
  /// What count() gives: nothing where they are too many to be counted.
  std::optional<std::size_t> count;
};

/// Reads of users. Each call sees everything committed before it began.
class UserReads {
 public:
  virtual ~UserReads() = default;
  UserReads(const UserReads&) = delete;
  UserReads& operator=(const UserReads&) = delete;

  /// The account, without what a password is checked with.
  [[nodiscard]] virtual std::optional<User> find(const UserId& id) = 0;
  /// The account and its password hash, without `sign_ups`.
  [[nodiscard]] virtual std::optional<Credentials> find_credentials(const UserId& id) = 0;
  /// By canonical address, with `sign_ups`; one statement, however many there are.
  [[nodiscard]] virtual std::optional<Credentials> find_credentials(const EmailAddress& email) = 0;

  /// The users that match, in the order asked for, ties by id. With `after` it starts behind that
  /// position whatever happened to the row, and costs the same at any depth; else it skips
  /// `offset`.
  [[nodiscard]] virtual std::vector<User> list(const UserListQuery& query) = 0;
  /// How many users match. Nothing when they are more than `at_most` and counting them would cost
  /// more than a list may; never nothing for SIZE_MAX or without a search.
  [[nodiscard]] virtual std::optional<std::size_t> count(const UserFilter& filter,
                                                         std::size_t at_most) = 0;
  /// How many users match, whatever it costs.
  [[nodiscard]] std::size_t count(const UserFilter& filter) {
    return count(filter, SIZE_MAX).value_or(0);
  }

  /// Both for one page. A Store overrides this where one reading gives both.
  [[nodiscard]] virtual CountedUsers list_and_count(const UserListQuery& query,
                                                    std::size_t at_most);

  /// Whether the user has ever logged in from the address behind `digest`.
  [[nodiscard]] virtual bool knows_address(const UserId& user, const AddressDigest& digest) = 0;

 protected:
  UserReads() = default;
};

/// Writes of users. Every verb decides its races itself; callers never read first and write later.
class UserWrites : public virtual UserReads {
 public:
  /// Inserts, unless the canonical address is taken. The password of one that is not verified is
  /// kept as a pending sign-up, not as the account's. One that is verified takes the place of a
  /// mere sign-up (is_mere_sign_up()), which is deleted as by delete_user(). An account without a
  /// password is activated by no code alone, whoever signs up for it. Outcomes: written,
  /// email_taken, unproved (an administrator who would await an owner; nothing changed).
  [[nodiscard]] virtual UserWrite create_user(const NewUser& user) = 0;

  /// Inserts a verified user; an account that awaits its owner (awaits_owner()) at that moment
  /// becomes it instead, and keeps its id and the day it joined: role, names, spelling and password
  /// are those of `user`, it is verified and active, its sign-ups, codes and sessions are gone.
  /// Outcomes: written, email_taken (the address has an owner; nothing changed).
  [[nodiscard]] virtual UserWrite create_or_take_over(const NewUser& user) = 0;

  /// Applies `patch` (by apply_patch) to the row as it is at that moment.
  ///
  /// With `expected_version`, only to that version of it, and only while is_as_expected(): else
  /// version_conflict. Implementations must also end the user's sessions when
  /// PatchedUser::ends_sessions, but for PatchedUser::kept_session, and start the 48 hours of
  /// delete_unverified_before() at `now` when the user is verified no longer, or is not verified
  /// and is moved to another address or disabled no longer. Also drop: sign-ups and codes when the
  /// address changes; codes when the account no longer awaits its owner (awaits_owner()). When it
  /// begins to await one, drop the decoys and keep its password as the only pending sign-up. An
  /// account without a password that is moved, or verified no longer, is activated by no code
  /// alone. A mere sign-up (is_mere_sign_up()) that has the new address is deleted as by
  /// delete_user(). Outcomes: all.
  [[nodiscard]] virtual UserWrite update_user(const UserId& id,
                                              std::optional<std::int64_t> expected_version,
                                              const UserPatch& patch, UtcTime now) = 0;

  /// Removes the account and everything that hangs on it: sessions, codes, pending sign-ups, known
  /// addresses. Outcomes: written (it is gone), not_found, last_admin, and version_conflict when
  /// `expected_version` is given.
  [[nodiscard]] virtual UserWriteOutcome delete_user(
      const UserId& id, std::optional<std::int64_t> expected_version) = 0;

  /// Replaces the hash only while it still is `old_hash`, and no sign-up is kept beside it; neither
  /// version changes. False otherwise: somebody set a new password meanwhile, and that one must
  /// win; or a sign-up's password was hashed to be compared with the old one.
  virtual bool renew_password_hash(const UserId& id, const PasswordHash& old_hash,
                                   const PasswordHash& new_hash) = 0;

  /// Deletes at most `limit` users who are unverified and whose latest sign-up was before `cutoff`.
  /// Those that an administrator disabled stay: their address would be free again.
  ///
  /// The guard is in the predicate of the delete itself: a user who is verified at the same moment
  /// is never deleted. Returns how many went; less than `limit` means that none is left.
  [[nodiscard]] virtual std::size_t delete_unverified_before(UtcTime cutoff, std::size_t limit) = 0;

  /// Notes that the user has logged in from the address behind `digest`. Idempotent. At most the 50
  /// latest addresses of a user need to be kept.
  virtual void remember_address(const UserId& user, const AddressDigest& digest, UtcTime now) = 0;
};

}  // namespace coffeeauth
