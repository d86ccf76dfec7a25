#pragma once
/// RecordingEvents: an EventSink that keeps all events.

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/event_sink.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace testing {

/// Thread-safe.
class RecordingEvents final : public EventSink {
 public:
  /// Stores a copy.
  void on(const Event& event) noexcept override;

  /// All events, oldest first.
  [[nodiscard]] std::vector<Event> all() const;
  /// Number of events of this kind.
  [[nodiscard]] std::size_t count(EventKind kind) const;
  /// The latest event of this kind; nothing when there is none.
  [[nodiscard]] std::optional<Event> last(EventKind kind) const;
  /// Waits for an event of this kind; returns false when `patience` runs out first.
  [[nodiscard]] bool wait_for(EventKind kind,
                              std::chrono::milliseconds patience = std::chrono::seconds{30}) const;

 private:
  [[nodiscard]] std::size_t count_locked(EventKind kind) const;

  mutable std::mutex mutex_;
  mutable std::condition_variable happened_;
  std::vector<Event> events_;
};

}  // namespace testing
}  // namespace coffeeauth
