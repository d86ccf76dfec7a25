#pragma once
/// The outbox of a SQL store. See coffeeauth/ports/outbox.hpp.

#include "adapters/sql/src/pool.hpp"
#include "coffeeauth/ports/outbox.hpp"

namespace coffeeauth::sql {

class SqlOutboxReads : public virtual OutboxReads {
 public:
  explicit SqlOutboxReads(ConnectionSource& source) : source_(source) {}

  std::vector<JobSummary> list_jobs(JobState state, std::size_t limit) override;
  std::vector<SealedJob> list_sealed_jobs(const JobId& after, std::size_t limit) override;
  OutboxDepth depth() override;
  std::optional<UtcTime> next_due(std::string_view channel) override;

 protected:
  ConnectionSource& source_;
};

class SqlOutboxWrites final : public OutboxWrites, public SqlOutboxReads {
 public:
  using SqlOutboxReads::SqlOutboxReads;

  void enqueue(const NewJob& job) override;
  std::vector<ClaimedJob> claim_jobs(std::string_view channel, std::size_t limit,
                                     const LeaseId& lease, UtcTime now, UtcTime until) override;
  bool complete_job(const JobId& job) override;
  bool renew_lease(const JobId& job, const LeaseId& lease, UtcTime until) override;
  bool release_job(const JobId& job, const LeaseId& lease, UtcTime due_at) override;
  bool retry_job(const JobId& job, const LeaseId& lease, UtcTime next_attempt_at,
                 const std::string& reason) override;
  bool bury_job(const JobId& job, const LeaseId& lease, const std::string& reason,
                UtcTime now) override;
  bool revive_job(const JobId& job, UtcTime now) override;
  bool reseal_job(const JobId& job, const std::string& from, const std::string& to) override;
  std::size_t delete_expired_jobs(UtcTime now, std::size_t limit) override;
  std::size_t delete_dead_jobs(UtcTime cutoff, std::size_t limit) override;
};

}  // namespace coffeeauth::sql
