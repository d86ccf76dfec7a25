#pragma once
/// The sessions of a SQL store. See coffeeauth/ports/session_store.hpp.

#include "adapters/sql/src/pool.hpp"
#include "coffeeauth/ports/session_store.hpp"

namespace coffeeauth::sql {

class SqlSessionReads : public virtual SessionReads {
 public:
  explicit SqlSessionReads(ConnectionSource& source) : source_(source) {}

  std::optional<LiveSession> find_live(const SessionId& id, UtcTime now) override;
  std::vector<Session> list_sessions(const UserId& user, UtcTime now, std::size_t limit) override;

 protected:
  ConnectionSource& source_;
};

class SqlSessionWrites final : public SessionWrites, public SqlSessionReads {
 public:
  using SqlSessionReads::SqlSessionReads;

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
};

}  // namespace coffeeauth::sql
