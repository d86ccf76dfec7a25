#include "lib/jobs/delivering.hpp"

#include <algorithm>
#include <utility>

namespace coffeeauth::jobs {
namespace {

constexpr std::size_t most_octets_of_words = 200;
/// A bound for memory; all are forgotten where it ends, and so told of once more.
constexpr std::size_t most_mails_told = 10'000;

/// Doubles from `first` to `longest`, then a random half of it is taken off, so that many jobs that
/// failed together do not come back together.
std::chrono::milliseconds back_off(const JobConfig& rules, std::uint32_t attempts,
                                   RandomSource& random) {
  const auto doublings = std::min<std::uint32_t>(attempts, 20);
  const auto full = std::min<std::chrono::milliseconds>(
      std::chrono::milliseconds{rules.first_backoff} * (std::int64_t{1} << doublings),
      rules.max_backoff);
  const auto half = static_cast<std::uint32_t>(full.count() / 2);
  return full - std::chrono::milliseconds{uniform_below(random, half + 1)};
}

/// A Mailer may be an embedder's; what the Store cannot keep would stop every other verdict.
std::string printable(std::string words) {
  words.resize(std::min(words.size(), most_octets_of_words));
  std::replace_if(
      words.begin(), words.end(), [](char c) { return c < 0x20 || c > 0x7E; }, '?');
  return words;
}

/// Whether the server, and not this one mail, is in the way.
bool is_of_the_server(DeliveryProblem problem) {
  switch (problem) {
    case DeliveryProblem::login:
    case DeliveryProblem::unreachable:
    case DeliveryProblem::tls:
    case DeliveryProblem::protocol:
    case DeliveryProblem::local:
      return true;
    default:
      return false;
  }
}

/// Whether it is this service that the server refuses: mostly every mail then, and for long.
bool is_of_the_service(const Delivery& delivery) {
  return delivery.verdict == DeliveryVerdict::retry_later &&
         (delivery.problem == DeliveryProblem::sender ||
          delivery.problem == DeliveryProblem::policy ||
          delivery.problem == DeliveryProblem::quota);
}

/// What a Mailer that names no problem leaves to be said.
std::string reason_of(const Delivery& delivery) {
  if (delivery.problem != DeliveryProblem::none) return std::string{wire_name(delivery.problem)};
  return delivery.verdict == DeliveryVerdict::refused ? "refused" : "not_said";
}

}  // namespace

Delivering::Delivering(Services& services, std::unique_ptr<Carrier> carrier, ServerEvents events)
    : s_(services), carrier_(std::move(carrier)), events_(std::move(events)) {}

Outcome Delivering::deal_with(const ClaimedJob& claimed, JobTurn& turn) noexcept {
  try {
    const auto& job = claimed.job;
    if (job.expires_at && *job.expires_at <= s_.now()) {
      return {.ending = Ending::expired, .words = {}, .reason = "expired"};
    }
    if (claimed.abandoned >= s_.config.jobs.max_abandoned) {
      return {.ending = Ending::given_up,
              .words = "abandoned too often: every worker that took it ended",
              .reason = "abandoned"};
    }
    auto tried = carrier_->carry(job, turn);
    if (!tried) {
      // Another process, with the right key, may be able to: no number of tries here says that the
      // mail is lost.
      return {.ending = Ending::unreadable,
              .reason = "unreadable",
              .next_attempt_at = s_.now() + s_.config.jobs.max_backoff};
    }
    if (turn.was_refused() && tried->delivery.verdict != DeliveryVerdict::delivered) {
      return {.ending = Ending::not_begun, .next_attempt_at = s_.now()};
    }
    return judge(claimed, *std::move(tried));
  } catch (...) {
    // No memory. Its lease runs out, or is given back.
    return {.ending = Ending::not_begun,
            .next_attempt_at = s_.now() + s_.config.jobs.first_backoff};
  }
}

Outcome Delivering::judge(const ClaimedJob& claimed, Try tried) {
  const auto& rules = s_.config.jobs;
  auto& delivery = tried.delivery;
  const bool repeated = tried.reason.empty() && note(claimed, delivery);
  if (delivery.verdict == DeliveryVerdict::delivered) return {.ending = Ending::delivered};
  auto reason = tried.reason.empty() ? reason_of(delivery) : std::string{tried.reason};
  auto words = printable(std::move(delivery.reason));
  if (delivery.verdict == DeliveryVerdict::refused || claimed.attempts + 1 >= rules.max_attempts) {
    return {.ending = Ending::given_up,
            .words = std::move(words),
            .reason = std::move(reason),
            .turned_away = delivery.turned_away};
  }
  return {.ending = Ending::retry,
          .words = std::move(words),
          .reason = std::move(reason),
          .next_attempt_at = s_.now() + back_off(rules, claimed.attempts, s_.parts.random),
          .repeated = repeated,
          .server_failed = tried.reason.empty() && is_of_the_server(delivery.problem),
          .turned_away = delivery.turned_away};
}

Delivering::Server Delivering::after(Server before, const Delivery& delivery, bool tried_before) {
  if (delivery.verdict == DeliveryVerdict::delivered) return Server::well;
  if (is_of_the_server(delivery.problem)) return Server::failing;
  // Where others are sent, it is about this one mail, and its first try has said so.
  if (is_of_the_service(delivery)) {
    return before == Server::well && tried_before ? before : Server::unwilling;
  }
  const bool says_nothing =
      delivery.verdict == DeliveryVerdict::retry_later && delivery.problem == DeliveryProblem::none;
  // Any other answer comes from a server that can be used, and leaves open whether it is willing.
  return before == Server::failing && !says_nothing ? Server::unknown : before;
}

/// Whether the last try of this very mail ended in the same way; remembers this one.
bool Delivering::is_told(const JobId& job, const Delivery& delivery) {
  if (!is_of_the_service(delivery)) {
    told_of_mails_.erase(job);
    return false;
  }
  const auto told = told_of_mails_.find(job);
  if (told != told_of_mails_.end())
    return std::exchange(told->second, delivery.problem) == delivery.problem;
  if (told_of_mails_.size() == most_mails_told) told_of_mails_.clear();
  told_of_mails_.emplace(job, delivery.problem);
  return false;
}

/// Tells when the mail server begins to fail or to refuse the service, when it does so for another
/// reason, and when that is over; whether of this failure was told before.
bool Delivering::note(const ClaimedJob& claimed, const Delivery& delivery) {
  const auto is_bad = [](Server state) {
    return state == Server::unwilling || state == Server::failing;
  };
  const std::lock_guard lock{mutex_};
  const bool told = is_told(claimed.job.id, delivery);
  const bool was_bad = is_bad(server_);
  server_ = after(server_, delivery, claimed.attempts > 0);
  if (!is_bad(server_)) {
    told_of_server_.clear();
    if (was_bad) {
      s_.note({.kind = events_.recovered, .at = s_.now(), .details = events_.details});
    }
    return told;
  }
  if (!is_of_the_server(delivery.problem) && !is_of_the_service(delivery)) return false;
  if (!told_of_server_.insert(delivery.problem).second) return true;
  s_.note({.kind = events_.failing,
           .at = s_.now(),
           .reason = reason_of(delivery),
           .details = events_.details});
  return false;
}

}  // namespace coffeeauth::jobs
