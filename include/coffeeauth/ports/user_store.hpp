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

/// The outcome of an insert or update: exactly one of these, decided within one call.
enum class UserWriteOutcome {
  written,
  not_found,
  /// The row's version differs from the caller's; nothing changed.
  version_conflict,
  /// Another account has that address (by canonical form) and is not just a sign-up
  /// (is_mere_sign_up()); nothing changed.
  email_taken,
  /// The change would leave no administrator who can log in (is_effective_admin()); nothing
  /// changed.
  last_admin,
  /// The account awaits its owner (awaits_owner()), but was to become an administrator's, or the
  /// patch requires an owner (UserPatch::needs_owner); nothing changed.
  unproved,
};

/// The outcome of a write, and the row after it when `written`.
struct UserWrite {
  /// The outcome.
  UserWriteOutcome outcome = UserWriteOutcome::not_found;
  /// Set when `written`.
  std::optional<User> user{};
  /// False when the update changed nothing, so that cached copies of the user stay valid.
  bool changed = true;
  /// The account that was deleted to free the address: a mere sign-up.
  std::optional<UserId> gave_way{};
  /// The row before the call; set by an update or a take-over that is `written`.
  std::optional<User> before{};
};

/// The result of a patch: computed by one function, so that all Stores agree.
struct PatchedUser {
  /// The row to write.
  Credentials after;
  /// Whether anything differs. If not, version and ETag stay unchanged.
  bool changed = false;
  /// Whether the change ends the user's sessions (disabled, no longer verified, new password or
  /// address), except `kept_session`. A new role only invalidates earlier access tokens.
  bool ends_sessions = false;
  /// UserPatch::keeps_session.
  std::optional<SessionId> kept_session{};
};

/// Applies `patch` to `before`: increases `version` when anything changes, and `security_version`
/// when earlier access tokens must stop (role, activation, verification, password, address). Pure.
///
/// A new address of an account that is not verified (before or after) removes its password, unless
/// the patch sets one: it was chosen by the reader of another mailbox.
[[nodiscard]] PatchedUser apply_patch(const Credentials& before, const UserPatch& patch);

/// Whether `account` satisfies the preconditions of the patch (UserPatch::expects_*). Pure; a Store
/// applies it to the stored row.
[[nodiscard]] bool is_as_expected(const Credentials& account, const UserPatch& patch);

/// Returns the patch that create_or_take_over() applies to an existing account. Pure.
[[nodiscard]] UserPatch taking_over(const NewUser& user);

/// Whether the account can manage users now: administrator, active, verified, and with a password.
[[nodiscard]] bool is_effective_admin(const Credentials& account) noexcept;

/// Whether the account still needs a code from its mailbox: it is not verified, or has no password
/// (an administrator verified it, and the mailbox has not been proved yet).
[[nodiscard]] bool awaits_owner(const Credentials& account) noexcept;

/// Whether the account is still as sign-ups leave it: its mailbox was never proved, and no
/// administrator changed it. Such an account gives way to one that an operator vouches for, and is
/// otherwise deleted after CodeConfig::unverified_lifetime. This includes an account that
/// create_user() made without a password and that awaits its owner.
[[nodiscard]] bool is_mere_sign_up(const Credentials& account) noexcept;

/// A part of a list, and the size of the whole list.
struct CountedUsers {
  /// The result of list().
  std::vector<User> users;
  /// The result of count(): nothing when there are too many to count.
  std::optional<std::size_t> count;
};

/// Reads users. Each call sees everything committed before it began.
class UserReads {
 public:
  virtual ~UserReads() = default;
  UserReads(const UserReads&) = delete;
  UserReads& operator=(const UserReads&) = delete;

  /// Returns the account, without credentials.
  [[nodiscard]] virtual std::optional<User> find(const UserId& id) = 0;
  /// Returns the account and its password hash, without `sign_ups`.
  [[nodiscard]] virtual std::optional<Credentials> find_credentials(const UserId& id) = 0;
  /// Returns the account by canonical address, with `sign_ups`; in a single statement.
  [[nodiscard]] virtual std::optional<Credentials> find_credentials(const EmailAddress& email) = 0;

