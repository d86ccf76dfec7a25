#pragma once
/// Database: the tables of the memory store, and the one lock over all of them.

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "adapters/memory/src/undo_log.hpp"
#include "coffeeauth/ports/store.hpp"

namespace coffeeauth::memory {

/// One that waits for the owner of the mailbox, or, where there is one, a decoy.
struct PendingSignUp {
  PasswordHash password_hash;
  EmailAddress email;
  std::string first_name;
  std::string last_name;
  Language language;
};

struct LiveCode {
  CodeDigest digest;
  AddressDigest network;
  UtcTime expires_at{};
  /// Wrong guesses of that network while it has no share of its own.
  std::size_t attempts = 0;
};

/// A code that lets a login past the failures of its account.
struct LoginCode {
  CodeDigest digest;
  UtcTime expires_at{};
  std::size_t attempts = 0;
};

/// Starts again with the first one after the day is over.
struct CountOfDay {
  UtcTime started_at{};
  std::size_t count = 0;
};

/// What one network, or all those without a share of their own, has done to an account.
struct Share {
  /// Nothing for the one that all others have together.
  std::optional<AddressDigest> network{};
  UtcTime admitted_at{};
  /// Wrong guesses at the newest code and at the one before it.
  std::size_t attempts = 0;
  std::size_t older_attempts = 0;
  /// Guesses of one day; starts again with the first guess after it is over.
  UtcTime window_started_at{};
  std::size_t guesses = 0;
  std::vector<UtcTime> mails{};
};

struct KnownAddress {
  AddressDigest digest;
  UtcTime last_seen{};
};

/// A user and everything that hangs on it, but for its sessions.
struct UserRow {
  Credentials credentials;
  UtcTime unverified_since{};
  std::vector<PendingSignUp> pending{};
  /// Whether a code alone is not enough: a sign-up was dropped for lack of room, or the account has
  /// a past that is not a sign-up's.
  bool contested = false;
  std::optional<LiveCode> code{};
  std::optional<LiveCode> older_code{};
  std::vector<Share> shares{};
  std::optional<LoginCode> login_code{};
  /// How many login codes were put, of each LoginCodeBudget, and guesses at them.
  std::array<CountOfDay, 2> login_codes{};
  CountOfDay login_guesses{};
  std::vector<KnownAddress> addresses{};
};

struct SessionRow {
  Session session;
  RefreshTokenDigest current;
  std::optional<RefreshTokenDigest> previous{};
  UtcTime rotated_at{};
  std::string sealed_successor{};
};

struct JobRow {
  NewJob job;
  JobState state = JobState::pending;
  std::uint32_t attempts = 0;
  std::uint32_t abandoned = 0;
  /// When it can be claimed: its time, or the end of the lease.
  UtcTime due_at{};
  std::optional<LeaseId> lease{};
  std::string last_error{};
};

struct LeaseRow {
  LeaseId holder;
  UtcTime held_until{};
};

/// A set, spelled as a map so that the UndoLog can keep its rows.
template <class Key>
using Index = std::map<Key, std::monostate>;

struct Database {
  /// Recursive, because a transaction holds it while its verbs take it again.
  std::recursive_mutex mutex;
  bool in_transaction = false;

  std::unordered_map<UserId, UserRow> users;
  std::unordered_map<std::string, UserId> users_by_email;
  std::unordered_map<SessionId, SessionRow> sessions;
  Index<std::pair<UserId, SessionId>> sessions_by_user;
  std::unordered_map<JobId, JobRow> jobs;
  Index<std::pair<UtcTime, JobId>> jobs_by_age;
  std::map<std::string, StoredKey, std::less<>> keys;
  std::map<std::string, LeaseRow, std::less<>> leases;

  /// What features have hung on users; see on_user_deleted().
  std::vector<std::function<void(Transaction&, const UserId&)>> cascades;
};

using Lock = std::lock_guard<std::recursive_mutex>;

/// What the writing halves of a transaction share.
struct Unit {
  Database& database;
  /// The one that all this belongs to.
  Transaction& transaction;
  UndoLog undo{};
  /// Whether a verb has failed: such a transaction cannot be committed.
  bool broken = false;
};

/// Fails the verb, and with it the transaction, for a caller's bug.
[[noreturn]] void refuse(Unit& unit, const char* why);

/// Ends every session of `user` but `except`; returns how many.
std::size_t erase_sessions(Unit& unit, const UserId& user, const std::optional<SessionId>& except);
/// Erases the user and everything that hangs on it.
void erase_user(Unit& unit, const UserId& user);
/// Makes the row what `patched` says, address index and sessions included.
void write_patched(Unit& unit, const PatchedUser& patched);
[[nodiscard]] PendingSignUp pending_of(const NewUser& candidate);
/// Drops the codes of a user. The guesses of the day stay.
void drop_codes(UserRow& row);
/// Drops all sign-ups and codes of a user.
void drop_sign_ups(UserRow& row);
/// Inserts a new user, unless its address is taken.
/// The password of one that is not verified becomes that of a pending sign-up; one without any is
/// contested.
std::optional<User> insert_user(Unit& unit, const NewUser& candidate, bool is_verified);
/// The row, kept for a rollback; null when there is none.
UserRow* hold_user(Unit& unit, const UserId& user);

}  // namespace coffeeauth::memory
