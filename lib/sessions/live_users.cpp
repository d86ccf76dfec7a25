#include "lib/sessions/live_users.hpp"

#include <algorithm>
#include <cstring>

namespace coffeeauth {
namespace {

/// The random end of a UUIDv7: its beginning is the time, and alike for all of one moment.
std::uint64_t random_end_of(const UuidBytes& bytes) noexcept {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data() + sizeof value, sizeof value);
  return value;
}

template <class Counters, class Tag>
auto& counter_of(Counters& counters, const Id<Tag>& id) noexcept {
  return counters[(random_end_of(id.bytes()) >> 32U) % counters.size()];
}

}  // namespace

LiveUsers::LiveUsers(std::chrono::milliseconds lifetime, std::size_t capacity) noexcept
    : lifetime_(lifetime),
      room_in_shard_(lifetime.count() > 0 ? (capacity + shard_count - 1) / shard_count : 0),
      seen_(capacity) {}

std::optional<User> LiveUsers::find(const SessionId& session, const UserId& user, UtcTime now) {
  auto& shard = shard_of(session);
  const std::scoped_lock lock{shard.mutex};
  const auto found = shard.entries.find(session);
  if (found == shard.entries.end()) return std::nullopt;
  const auto& entry = found->second;
  if (entry.user.id != user || !is_fresh(entry, now)) return std::nullopt;
  const auto present = begin(session, user);
  if (entry.reading.of_user != present.of_user || entry.reading.of_session != present.of_session) {
    return std::nullopt;
  }
  return entry.user;
}

LiveUsers::Reading LiveUsers::begin(const SessionId& session, const UserId& user) const noexcept {
  Reading reading;
  reading.of_user = counter_of(user_writes_, user).load();
  reading.of_session = counter_of(session_writes_, session).load();
  return reading;
}

void LiveUsers::put(const Reading& reading, const LiveSession& live, UtcTime now) {
  const auto& session = live.session;
  seen_.note(session.id, live.user.security_version);
  if (room_in_shard_ == 0) return;
  auto& shard = shard_of(session.id);
  const std::scoped_lock lock{shard.mutex};
  auto& entries = shard.entries;
  if (entries.size() >= room_in_shard_ && !entries.contains(session.id)) {
    std::erase_if(entries, [&](const auto& item) { return !is_fresh(item.second, now); });
    // Full of those that are in use: who comes now is read from the Store until one of them goes.
    if (entries.size() >= room_in_shard_) return;
  }
  entries.insert_or_assign(session.id,
                           Entry{.user = live.user,
                                 .reading = reading,
                                 .read_at = now,
                                 .ends_at = std::min(session.idle_expires_at, session.expires_at)});
}

void LiveUsers::forget(const UserId& user) noexcept { ++counter_of(user_writes_, user); }
void LiveUsers::forget(const SessionId& session) noexcept {
  ++counter_of(session_writes_, session);
}

std::size_t LiveUsers::size() const {
  std::size_t total = 0;
  for (const auto& shard : shards_) {
    const std::scoped_lock lock{shard.mutex};
    total += shard.entries.size();
  }
  return total;
}

bool LiveUsers::is_fresh(const Entry& entry, UtcTime now) const noexcept {
  // A clock that was set back makes it old, too.
  return now >= entry.read_at && now - entry.read_at < lifetime_ && now < entry.ends_at;
}

LiveUsers::Shard& LiveUsers::shard_of(const SessionId& session) noexcept {
  return shards_[HashOfId{}(session) % shard_count];
}

std::size_t LiveUsers::HashOfId::operator()(const SessionId& id) const noexcept {
  return static_cast<std::size_t>(random_end_of(id.bytes()));
}

}  // namespace coffeeauth
