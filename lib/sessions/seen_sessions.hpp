#pragma once
/// SeenSessions: which sessions the Store was once seen to hold. Private to the library.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "coffeeauth/ids.hpp"

namespace coffeeauth {

/// Remembers for longer than anything may be believed, and only to tell who was somebody from who
/// never was. Bounded: two halves, of which the older is dropped when the younger is full. Callable
/// from any thread.
class SeenSessions {
 public:
  /// At most `capacity` are held; 0 for none.
  explicit SeenSessions(std::size_t capacity) noexcept : room_(capacity / 2) {}

  /// The session was live, with tokens of that version.
  void note(const SessionId& session, std::int64_t version) {
    if (room_ == 0) return;
    const std::scoped_lock lock{mutex_};
    if (young_.size() >= room_ && !young_.contains(session)) {
      old_ = std::exchange(young_, {});
    }
    young_.insert_or_assign(session, version);
  }
  [[nodiscard]] bool holds(const SessionId& session, std::int64_t version) const {
    const std::scoped_lock lock{mutex_};
    for (const auto* half : {&young_, &old_}) {
      if (const auto found = half->find(session); found != half->end()) {
        return found->second == version;
      }
    }
    return false;
  }
  void forget(const SessionId& session) {
    const std::scoped_lock lock{mutex_};
    young_.erase(session);
    old_.erase(session);
  }
  /// How many there are; for tests.
  [[nodiscard]] std::size_t size() const {
    const std::scoped_lock lock{mutex_};
    return young_.size() + old_.size();
  }

 private:
  /// The random end of a UUIDv7.
  struct HashOfId {
    std::size_t operator()(const SessionId& id) const noexcept {
      std::uint64_t value = 0;
      std::memcpy(&value, id.bytes().data() + sizeof value, sizeof value);
      return static_cast<std::size_t>(value);
    }
  };
  using Half = std::unordered_map<SessionId, std::int64_t, HashOfId>;

  const std::size_t room_;
  mutable std::mutex mutex_;
  Half young_;
  Half old_;
};

}  // namespace coffeeauth
