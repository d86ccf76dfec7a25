#pragma once
/// What becomes a line of the log: events, and what an embedder's own code did wrong.

#include "coffeeauth/ports/diagnostics.hpp"
#include "coffeeauth/ports/event_sink.hpp"
#include "log.hpp"
#include "metrics.hpp"

namespace coffeeauth::server {

/// Audit lines and counts of what happens. Borrows both.
class EventLog final : public EventSink {
 public:
  EventLog(Log& log, Metrics& metrics) : log_(log), metrics_(metrics) {}

  void on(const Event& event) noexcept override;

 private:
  Log& log_;
  Metrics& metrics_;
};

/// What an embedder's own code did wrong; in this program the code of its own routes.
class DiagnosticsLog final : public Diagnostics {
 public:
  explicit DiagnosticsLog(Log& log) : log_(log) {}

  void tell(const Diagnostic& diagnostic) noexcept override;

 private:
  Log& log_;
};

}  // namespace coffeeauth::server
