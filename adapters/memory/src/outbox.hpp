#pragma once
/// The outbox of the memory store.

#include "adapters/memory/src/database.hpp"

namespace coffeeauth::memory {

class MemoryOutboxReads : public virtual OutboxReads {
 public:
  explicit MemoryOutboxReads(Database& database) : database_(database) {}

  std::vector<JobSummary> list_jobs(JobState state, std::size_t limit) override;
  std::vector<SealedJob> list_sealed_jobs(const JobId& after, std::size_t limit) override;
  OutboxDepth depth() override;
  std::optional<UtcTime> next_due(std::string_view channel) override;

 protected:
  Database& database_;
};

class MemoryOutboxWrites final : public OutboxWrites, public MemoryOutboxReads {
 public:
  explicit MemoryOutboxWrites(Unit& unit) : MemoryOutboxReads(unit.database), unit_(unit) {}

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

 private:
  // The row, kept for a rollback; null when it is not under `lease`.
  JobRow* hold_leased(const JobId& job, const LeaseId& lease);
  void erase(const JobId& job);
  template <class Wanted>
  std::size_t erase_some(Wanted wanted, std::size_t limit);

  Unit& unit_;
};

}  // namespace coffeeauth::memory
