#include "coffeeauth/jobs/worker.hpp"

#include <algorithm>
#include <atomic>
#include <functional>
#include <limits>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "lib/auth/services.hpp"
#include "lib/jobs/delivering.hpp"
#include "lib/jobs/delivery_threads.hpp"
#include "lib/jobs/hands.hpp"
#include "lib/jobs/pace.hpp"
#include "lib/jobs/part_health.hpp"
#include "lib/jobs/turns.hpp"
#include "lib/jobs/worker_words.hpp"

namespace coffeeauth::jobs {
namespace {

using Steady = std::chrono::steady_clock;
using namespace std::chrono_literals;

/// A lease is renewed when a third of it is over, so that one failed renewal does not lose it.
constexpr int renewals_in_a_lease = 3;
constexpr auto between_tries_at_the_end = 100ms;
/// How often a stopping worker with nothing else to do tries to reach a Store that is gone.
constexpr int tries_at_the_end = 10;

bool settle(OutboxWrites& outbox, const Unsettled& one, UtcTime now) {
  const auto& id = one.claimed.job.id;
  const auto& lease = one.claimed.lease;
  const auto& outcome = one.outcome;
  switch (outcome.ending) {
    case Ending::delivered:
    case Ending::expired:
      return outbox.complete_job(id);
    case Ending::retry:
      return outbox.retry_job(id, lease, outcome.next_attempt_at, outcome.words);
    case Ending::given_up:
      return outbox.bury_job(id, lease, outcome.words, now);
    case Ending::unreadable:
    case Ending::not_begun:
      return outbox.release_job(id, lease, outcome.next_attempt_at);
  }
  return false;
}

std::string own_channel(std::string_view channel) {
  if (channel != mail_channel) return std::string{channel};
  throw std::invalid_argument("mails are delivered by a MailWorker, not by a JobWorker");
}

}  // namespace

struct Worker::State {
  State(Services& services, std::string served, WorkerWords told, std::unique_ptr<Carrier> carrier)
      : s(services),
        counted(services),
        channel(std::move(served)),
        words(std::move(told)),
        delivering(services, std::move(carrier), words.server) {
    turns.allow(pace.in_doubt());
  }

  std::size_t run_once();
  void run();
  void step();
  /// What was claimed, and until when it is ours.
  struct Claim {
    std::vector<ClaimedJob> jobs;
    UtcTime lease_ends{};
  };
  Claim talk_to_store(std::size_t free);
  std::size_t room() const;
  void set_apart(Claim& claim);
  void dispatch(DeliveryThreads& to, const Claim& claim);
  void give_back(const std::vector<ClaimedJob>& unbegun);
  void tell(const Unsettled& one, bool done) const;
  void learn_from(const Outcome& outcome, std::size_t waiting);
  void begin_anew();

  /// `ending`: no mail is handed over any more. Borrowed.
  std::function<void(const ClaimedJob&)> deliverer(const std::atomic<bool>& ending) {
    return [this, &ending](const ClaimedJob& claimed) {
      const auto& id = claimed.job.id;
      JobTurn own{turns, id, ending, [&] { return hands.is_ours(id, s.now()); }};
      hands.begin(id);
      auto outcome = delivering.deal_with(claimed, own);
      if (outcome.turned_away && hands.had_company(id)) {
        outcome.ending = Ending::not_begun;
        outcome.next_attempt_at = s.now() + s.config.jobs.first_backoff;
      }
      const bool in_doubt = outcome.ending == Ending::delivered;
      const bool is_here = hands.finish(id, std::move(outcome));
      // Of what was delivered the Store has to hear first.
      if (!in_doubt || !is_here) turns.give_back(id);
      s.job_written.notify();
    };
  }
  /// A mail that was in the hands of so many workers when they died may be what they died of.
  [[nodiscard]] bool is_suspect(const ClaimedJob& claimed) const {
    return claimed.abandoned >= s.config.jobs.alone_after;
  }
  LeaseId own_lease() {
    if (!lease) lease = LeaseId::make(s.now(), s.parts.random);
    return *lease;
  }
  [[nodiscard]] std::chrono::milliseconds renewal_pause() const {
    return std::chrono::milliseconds{s.config.jobs.lease} / renewals_in_a_lease;
  }

