#include "coffeeauth/jobs/worker.hpp"

#include <algorithm>

#include "lib/auth/services.hpp"
#include "lib/jobs/loop_thread.hpp"
#include "lib/mail/mail_job.hpp"

namespace coffeeauth::jobs {
namespace {

/// The longest that one delivery may take (the Mailer's own deadline is 60 s): with less than this
/// left of the lease no further mail is begun, or another worker might send it too.
constexpr std::chrono::seconds delivery_time{62};

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

}  // namespace

struct MailWorker::State {
  State(Services& services, Mailer& mailer_in) : s(services), mailer(mailer_in) {}

  std::size_t run_once();
  void deal_with(const ClaimedJob& claimed);
  void put_back(const ClaimedJob& claimed) const;
  void deliver(const ClaimedJob& claimed, const MailParameters& parameters);
  Delivery render_and_send(const NewJob& job, const MailParameters& parameters);
  void step();

  template <class Verb>
  bool settle(Verb verb) const {
    return s.parts.store.transact([&](Transaction& tx) { return verb(tx.outbox()); });
  }
  void emit(EventKind kind) const { s.emit({.kind = kind, .at = s.now()}); }

  Services& s;
  Mailer& mailer;
  LoopThread thread;
};

std::size_t MailWorker::State::run_once() {
  const auto& rules = s.config.jobs;
  const auto now = s.now();
  const auto until = now + rules.lease;
  const auto lease = LeaseId::make(now, s.parts.random);
  const auto claimed = s.parts.store.transact(
      [&](Transaction& tx) { return tx.outbox().claim_jobs(rules.batch, lease, now, until); });
  for (const auto& job : claimed) {
    if (thread.stopping() || s.now() + delivery_time > until) {
      put_back(job);
    } else {
      deal_with(job);
    }
  }
  return claimed.size();
}

void MailWorker::State::put_back(const ClaimedJob& claimed) const {
  settle([&](OutboxWrites& outbox) {
    return outbox.retry_job(claimed.job.id, claimed.lease, s.now(), "not tried yet");
  });
}

void MailWorker::State::deal_with(const ClaimedJob& claimed) {
  const auto& job = claimed.job;
  if (job.expires_at && *job.expires_at <= s.now()) {
    settle([&](OutboxWrites& outbox) { return outbox.complete_job(job.id, claimed.lease); });
    return;
  }
  const auto parameters = open_mail_job(job, s.vault);
  if (!parameters) {
    settle([&](OutboxWrites& outbox) {
      return outbox.bury_job(job.id, claimed.lease, "sealed with another secret key");
    });
    emit(EventKind::mail_given_up);
    return;
  }
  deliver(claimed, *parameters);
}

Delivery MailWorker::State::render_and_send(const NewJob& job, const MailParameters& parameters) {
  MailContent content;
  try {
    content = s.parts.templates.render(job.kind, parameters);
  } catch (const std::exception& failure) {
    // An embedder's template; its text could hold anything, so it goes into no row.
    s.parts.diagnostics->tell({"mail template", job.kind, failure.what()});
    return {DeliveryVerdict::retry_later, "the template failed", DeliveryProblem::local};
  } catch (...) {
    s.parts.diagnostics->tell({"mail template", job.kind, "an exception of no known type"});
    return {DeliveryVerdict::retry_later, "the template failed", DeliveryProblem::local};
  }
  try {
    return mailer.deliver({.to = parameters.to,
                           .subject = std::move(content.subject),
                           .text = std::move(content.text),
                           .html = std::move(content.html),
                           .message_id = job.message_id,
                           .date = job.created_at});
  } catch (...) {
    // Its text could quote the mail, and so a code.
    s.parts.diagnostics->tell({"mailer", job.kind, "an exception"});
    return {DeliveryVerdict::retry_later, "the mailer failed", DeliveryProblem::local};
  }
}

void MailWorker::State::deliver(const ClaimedJob& claimed, const MailParameters& parameters) {
  const auto& job = claimed.job;
  const auto& rules = s.config.jobs;
  const auto delivery = render_and_send(job, parameters);
  if (delivery.verdict == DeliveryVerdict::delivered) {
    settle([&](OutboxWrites& outbox) { return outbox.complete_job(job.id, claimed.lease); });
    emit(EventKind::mail_delivered);
  } else if (delivery.verdict == DeliveryVerdict::refused ||
             claimed.attempts + 1 >= rules.max_attempts) {
    settle([&](OutboxWrites& outbox) {
      return outbox.bury_job(job.id, claimed.lease, delivery.reason);
    });
    emit(EventKind::mail_given_up);
  } else {
    const auto next = s.now() + back_off(rules, claimed.attempts, s.parts.random);
    settle([&](OutboxWrites& outbox) {
      return outbox.retry_job(job.id, claimed.lease, next, delivery.reason);
    });
    emit(EventKind::mail_delayed);
  }
}

void MailWorker::State::step() {
  const auto seen = s.job_written.count();
  const auto due = s.parts.store.outbox().next_due();
  if (due && *due <= s.now() && run_once() > 0) return;  // there may be more
  if (!thread.stopping()) s.job_written.wait_beyond(seen, s.config.jobs.poll_interval);
}

MailWorker::MailWorker(Services& services, Mailer& mailer)
    : state_(std::make_unique<State>(services, mailer)) {}

MailWorker::~MailWorker() { stop(); }

std::size_t MailWorker::run_once() { return state_->run_once(); }

void MailWorker::start() {
  auto& state = *state_;
  state.thread.start([&state] { state.step(); },
                     [&state] {
                       state.s.job_written.wait_beyond(state.s.job_written.count(),
                                                       state.s.config.jobs.poll_interval);
                     });
}

void MailWorker::stop() {
  state_->thread.stop([this] { wake(); });
}

void MailWorker::wake() noexcept { state_->s.job_written.notify(); }

}  // namespace coffeeauth::jobs
