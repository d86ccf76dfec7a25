#pragma once
/// The sessions of the memory store.

#include "adapters/memory/src/database.hpp"

namespace coffeeauth::memory {

class MemorySessionReads : public virtual SessionReads {
 public:
  explicit MemorySessionReads(Database& database) : database_(database) {}

  std::optional<LiveSession> find_live(const SessionId& id, UtcTime now) override;
  std::vector<Session> list_sessions(const UserId& user, UtcTime now, std::size_t limit) override;

 protected:
  Database& database_;
};

class MemorySessionWrites final : public SessionWrites, public MemorySessionReads {
 public:
  explicit MemorySessionWrites(Unit& unit) : MemorySessionReads(unit.database), unit_(unit) {}

  OpenedSession open_session(const NewSession& opened, std::int64_t security_version,
                             std::size_t max_sessions) override;
  bool put_login_code(const UserId& user, const NewLoginCode& code, std::size_t max_per_day,
                      UtcTime now) override;
  bool try_login_code(const UserId& user, const LoginGuess& guess, const GuessLimits& limits,
                      UtcTime now) override;
  RotationResult rotate_refresh(const Rotation& rotation) override;
  bool mark_authenticated(const SessionId& id, const std::string& methods, UtcTime now) override;
  bool replace_refresh(const SessionId& id, const RefreshTokenDigest& next,
                       std::chrono::milliseconds idle_lifetime, UtcTime now) override;
  bool end_session(const SessionId& id, const std::optional<UserId>& owner) override;
  std::size_t end_sessions(const UserId& user, const std::optional<SessionId>& except) override;
  std::size_t delete_expired_sessions(UtcTime now, std::size_t limit) override;

 private:
  std::size_t make_room(const Session& opened, std::size_t max_sessions);
  /// The row, kept for a rollback; null when there is none that lives.
  SessionRow* hold_live(const SessionId& id, UtcTime now);

  Unit& unit_;
};

}  // namespace coffeeauth::memory
