#include "coffeeauth/testing/recording_events.hpp"

#include <algorithm>

namespace coffeeauth::testing {

void RecordingEvents::on(const Event& event) noexcept {
  const std::lock_guard lock{mutex_};
  events_.push_back(event);
  happened_.notify_all();
}

std::vector<Event> RecordingEvents::all() const {
  const std::lock_guard lock{mutex_};
  return events_;
}

std::size_t RecordingEvents::count(EventKind kind) const {
  const std::lock_guard lock{mutex_};
  return count_locked(kind);
}

std::size_t RecordingEvents::count_locked(EventKind kind) const {
  return static_cast<std::size_t>(std::count_if(
      events_.begin(), events_.end(), [kind](const Event& event) { return event.kind == kind; }));
}

std::optional<Event> RecordingEvents::last(EventKind kind) const {
  const std::lock_guard lock{mutex_};
  const auto found = std::find_if(events_.rbegin(), events_.rend(),
                                  [kind](const Event& event) { return event.kind == kind; });
  if (found == events_.rend()) return std::nullopt;
  return *found;
}

bool RecordingEvents::wait_for(EventKind kind, std::chrono::milliseconds patience) const {
  std::unique_lock lock{mutex_};
  return happened_.wait_for(lock, patience, [&] { return count_locked(kind) > 0; });
}

}  // namespace coffeeauth::testing
