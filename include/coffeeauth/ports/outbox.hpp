#pragma once
/// The outbox of a Store: mails and jobs of features, written in the transaction that causes them
/// and delivered by a worker at least once. Start at ports/store.hpp.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ids.hpp"
#include "coffeeauth/time.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// The channel of mails. Features have channels of their own; a worker serves one.
inline constexpr std::string_view mail_channel = "mail";

/// The state of a job. Delivered jobs are deleted.
enum class JobState {
  /// Waits for its time, or is leased by a worker.
  pending,
  /// Given up: an administrator can inspect and retry it.
  dead,
};

/// A mail to be sent, or a job of a feature. Its payload is encrypted: a Store never holds a code
/// in clear text.
struct NewJob {
  /// Identifies the job in the calls below.
  JobId id;
  /// What it is within its channel: a stable word, for mails the template such as
  /// `verification_code`.
  std::string kind;
  /// The encrypted parameters; bytes.
  std::string sealed_payload;
  /// Constant across attempts, so that the receiving side can drop duplicates.
  std::string message_id;
  /// The sort key of the queue.
  UtcTime created_at{};
  /// When the job becomes useless (its code expires): it is then dropped, not delivered.
  std::optional<UtcTime> expires_at{};
  /// Selects the workers that claim it: a stable snake_case word.
  std::string channel{mail_channel};
};

/// A job leased by a worker. The LeaseId proves it.
struct ClaimedJob {
  /// The job.
  NewJob job;
  /// Identifies the lease in renew_lease(), release_job(), retry_job() and bury_job().
  LeaseId lease;
  /// Attempts counted by retry_job().
  std::uint32_t attempts = 0;
  /// Earlier claims whose lease expired without a result: the worker died, perhaps because of this
  /// job.
  std::uint32_t abandoned = 0;
};

/// A job as administrators see it, without payload.
struct JobSummary {
  /// Identifies the job in revive_job().
  JobId id;
  /// NewJob::kind.
  std::string kind;
  /// Pending or given up.
  JobState state = JobState::pending;
  /// Attempts counted.
  std::uint32_t attempts = 0;
  /// Claims whose lease expired without a result.
  std::uint32_t abandoned = 0;
  /// When the job was enqueued.
  UtcTime created_at{};
  /// When a worker may claim it (again); for a dead job, when it was given up.
  UtcTime next_attempt_at{};
  /// Why the last attempt failed, in fixed words; never the text of a server.
  std::string last_error;
  /// NewJob::channel.
  std::string channel{mail_channel};
};

/// The encrypted part of a job, for rewrap().
struct SealedJob {
  /// Identifies the job in reseal_job().
  JobId id;
  /// NewJob::kind. The encryption binds the payload to it, to the id and to the channel.
  std::string kind;
  /// The encrypted parameters; bytes.
  std::string sealed_payload;
  /// NewJob::channel.
  std::string channel{mail_channel};
};

/// The size of the queue over all channels, for health checks and metrics.
struct OutboxDepth {
  /// Jobs that wait or are leased.
  std::size_t pending = 0;
  /// Jobs that were given up.
  std::size_t dead = 0;
  /// When the oldest pending job was written.
  std::optional<UtcTime> oldest_pending{};
};

/// Reads the outbox, for operators and metrics.
class OutboxReads {
 public:
  virtual ~OutboxReads() = default;
  OutboxReads(const OutboxReads&) = delete;
  OutboxReads& operator=(const OutboxReads&) = delete;

  /// Returns the oldest jobs in `state`, at most `limit`.
  [[nodiscard]] virtual std::vector<JobSummary> list_jobs(JobState state, std::size_t limit) = 0;
  /// Returns jobs in any state, leased ones included, whose id is greater than `after`: in order of
  /// id, at most `limit`. JobId{} is less than every id.
  [[nodiscard]] virtual std::vector<SealedJob> list_sealed_jobs(const JobId& after,
                                                                std::size_t limit) = 0;
  /// Counts the jobs.
  [[nodiscard]] virtual OutboxDepth depth() = 0;
  /// Returns when the next pending job of `channel` is due or its lease expires; nothing when none
  /// is pending. A time long past means that no worker is claiming its jobs.
  [[nodiscard]] virtual std::optional<UtcTime> next_due(std::string_view channel) = 0;

 protected:
  OutboxReads() = default;
};

/// Writes the outbox; all within a Transaction.
class OutboxWrites : public virtual OutboxReads {
 public:
  /// Writes a pending job, due at once. Workers see it after the transaction commits.
  virtual void enqueue(const NewJob& job) = 0;

  /// Claims at most `limit` pending jobs of `channel` that are due at `now`, oldest first, under
  /// `lease` until `until`; leaves the jobs of all other channels alone. A job is never leased
  /// twice before its lease expires; a job whose lease expired can be claimed again, which is
  /// counted in `abandoned`. A claim does not count as an attempt.
  [[nodiscard]] virtual std::vector<ClaimedJob> claim_jobs(std::string_view channel,
                                                           std::size_t limit, const LeaseId& lease,
                                                           UtcTime now, UtcTime until) = 0;

  /// Deletes a job with its payload, whoever holds it, pending or dead: a delivered job must not
  /// be delivered again, even when the result arrives late and another worker has claimed the job.
  /// Exactly one caller gets true for a job; false when it no longer exists.
  virtual bool complete_job(const JobId& job) = 0;

  /// Extends the lease to `until`. Returns false and changes nothing when the job has another lease
  /// now: another worker claimed it. The same applies to release_job(), retry_job() and bury_job().
  virtual bool renew_lease(const JobId& job, const LeaseId& lease, UtcTime until) = 0;
  /// Returns a job that was not started, due at `due_at`. Counts no attempt.
  virtual bool release_job(const JobId& job, const LeaseId& lease, UtcTime due_at) = 0;
  /// Counts a failed attempt, and makes the job due at `next_attempt_at`.
  virtual bool retry_job(const JobId& job, const LeaseId& lease, UtcTime next_attempt_at,
                         const std::string& reason) = 0;
  /// Counts a failed attempt, and gives the job up (`dead`) at `now`.
  virtual bool bury_job(const JobId& job, const LeaseId& lease, const std::string& reason,
                        UtcTime now) = 0;

  /// Makes a dead or waiting job pending and due at `now`, with attempts and abandoned claims reset
  /// to zero. Returns false when there is no such job, or it is leased at `now`.
  virtual bool revive_job(const JobId& job, UtcTime now) = 0;
  /// Replaces the payload of a job by `to` if it still equals `from`, whoever holds the job.
  /// Otherwise, or when the job is gone, returns false and changes nothing. The lease is kept.
  [[nodiscard]] virtual bool reseal_job(const JobId& job, const std::string& from,
                                        const std::string& to) = 0;
  /// Deletes at most `limit` pending jobs that expired before `now` and are not leased; returns
  /// their number. Dead jobs are kept for administrators.
  [[nodiscard]] virtual std::size_t delete_expired_jobs(UtcTime now, std::size_t limit) = 0;
  /// Deletes at most `limit` jobs that were given up before `cutoff`; returns their number. The
  /// time of writing is irrelevant: an old job that was revived and failed again is kept as long
  /// as a new one.
  [[nodiscard]] virtual std::size_t delete_dead_jobs(UtcTime cutoff, std::size_t limit) = 0;
};

}  // namespace coffeeauth
