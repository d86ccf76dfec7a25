#pragma once
/// EventSink: what happened to whom, for audit, metrics and an embedder's own hooks.

#include "coffeeauth/event.hpp"
#include "coffeeauth/export.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// Called on the thread that did the work, after its transaction committed. Implementations must be
/// callable from many threads, quick, and must not call back into the library.
class EventSink {
 public:
  virtual ~EventSink() = default;
  EventSink(const EventSink&) = delete;
  EventSink& operator=(const EventSink&) = delete;

  /// Something happened. An event is told once; one that cannot be kept is lost, and so is whatever
  /// is thrown here: what has happened has happened.
  virtual void on(const Event& event) = 0;

 protected:
  EventSink() = default;
};

}  // namespace coffeeauth
