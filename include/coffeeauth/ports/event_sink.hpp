#pragma once
/// EventSink: receives events, for audit, metrics and an embedder's own hooks.

#include "coffeeauth/event.hpp"
#include "coffeeauth/export.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// Called on the thread that did the work, after its transaction committed. Implementations must be
/// thread-safe and quick, and must not call back into the library.
class EventSink {
 public:
  virtual ~EventSink() = default;
  EventSink(const EventSink&) = delete;
  EventSink& operator=(const EventSink&) = delete;

  /// Handles an event. Each event is reported once, without retry; exceptions are ignored, because
  /// the event has already happened.
  virtual void on(const Event& event) = 0;

 protected:
  EventSink() = default;
};

}  // namespace coffeeauth
