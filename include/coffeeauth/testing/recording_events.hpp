#pragma once
/// RecordingEvents: keeps what happened to whom.

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

/// Callable from any thread.
class RecordingEvents final : public EventSink {
 public:
  /// Keeps a copy.
  void on(const Event& event) noexcept override;

  /// Oldest first.
  [[nodiscard]] std::vector<Event> all() const;
  /// How many there were of this kind.
  [[nodiscard]] std::size_t count(EventKind kind) const;
  /// The latest of this kind.
  [[nodiscard]] std::optional<Event> last(EventKind kind) const;
  /// Waits until there is one of this kind; false when `patience` runs out first.
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
