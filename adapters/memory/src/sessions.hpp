#pragma once
/// The sessions of the memory store.

#include "adapters/memory/src/database.hpp"

namespace coffeeauth::memory {

class MemorySessionReads : public virtual SessionReads {
 public:
  explicit MemorySessionReads(Database& database) : database_(database) {}

  std::optional<LiveSession> find_live(const SessionId& id, UtcTime now) override;
  std::vector<Session> list_sessions(const UserId& user, UtcTime now) override;

 protected:
  Database& database_;
};

class MemorySessionWrites final : public SessionWrites, public MemorySessionReads {
 public:
  explicit MemorySessionWrites(Unit& unit) : MemorySessionReads(unit.database), unit_(unit) {}

  OpenSessionOutcome open_session(const NewSession& opened, std::int64_t security_version) override;
  RotationResult rotate_refresh(const Rotation& rotation) override;
  bool end_session(const SessionId& id, const std::optional<UserId>& owner) override;
  std::size_t end_sessions(const UserId& user, const std::optional<SessionId>& except) override;
  std::size_t delete_expired_sessions(UtcTime now, std::size_t limit) override;

 private:
  Unit& unit_;
};

}  // namespace coffeeauth::memory