  /// Returns the matching users in the requested order, ties by id. With `after` it starts behind
  /// that position, whatever happened to the row, at a cost independent of depth; else it skips
  /// `offset` rows.
  [[nodiscard]] virtual std::vector<User> list(const UserListQuery& query) = 0;
  /// Returns the number of matching users; nothing when it exceeds `at_most` and counting would
  /// cost more than a list may. Always counts for SIZE_MAX or without a search.
  [[nodiscard]] virtual std::optional<std::size_t> count(const UserFilter& filter,
                                                         std::size_t at_most) = 0;
  /// Returns the number of matching users, whatever it costs.
  [[nodiscard]] std::size_t count(const UserFilter& filter) {
    return count(filter, SIZE_MAX).value_or(0);
  }

  /// Does both for one page. A Store overrides this if one statement can do both.
  [[nodiscard]] virtual CountedUsers list_and_count(const UserListQuery& query,
                                                    std::size_t at_most);

  /// Whether the user has ever logged in from the network behind `digest`.
  [[nodiscard]] virtual bool knows_address(const UserId& user, const AddressDigest& digest) = 0;

 protected:
  UserReads() = default;
};

/// Writes users. Every method decides its races itself; callers never read first and write later.
class UserWrites : public virtual UserReads {
 public:
  /// Inserts a user, unless the canonical address is taken. The password of an unverified user is
  /// stored as a pending sign-up, not as the account's. A verified user replaces a mere sign-up
  /// (is_mere_sign_up()), which is deleted as by delete_user(). An account without a password is
  /// never activated by a code alone, even if somebody signs up for it. Outcomes: written,
  /// email_taken, unproved (an administrator who would await an owner; nothing changed).
  [[nodiscard]] virtual UserWrite create_user(const NewUser& user) = 0;

  /// Inserts a verified user. An account that awaits its owner (awaits_owner()) at that moment is
  /// turned into it and keeps its id and date_joined: role, names, language, spelling and password
  /// are those of `user`, it is verified and active, and its sign-ups, codes and sessions are
  /// deleted.
  /// Outcomes: written, email_taken (the address has an owner; nothing changed).
  [[nodiscard]] virtual UserWrite create_or_take_over(const NewUser& user) = 0;

  /// Applies `patch` (by apply_patch()) to the current row.
  ///
  /// With `expected_version`, only to that version; and only if is_as_expected(): else
  /// version_conflict. Implementations must also end the user's sessions when
  /// PatchedUser::ends_sessions, except PatchedUser::kept_session, and restart the 48 hours of
  /// delete_unverified_before() at `now` when the user stops being verified, or is unverified and
  /// gets another address or is enabled again. They must also delete: sign-ups and codes when the
  /// address changes; codes when the account no longer awaits its owner (awaits_owner()). When it
  /// starts to await one, delete the decoys and keep its password as the only pending sign-up. An
  /// account without a password whose address changes or that stops being verified is never
  /// activated by a code alone. A mere sign-up (is_mere_sign_up()) with the new address is deleted
  /// as by delete_user(). Outcomes: all.
  [[nodiscard]] virtual UserWrite update_user(const UserId& id,
                                              std::optional<std::int64_t> expected_version,
                                              const UserPatch& patch, UtcTime now) = 0;

  /// Deletes the account with its sessions, codes, pending sign-ups and known networks. Outcomes:
  /// written (deleted), not_found, last_admin, and version_conflict if `expected_version` is given.
  [[nodiscard]] virtual UserWriteOutcome delete_user(
      const UserId& id, std::optional<std::int64_t> expected_version) = 0;

  /// Replaces the hash if it still equals `old_hash` and no sign-up is kept beside it; neither
  /// version changes. Returns false otherwise: a new password was set meanwhile and must win, or a
  /// sign-up's password was hashed to be comparable with the old one.
  virtual bool renew_password_hash(const UserId& id, const PasswordHash& old_hash,
                                   const PasswordHash& new_hash) = 0;

  /// Deletes at most `limit` unverified users whose latest sign-up was before `cutoff`. Disabled
  /// users are kept: deleting them would free their address.
  ///
  /// The guard must be in the predicate of the delete itself: a user verified at the same moment is
  /// never deleted. Returns the number of users deleted; less than `limit` means that none is left.
  [[nodiscard]] virtual std::size_t delete_unverified_before(UtcTime cutoff, std::size_t limit) = 0;

  /// Records that the user logged in from the network behind `digest`. Idempotent. Only the 50 most
  /// recent networks of a user need be kept.
  virtual void remember_address(const UserId& user, const AddressDigest& digest, UtcTime now) = 0;
};

}  // namespace coffeeauth
