#include "event_log.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

namespace coffeeauth::server {
namespace {

std::string text_of(const auto& id) { return id ? id->str() : std::string{}; }

std::string text_of(const std::vector<EventDetail>& details) {
  std::string text;
  for (const auto& [name, value] : details) {
    text.append(text.empty() ? "" : ",").append(name).append("=").append(value);
  }
  return text;
}

/// What an operator should see although nothing is broken.
constexpr std::array warnings{EventKind::refresh_token_reused, EventKind::login_throttled,
                              EventKind::mail_given_up,        EventKind::mail_expired,
                              EventKind::mail_server_failing,  EventKind::job_given_up,
                              EventKind::job_expired,          EventKind::job_server_failing};

LogLevel level_of(const EventKind& kind) {
  if (kind == EventKind::background_failed) return LogLevel::error;
  const bool warns = std::find(warnings.begin(), warnings.end(), kind) != warnings.end();
  return warns ? LogLevel::warning : LogLevel::info;
}

}  // namespace

void EventLog::on(const Event& event) noexcept {
  try {
    metrics_.count_event(event);
    if (event.repeated) return;
    log_.write(level_of(event.kind), wire_name(event.kind),
               {{"user", text_of(event.user)},
                {"actor", text_of(event.actor)},
                {"session", text_of(event.session)},
                {"mail", event.mail},
                {"job", text_of(event.job)},
                {"part", event.part},
                {"reason", event.reason},
                {"details", text_of(event.details)},
                {"address", event.client.address},
                {"request_id", event.client.request_id},
                {"count", event.count == 1 ? std::string{} : std::to_string(event.count)}});
  } catch (const std::exception&) {
    // A line is lost rather than a request.
  }
}

void DiagnosticsLog::tell(const Diagnostic& diagnostic) noexcept {
  try {
    log_.write(LogLevel::error, "own_code_failed",
               {{"what", std::string{diagnostic.what}},
                {"which", std::string{diagnostic.which}},
                {"text", std::string{diagnostic.text}}});
  } catch (const std::exception&) {
    // A line is lost rather than a request.
  }
}

}  // namespace coffeeauth::server
