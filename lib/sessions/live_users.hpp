#pragma once
/// LiveUsers: who a session belonged to a moment ago. Private to the library.

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "coffeeauth/session.hpp"
#include "lib/sessions/seen_sessions.hpp"

namespace coffeeauth {

/// Spares the Store the one read that every authenticated request would make.
///
/// What another process changed is seen when an entry's short life is over; what this process
/// changed is seen at once, because every write says forget(). A read that such a write overtook is
/// not kept: begin() notes what counted before the Store was asked, and an entry is good only while
/// that still counts. Bounded. Callable from any thread.
class LiveUsers {
 public:
  /// Entries live for `lifetime`, 0 for not at all; at most `capacity` are held, and as many
  /// sessions are remembered to have been live.
  LiveUsers(std::chrono::milliseconds lifetime, std::size_t capacity) noexcept;

  /// What the writes of this process had come to when the Store was about to be read.
  class Reading {
    friend class LiveUsers;
    std::uint64_t of_user = 0;
    std::uint64_t of_session = 0;
  };

  /// The user of the session as it was less than `lifetime` ago, while the session lasts.
  [[nodiscard]] std::optional<User> find(const SessionId& session, const UserId& user, UtcTime now);
  /// To be called before the Store is read.
  [[nodiscard]] Reading begin(const SessionId& session, const UserId& user) const noexcept;
  /// Keeps what was read after `reading` began, at `now`.
  void put(const Reading& reading, const LiveSession& live, UtcTime now);

  /// This process has just written to the session, which is live with tokens of that version.
  void opened(const SessionId& session, std::int64_t version) { seen_.note(session, version); }
  /// Whether tokens of that version of the session were live, of all that was put() or opened().
  /// Says nothing of now.
  [[nodiscard]] bool was_live(const SessionId& session, std::int64_t version) const {
    return seen_.holds(session, version);
  }
  /// The Store no longer says so.
  void died(const SessionId& session) { seen_.forget(session); }

  /// To be called after each write that may have changed the user, or a session of theirs, whether
  /// it succeeded or its answer was lost.
  void forget(const UserId& user) noexcept;
  void forget(const SessionId& session) noexcept;

  /// How many there are; for tests.
  [[nodiscard]] std::size_t size() const;

 private:
  struct Entry {
    User user;
    Reading reading;
    UtcTime read_at;
    UtcTime ends_at;
  };
  struct HashOfId {
    std::size_t operator()(const SessionId& id) const noexcept;
  };
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<SessionId, Entry, HashOfId> entries;
  };
  static constexpr std::size_t shard_count = 16;
  /// Writes are counted by a hash of what they change: two that share a counter only make each
  /// other be read again.
  static constexpr std::size_t counter_count = 4'096;

  [[nodiscard]] bool is_fresh(const Entry& entry, UtcTime now) const noexcept;
  [[nodiscard]] Shard& shard_of(const SessionId& session) noexcept;

  const std::chrono::milliseconds lifetime_;
  const std::size_t room_in_shard_;
  std::array<Shard, shard_count> shards_;
  SeenSessions seen_;
  std::array<std::atomic<std::uint64_t>, counter_count> user_writes_{};
  std::array<std::atomic<std::uint64_t>, counter_count> session_writes_{};
};

}  // namespace coffeeauth