  Services& s;
  const BackgroundPart counted;
  const std::string channel;
  const WorkerWords words;
  Delivering delivering;
  Hands hands;
  Turns turns;
  PartHealth health{s, words.part};
  /// One for all jobs of this worker. Guarded, with what follows it, by `turn`: one thread at a
  /// time talks to the Store.
  std::mutex turn;
  std::optional<LeaseId> lease;
  Steady::time_point renewed{};
  UtcTime renewed_at{};
  Pace pace{s.config.jobs};
  /// One mail at a time, because there are suspects.
  bool careful = false;
  std::atomic<bool> stopping{false};
  std::atomic<Steady::rep> last_moment{0};
  std::thread thread;
  /// Last, so that its threads end before what they use.
  std::optional<DeliveryThreads> threads;
};

/// One transaction: what ended is settled, what goes on is renewed, and at most `free` more are
/// claimed.
Worker::State::Claim Worker::State::talk_to_store(std::size_t free) {
  const auto ended = hands.unsettled();
  const auto steady_now = Steady::now();
  const auto now = s.now();
  // By the clock of the leases, too: the other one may have stood still with the machine.
  const bool renews =
      steady_now - renewed >= renewal_pause() || now - renewed_at >= renewal_pause();
  const auto begun = renews ? hands.unfinished() : std::vector<JobId>{};
  if (free > 0) {
    const auto due = s.parts.store.outbox().next_due(channel);
    if (!due || *due > now) free = 0;
  }
  if (ended.empty() && begun.empty() && free == 0) return {};

  const auto mine = own_lease();
  const auto until = now + s.config.jobs.lease;
  std::vector<bool> done;
  std::vector<ClaimedJob> claimed;
  std::vector<JobId> kept;
  std::vector<JobId> lost;
  try {
    s.parts.store.transact([&](Transaction& tx) {
      auto& outbox = tx.outbox();
      done.clear();
      kept.clear();
      lost.clear();
      for (const auto& one : ended) done.push_back(settle(outbox, one, now));
      for (const auto& id : begun) {
        (outbox.renew_lease(id, mine, until) ? kept : lost).push_back(id);
      }
      claimed =
          free > 0 ? outbox.claim_jobs(channel, free, mine, now, until) : std::vector<ClaimedJob>{};
    });
  } catch (...) {
    hands.doubt(ended);
    throw;
  }
  if (renews) {
    renewed = steady_now;
    renewed_at = now;
  }
  hands.renewed(kept, until);
  // Before turns are given back, which the lost ones may be waiting for.
  turns.lose(lost);
  const auto waiting = turns.waiting();
  for (const auto& one : ended) {
    hands.settled(one.claimed.job.id);
    turns.give_back(one.claimed.job.id);
    learn_from(one.outcome, waiting);
  }
  for (std::size_t i = 0; i < ended.size(); ++i) tell(ended[i], done[i]);
  return {std::move(claimed), until};
}

void Worker::State::tell(const Unsettled& one, bool done) const {
  const auto& outcome = one.outcome;
  const auto kind = event_of(outcome.ending, words);
  // Whoever has the job now tells what becomes of it; but what was delivered was delivered.
  if (!kind || !(done || one.uncertain || outcome.ending == Ending::delivered)) return;
  s.note({.kind = *kind,
          .at = s.now(),
          .mail = one.claimed.job.kind,
          .job = one.claimed.job.id,
          .reason = outcome.reason,
          .repeated = outcome.repeated,
          .details = words.server.details});
}

void Worker::State::learn_from(const Outcome& outcome, std::size_t waiting) {
  if (outcome.server_failed) {
    begin_anew();
  } else if (outcome.turned_away) {
    pace.turned_away();
  } else if (outcome.ending != Ending::not_begun && outcome.ending != Ending::unreadable) {
    pace.answered(waiting);
    turns.allow(pace.in_doubt());
  }
}

void Worker::State::begin_anew() {
  pace.begin_anew();
  turns.allow(pace.in_doubt());
}

/// How many more mails may be claimed now.
std::size_t Worker::State::room() const {
  const auto busy = hands.unfinished().size();
  const auto most = careful ? 1 : pace.at_once();
  return busy < most ? most - busy : 0;
}

/// Gives suspects back until each can be alone in this process, so that one mail which ends its
/// worker takes no others with it: theirs would be counted as abandoned, too.
void Worker::State::set_apart(Claim& claim) {
  auto& claimed = claim.jobs;
  const auto suspect = [this](const ClaimedJob& job) { return is_suspect(job); };
  const bool has_suspects = std::any_of(claimed.begin(), claimed.end(), suspect);
  const bool alone = claimed.size() == 1 && hands.unfinished().empty();
  careful = has_suspects;
  if (!has_suspects || alone) return;
  const auto first = std::stable_partition(claimed.begin(), claimed.end(), std::not_fn(suspect));
  std::vector<ClaimedJob> suspects{first, claimed.end()};
  claimed.erase(first, claimed.end());
  // As in dispatch(): what is here already goes on.
  std::erase_if(suspects,
                [&](const ClaimedJob& job) { return !hands.take(job, claim.lease_ends); });
  give_back(suspects);
  s.job_written.notify();
}

void Worker::State::dispatch(DeliveryThreads& to, const Claim& claim) {
  std::vector<JobId> here;
  for (const auto& job : claim.jobs) {
    if (!hands.take(job, claim.lease_ends)) {
      // It was taken back from nobody: its lease had run out.
      here.push_back(job.job.id);
    } else if (!to.submit(job)) {
      give_back({job});
    }
  }
  hands.renewed(here, claim.lease_ends);
}

void Worker::State::give_back(const std::vector<ClaimedJob>& unbegun) {
  for (const auto& job : unbegun) {
    hands.finish(job.job.id, {.ending = Ending::not_begun, .next_attempt_at = s.now()});
  }
}

std::size_t Worker::State::run_once() {
  std::atomic<bool> failed{false};
  DeliveryThreads alone{1, deliverer(failed)};
  std::vector<ClaimedJob> claimed;
  {
    const std::lock_guard lock{turn};
    auto claim = talk_to_store(careful ? 1 : s.config.jobs.concurrency);
    claimed = claim.jobs;
    set_apart(claim);
    dispatch(alone, claim);
  }
  try {
    while (hands.holds_any(claimed)) {
      const auto seen = s.job_written.count();
      {
        const std::lock_guard lock{turn};
        static_cast<void>(talk_to_store(0));
      }
      if (hands.holds_any(claimed)) s.job_written.wait_beyond(seen, renewal_pause());
    }
  } catch (...) {
    // The turn that the next mail waits for is that of one which cannot be settled now.
    failed = true;
    turns.look_again();
    give_back(alone.withdraw());
    throw;
  }
  return claimed.size();
}

void Worker::State::step() {
  const std::lock_guard lock{turn};
  if (stopping) {
    give_back(threads->withdraw());
    static_cast<void>(talk_to_store(0));
    return;
  }
  const auto free = room();
  auto claim = talk_to_store(free);
  if (claim.jobs.empty() && hands.empty()) begin_anew();
  if (claim.jobs.empty()) return;
  const bool more = claim.jobs.size() == free;
  set_apart(claim);
  dispatch(*threads, claim);
  // What was settled just now may have made room.
  if (more && room() > 0) s.job_written.notify();
}

void Worker::State::run() {
  int failures_at_the_end = 0;
  for (;;) {
    const auto seen = s.job_written.count();
    bool reached = true;
    try {
      step();
      health.well();
    } catch (const std::exception& failure) {
      reached = false;
      health.failed(failure_word(failure));
    } catch (...) {  // an embedder's Store
      reached = false;
      health.failed("failed");
    }
    const auto pause = std::min(s.config.jobs.poll_interval, renewal_pause());
    if (!stopping) {
      s.job_written.wait_beyond(seen, pause);
      continue;
    }
    if (!reached && hands.unfinished().empty()) ++failures_at_the_end;
    const bool late = Steady::now().time_since_epoch().count() >= last_moment;
    if (hands.empty() || late || failures_at_the_end >= tries_at_the_end) return;
    s.job_written.wait_beyond(seen, between_tries_at_the_end);
  }
}

Worker::Worker(std::unique_ptr<State> state) : state_(std::move(state)) {}

MailWorker::MailWorker(Services& services, Mailer& mailer)
    : Worker(std::make_unique<State>(services, std::string{mail_channel}, words_for_mails(),
                                     make_mail_carrier(services, mailer))) {}

JobWorker::JobWorker(Services& services, std::string_view channel, JobHandler& handler)
    : Worker(std::make_unique<State>(services, own_channel(channel), words_for(channel),
                                     make_job_carrier(services, handler))) {}

Worker::~Worker() {
  if (stop()) return;
  // The Mailer or handler keeps its own deadline late, or the Store is gone: one last try.
  state_->threads.reset();
  try {
    const std::lock_guard lock{state_->turn};
    static_cast<void>(state_->talk_to_store(0));
  } catch (...) {
    // Another worker delivers them again, with the same id.
  }
}

std::size_t Worker::run_once() { return state_->run_once(); }

void Worker::start() {
  auto& state = *state_;
  if (state.thread.joinable()) return;
  state.stopping = false;
  state.last_moment = std::numeric_limits<Steady::rep>::max();
  if (!state.threads) {
    state.threads.emplace(state.s.config.jobs.concurrency, state.deliverer(state.stopping));
  }
  state.thread = std::thread([&state] { state.run(); });
}

void Worker::request_stop() noexcept {
  state_->stopping = true;
  state_->turns.look_again();
  wake();
}

bool Worker::stop(std::chrono::milliseconds grace) {
  state_->last_moment = (Steady::now() + grace).time_since_epoch().count();
  request_stop();
  if (state_->thread.joinable()) state_->thread.join();
  return state_->hands.empty();
}

void Worker::wake() noexcept { state_->s.job_written.notify(); }

}  // namespace coffeeauth::jobs
