#pragma once
/// WorkerWords: the events of a worker. Private to the library.

#include <optional>
#include <string>
#include <string_view>

#include "coffeeauth/event.hpp"
#include "lib/jobs/delivering.hpp"
#include "lib/jobs/hands.hpp"

namespace coffeeauth::jobs {

/// What a worker tells, in the words of its channel.
struct WorkerWords {
  std::string part;
  EventKind delivered;
  EventKind expired;
  EventKind delayed;
  EventKind given_up;
  ServerEvents server;
};

[[nodiscard]] inline WorkerWords words_for_mails() {
  return {.part = "worker",
          .delivered = EventKind::mail_delivered,
          .expired = EventKind::mail_expired,
          .delayed = EventKind::mail_delayed,
          .given_up = EventKind::mail_given_up,
          .server = {EventKind::mail_server_failing, EventKind::mail_server_recovered, {}}};
}

[[nodiscard]] inline WorkerWords words_for(std::string_view channel) {
  return {.part = std::string{channel}.append("_worker"),
          .delivered = EventKind::job_delivered,
          .expired = EventKind::job_expired,
          .delayed = EventKind::job_delayed,
          .given_up = EventKind::job_given_up,
          .server = {EventKind::job_server_failing,
                     EventKind::job_server_recovered,
                     {{"channel", std::string{channel}}}}};
}

/// Nothing of what was not begun.
[[nodiscard]] inline std::optional<EventKind> event_of(Ending ending, const WorkerWords& words) {
  switch (ending) {
    case Ending::delivered:
      return words.delivered;
    case Ending::expired:
      return words.expired;
    case Ending::retry:
    case Ending::unreadable:
      return words.delayed;
    case Ending::given_up:
      return words.given_up;
    case Ending::not_begun:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace coffeeauth::jobs
