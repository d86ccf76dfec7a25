#pragma once
/// The sessions of a Store. Start at ports/store.hpp.

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/signup_store.hpp"
#include "coffeeauth/session.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// What became of a login's last step.
enum class OpenSessionOutcome {
  opened,
  /// The user is gone, inactive, unverified, or changed its security_version since it was read.
  user_changed,
};

/// A login's last step, and how many sessions made room for it.
struct OpenedSession {
  /// What became of it.
  OpenSessionOutcome outcome = OpenSessionOutcome::user_changed;
  /// Sessions of the user that were ended because there were too many.
  std::size_t ended = 0;

  /// Whether both are alike.
  friend bool operator==(const OpenedSession&, const OpenedSession&) = default;
};

/// What a refresh token turned out to be.
enum class RotationOutcome {
  /// The presented token was the current one; it is spent now and the next one is current.
  rotated,
  /// The presented token was spent within the grace period: `sealed_successor` is what was stored
  /// when it was spent, so that the client can be given the *same* successor.
  replayed,
  /// The presented token is an old one: the session has been ended by this call.
  reused,
  /// There is no such session, it is over, or its user may not log in.
  missing,
};

/// A refresh: the presented token, what replaces it, and the rules.
struct Rotation {
  /// Named by the presented token.
  SessionId session;
  /// The digest of the presented token.
  RefreshTokenDigest presented;
  /// Becomes the current one.
  RefreshTokenDigest next;
  /// The next token, encrypted so that only the holder of the presented one can open it.
  std::string sealed_successor;
  /// How long a spent token is answered with its successor.
  std::chrono::milliseconds grace;
  /// How far the idle expiry moves, up to the session's absolute expiry.
  std::chrono::milliseconds idle_lifetime;
  /// By the caller's Clock.
  UtcTime now;
};

/// The outcome, and what the service needs to answer.
struct RotationResult {
  /// What the presented token turned out to be.
  RotationOutcome outcome = RotationOutcome::missing;
  /// For rotated and replayed: the session as it is now, with its user. For reused: as it was.
  std::optional<LiveSession> live{};
  /// For replayed.
  std::string sealed_successor{};
};

/// Who asked for a login code, and so which count of the day it is one of.
enum class LoginCodeBudget {
  /// Anybody who knows the address.
  anybodys,
  /// Whoever has the account's password, too: what others ask for does not count here.
  password_holders,
};

/// A login code to be kept.
struct NewLoginCode {
  /// Keyed hash of the code.
  CodeDigest digest;
  /// From here on it is dead.
  UtcTime expires_at{};
  /// Who asked for it.
  LoginCodeBudget budget = LoginCodeBudget::anybodys;
};

/// What a login with a code gives.
struct LoginGuess {
  /// Keyed hash of the code, under each secret key.
  CodeGuess digest;
  /// Whether the account's password stands beside it.
  bool password_is_right = false;
};

/// Reads of sessions.
class SessionReads {
 public:
  virtual ~SessionReads() = default;
  SessionReads(const SessionReads&) = delete;
  SessionReads& operator=(const SessionReads&) = delete;

  /// The session and its user in one read, unless it is gone or past an expiry at `now`. What every
  /// authenticated request asks, so it should be one statement.
  [[nodiscard]] virtual std::optional<LiveSession> find_live(const SessionId& id, UtcTime now) = 0;
  /// The live sessions of a user, the last used first, at most `limit`.
  [[nodiscard]] virtual std::vector<Session> list_sessions(const UserId& user, UtcTime now,
                                                           std::size_t limit) = 0;

 protected:
  SessionReads() = default;
};

/// Writes of sessions.
class SessionWrites : public virtual SessionReads {
 public:
  /// Writes the session and the user's last_login, while the user still is active, verified and at
  /// `security_version`. One that was disabled between the password check and here gets none.
  ///
  /// Afterwards the user has at most `max_sessions` (1 at least): the new one, and those of the
  /// others that were used last (ties by id, the greater stays). However many log in at once, there
  /// never are more after a commit.
  [[nodiscard]] virtual OpenedSession open_session(const NewSession& session,
                                                   std::int64_t security_version,
                                                   std::size_t max_sessions) = 0;

  /// Makes `code` the user's one login code, unless there is a live one (which must not be voided
  /// while its owner types it) or `max_per_day` of its budget were put in the 24 hours that began
  /// with the budget's first. Says whether it did; of many at once, one does. The guesses of the
  /// day stay counted. For a user who does not exist it does not, at the same price: nobody is to
  /// learn from its time who has an account.
  [[nodiscard]] virtual bool put_login_code(const UserId& user, const NewLoginCode& code,
                                            std::size_t max_per_day, UtcTime now) = 0;
  /// Compares a guess with the user's login code: true where code and password are right, at most
  /// once for each code, which is spent by that. False without a live code, and beyond `limits`,
  /// without comparing.
  ///
  /// Counts a guess where at least one of the two is right, in the same decision: who has the
  /// password may not try codes without end, nor who reads the mailbox passwords. Who has neither
  /// uses up nothing of the owner's.
  [[nodiscard]] virtual bool try_login_code(const UserId& user, const LoginGuess& guess,
                                            const GuessLimits& limits, UtcTime now) = 0;

  /// Spends the presented refresh token and makes the next one current, in one decision.
  ///
  /// Of many simultaneous calls with the same token exactly one is `rotated`; the rest are
  /// `replayed`. A token that is neither the current one nor the one before it within the grace
  /// period is `reused`, and the session is gone. Callers have checked its tag.
  [[nodiscard]] virtual RotationResult rotate_refresh(const Rotation& rotation) = 0;

  /// Notes that the owner of the session has just proved who they are, and how
  /// (Session::authenticated_at, Session::methods). False when there is no such session at `now`.
  virtual bool mark_authenticated(const SessionId& id, const std::string& methods, UtcTime now) = 0;
  /// Makes `next` the session's refresh token, as if it had just been opened: the one before, and
  /// what its client could still be answered with, mean nothing from then on, and are no reuse. The
  /// idle expiry moves as with a refresh. False when there is no such session at `now`.
  virtual bool replace_refresh(const SessionId& id, const RefreshTokenDigest& next,
                               std::chrono::milliseconds idle_lifetime, UtcTime now) = 0;

  /// Ends one session; with `owner`, only if it is theirs. False when there was none.
  virtual bool end_session(const SessionId& id, const std::optional<UserId>& owner) = 0;
  /// Ends all sessions of a user but `except`; returns how many.
  virtual std::size_t end_sessions(const UserId& user, const std::optional<SessionId>& except) = 0;
  /// Deletes at most `limit` sessions that are past an expiry; returns how many.
  [[nodiscard]] virtual std::size_t delete_expired_sessions(UtcTime now, std::size_t limit) = 0;
};

}  // namespace coffeeauth
