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

/// The outcome of the last step of a login.
enum class OpenSessionOutcome {
  opened,
  /// The user is gone, disabled or unverified, or its security_version changed since it was read.
  user_changed,
};

/// The result of the last step of a login.
struct OpenedSession {
  /// The outcome.
  OpenSessionOutcome outcome = OpenSessionOutcome::user_changed;
  /// The user's sessions that ended because there were too many.
  std::size_t ended = 0;

  /// Compares both members.
  friend bool operator==(const OpenedSession&, const OpenedSession&) = default;
};

/// The state of a presented refresh token.
enum class RotationOutcome {
  /// It was the current token; now it is used and the next one is current.
  rotated,
  /// It was used within the grace period: `sealed_successor` is what was stored then, so that the
  /// client gets the *same* successor.
  replayed,
  /// It is an older token: this call has ended the session.
  reused,
  /// The session does not exist or has expired, or its user may not log in.
  missing,
};

/// A refresh: the presented token, its successor, and the rules.
struct Rotation {
  /// The session named in the presented token.
  SessionId session;
  /// The digest of the presented token.
  RefreshTokenDigest presented;
  /// The digest of the next token.
  RefreshTokenDigest next;
  /// The next token, encrypted so that only the holder of the presented one can decrypt it.
  std::string sealed_successor;
  /// How long a used token still returns its successor.
  std::chrono::milliseconds grace;
  /// Extension of the idle expiry, up to the session's absolute expiry.
  std::chrono::milliseconds idle_lifetime;
  /// The time, from the caller's Clock.
  UtcTime now;
};

/// The outcome, and the data for the answer.
struct RotationResult {
  /// The state of the presented token.
  RotationOutcome outcome = RotationOutcome::missing;
  /// The session and its user: after the call for `rotated` and `replayed`, before it for `reused`.
  std::optional<LiveSession> live{};
  /// The successor that was stored with the token; set for `replayed`.
  std::string sealed_successor{};
};

/// The daily budget that a login code counts against.
enum class LoginCodeBudget {
  /// Requests without the account's password.
  anybodys,
  /// Requests with the account's password; all others do not count here.
  password_holders,
};

/// A login code to store.
struct NewLoginCode {
  /// Keyed hash of the code.
  CodeDigest digest;
  /// When the code expires.
  UtcTime expires_at{};
  /// The budget it counts against.
  LoginCodeBudget budget = LoginCodeBudget::anybodys;
};

/// A login attempt with a code.
struct LoginGuess {
  /// Keyed hash of the code, under each secret key.
  CodeGuess digest;
  /// Whether the account's password was given as well, and is correct.
  bool password_is_right = false;
};

/// Reads sessions.
class SessionReads {
 public:
  virtual ~SessionReads() = default;
  SessionReads(const SessionReads&) = delete;
  SessionReads& operator=(const SessionReads&) = delete;

  /// Returns the session with its user, unless it has ended or expired at `now`. Called for every
  /// authenticated request, so implement it as a single statement.
  [[nodiscard]] virtual std::optional<LiveSession> find_live(const SessionId& id, UtcTime now) = 0;
  /// Returns the live sessions of a user, most recently used first, at most `limit`.
  [[nodiscard]] virtual std::vector<Session> list_sessions(const UserId& user, UtcTime now,
                                                           std::size_t limit) = 0;

 protected:
  SessionReads() = default;
};

/// Writes sessions; all within a Transaction.
class SessionWrites : public virtual SessionReads {
 public:
  /// Writes the session and the user's last_login if the user is still active, verified and at
  /// `security_version`: a user disabled after the password check gets no session.
  ///
  /// Afterwards the user has at most `max_sessions` (at least 1): the new session and the most
  /// recently used others (of equal ones, the greater id stays). Concurrent logins never exceed the
  /// limit after a commit.
  [[nodiscard]] virtual OpenedSession open_session(const NewSession& session,
                                                   std::int64_t security_version,
                                                   std::size_t max_sessions) = 0;

  /// Makes `code` the user's only login code, unless a live code exists (it must stay valid while
  /// its owner types it) or `max_per_day` codes of its budget were stored in the 24 hours since the
  /// budget's first. Returns whether it did; of many concurrent calls one does. Guesses of the day
  /// stay counted. For an unknown user it returns false at the same cost, so that timing does not
  /// reveal who has an account.
  [[nodiscard]] virtual bool put_login_code(const UserId& user, const NewLoginCode& code,
                                            std::size_t max_per_day, UtcTime now) = 0;
  /// Compares a guess with the user's login code: returns true if code and password are correct, at
  /// most once per code, which is used up by that. Returns false without comparing when there is no
  /// live code or `limits` are exceeded.
  ///
  /// Counts a guess, atomically with the comparison, when code or password is correct: this limits
  /// guesses at the code by somebody with the password, and at the password by somebody with the
  /// code. A caller with neither does not use up the owner's guesses.
  [[nodiscard]] virtual bool try_login_code(const UserId& user, const LoginGuess& guess,
                                            const GuessLimits& limits, UtcTime now) = 0;

  /// Marks the presented refresh token as used and makes the next one current, atomically.
  ///
  /// Of many concurrent calls with the same token exactly one is `rotated`; the others are
  /// `replayed`. A token that is neither the current one nor its predecessor within the grace
  /// period is `reused`, and the session ends. Callers have verified the token's tag.
  [[nodiscard]] virtual RotationResult rotate_refresh(const Rotation& rotation) = 0;

  /// Records that the user authenticated in this session at `now`, and how (Session::methods); an
  /// earlier time than the stored Session::authenticated_at changes neither. Returns false when
  /// there is no live session at `now`.
  virtual bool mark_authenticated(const SessionId& id, const std::string& methods, UtcTime now) = 0;
  /// Makes `next` the session's refresh token, as in a new session: the previous token and its
  /// stored successor become invalid, and presenting them is not a reuse. Extends the idle expiry
  /// like a refresh. Returns false when there is no live session at `now`.
  virtual bool replace_refresh(const SessionId& id, const RefreshTokenDigest& next,
                               std::chrono::milliseconds idle_lifetime, UtcTime now) = 0;

  /// Ends one session; with `owner`, only a session of that user. Returns false when there is no
  /// such session.
  virtual bool end_session(const SessionId& id, const std::optional<UserId>& owner) = 0;
  /// Ends all sessions of a user except `except`; returns their number.
  virtual std::size_t end_sessions(const UserId& user, const std::optional<SessionId>& except) = 0;
  /// Deletes at most `limit` expired sessions; returns their number.
  [[nodiscard]] virtual std::size_t delete_expired_sessions(UtcTime now, std::size_t limit) = 0;
};

}  // namespace coffeeauth
