#pragma once
/// The outbox of a Store: mail jobs written in the transaction that wants the mail, delivered by a
/// worker at least once. Start at ports/store.hpp.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ids.hpp"
#include "coffeeauth/time.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// Where a mail job stands. One that was delivered is gone.
enum class JobState {
  /// Waits for its time, or is being worked on under a lease.
  pending,
  /// Given up: an administrator can look at it and retry it.
  dead,
};

/// A mail to be sent. Its payload is sealed: a Store never holds a code in the clear.
struct NewJob {
  /// Names the job in every call below.
  JobId id;
  /// Which template, a stable word such as `verification_code`.
  std::string kind;
  /// The encrypted parameters; bytes.
  std::string sealed_payload;
  /// Does not change between tries, so that the receiving side can drop a double.
  std::string message_id;
  /// Orders the queue.
  UtcTime created_at{};
  /// After this the mail is of no use (its code has expired): it is dropped, not sent.
  std::optional<UtcTime> expires_at{};
};

/// A job in the worker's hands until the lease ends. The LeaseId is the proof.
struct ClaimedJob {
  /// What to do.
  NewJob job;
  /// For renew_lease(), release_job(), retry_job() and bury_job().
  LeaseId lease;
  /// Tries that ended before: those that retry_job() told of.
  std::uint32_t attempts = 0;
  /// Earlier claims whose lease ran out without a word: the worker died, perhaps of this job.
  std::uint32_t abandoned = 0;
};

/// A job as an administrator sees it: no payload.
struct JobSummary {
  /// For revive_job().
  JobId id;
  /// Which template.
  std::string kind;
  /// Waiting or given up.
  JobState state = JobState::pending;
  /// Tries that ended.
  std::uint32_t attempts = 0;
  /// Claims whose lease ran out without a word.
  std::uint32_t abandoned = 0;
  /// When the mail was asked for.
  UtcTime created_at{};
  /// When a worker may take it (next); of a dead one, when it was given up.
  UtcTime next_attempt_at{};
  /// Why the last try failed; fixed words, never those of a server.
  std::string last_error;
};

/// What is sealed of a job, for sealing it anew.
struct SealedJob {
  /// For reseal_job().
  JobId id;
  /// What the payload is bound to, with the id.
  std::string kind;
  /// The encrypted parameters; bytes.
  std::string sealed_payload;
};

/// How much waits, for health checks and metrics.
struct OutboxDepth {
  /// Jobs that wait or are in a worker's hands.
  std::size_t pending = 0;
  /// Jobs given up.
  std::size_t dead = 0;
  /// When the oldest pending job was written.
  std::optional<UtcTime> oldest_pending{};
};

/// Reads of the outbox, for operators and metrics.
class OutboxReads {
 public:
  virtual ~OutboxReads() = default;
  OutboxReads(const OutboxReads&) = delete;
  OutboxReads& operator=(const OutboxReads&) = delete;

  /// The oldest jobs in `state`, at most `limit`.
  [[nodiscard]] virtual std::vector<JobSummary> list_jobs(JobState state, std::size_t limit) = 0;
  /// All jobs, dead ones and those in a worker's hands too, whose id is greater than `after`: the
  /// least ids first, at most `limit`. JobId{} is less than every id.
  [[nodiscard]] virtual std::vector<SealedJob> list_sealed_jobs(const JobId& after,
                                                                std::size_t limit) = 0;
  /// Counted now.
  [[nodiscard]] virtual OutboxDepth depth() = 0;
  /// When the next pending job is due or its lease runs out; nothing when none is pending. A moment
  /// long past means that no worker takes any.
  [[nodiscard]] virtual std::optional<UtcTime> next_due() = 0;

 protected:
  OutboxReads() = default;
};

/// The queue's verbs; all inside a Transaction.
class OutboxWrites : public virtual OutboxReads {
 public:
  /// Writes a pending job that is due at once. It is seen by workers when the transaction commits.
  virtual void enqueue(const NewJob& job) = 0;

  /// Takes at most `limit` pending jobs that are due at `now`, oldest first, under `lease` until
  /// `until`. No job is in two hands before its lease has run out; a job whose lease ran out can be
  /// claimed again, and that is counted in `abandoned`. Claiming is no try.
  [[nodiscard]] virtual std::vector<ClaimedJob> claim_jobs(std::size_t limit, const LeaseId& lease,
                                                           UtcTime now, UtcTime until) = 0;

  /// Removes a job, payload and all, whoever holds it and whether it is pending or dead: one that
  /// was delivered must not be sent again, even when the news comes late and another worker has
  /// taken it over. Exactly one caller gets true for a job; false when it is gone already.
  virtual bool complete_job(const JobId& job) = 0;

  /// Moves the end of the lease to `until`. False when the lease is no longer the job's: another
  /// worker has it or had it, and nothing changed. The same holds for release_job(), retry_job()
  /// and bury_job().
  virtual bool renew_lease(const JobId& job, const LeaseId& lease, UtcTime until) = 0;
  /// Gives back a job that was not begun, due at `due_at`. Counts nothing.
  virtual bool release_job(const JobId& job, const LeaseId& lease, UtcTime due_at) = 0;
  /// Counts a try that ended, and puts the job back until `next_attempt_at`.
  virtual bool retry_job(const JobId& job, const LeaseId& lease, UtcTime next_attempt_at,
                         const std::string& reason) = 0;
  /// Counts a try that ended, and moves the job to `dead` as given up at `now`.
  virtual bool bury_job(const JobId& job, const LeaseId& lease, const std::string& reason,
                        UtcTime now) = 0;

  /// Makes a job pending and due at `now`, its tries and abandoned claims at zero, whether it is
  /// dead or waits for its next try. False when there is none, or it is in a worker's hands at
  /// `now`.
  virtual bool revive_job(const JobId& job, UtcTime now) = 0;
  /// Replaces the payload of a job by `to` while it still is `from`, whoever holds the job. False,
  /// and nothing changed, when it is something else or the job is gone. A lease stays as it is.
  [[nodiscard]] virtual bool reseal_job(const JobId& job, const std::string& from,
                                        const std::string& to) = 0;
  /// Deletes at most `limit` pending jobs that expired before `now` and that no worker holds.
  /// Dead ones stay: they are an administrator's to look at.
  [[nodiscard]] virtual std::size_t delete_expired_jobs(UtcTime now, std::size_t limit) = 0;
  /// Deletes at most `limit` dead jobs that were given up before `cutoff`, whenever they were
  /// written: an old mail that is revived and fails again stays as long as a new one.
  [[nodiscard]] virtual std::size_t delete_dead_jobs(UtcTime cutoff, std::size_t limit) = 0;
};

}  // namespace coffeeauth
