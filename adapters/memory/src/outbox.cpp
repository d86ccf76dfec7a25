#include "adapters/memory/src/outbox.hpp"

#include <algorithm>

namespace coffeeauth::memory {
namespace {

bool is_in_hand(const JobRow& row, UtcTime now) { return row.lease && row.due_at > now; }

}  // namespace

std::vector<JobSummary> MemoryOutboxReads::list_jobs(JobState state, std::size_t limit) {
  const Lock lock{database_.mutex};
  std::vector<JobSummary> jobs;
  for (const auto& [age, none] : database_.jobs_by_age) {
    if (jobs.size() == limit) break;
    const auto& row = database_.jobs.at(age.second);
    if (row.state != state) continue;
    jobs.push_back({.id = row.job.id,
                    .kind = row.job.kind,
                    .state = row.state,
                    .attempts = row.attempts,
                    .abandoned = row.abandoned,
                    .created_at = row.job.created_at,
                    .next_attempt_at = row.due_at,
                    .last_error = row.last_error,
                    .channel = row.job.channel});
  }
  return jobs;
}

std::vector<SealedJob> MemoryOutboxReads::list_sealed_jobs(const JobId& after, std::size_t limit) {
  const Lock lock{database_.mutex};
  std::vector<JobId> ids;
  for (const auto& [id, row] : database_.jobs) {
    if (after < id) ids.push_back(id);
  }
  std::sort(ids.begin(), ids.end());
  ids.resize(std::min(ids.size(), limit));
  std::vector<SealedJob> jobs;
  for (const auto& id : ids) {
    const auto& job = database_.jobs.at(id).job;
    jobs.push_back({id, job.kind, job.sealed_payload, job.channel});
  }
  return jobs;
}

OutboxDepth MemoryOutboxReads::depth() {
  const Lock lock{database_.mutex};
  OutboxDepth depth;
  for (const auto& [age, none] : database_.jobs_by_age) {
    if (database_.jobs.at(age.second).state == JobState::dead) {
      ++depth.dead;
    } else if (++depth.pending == 1) {
      depth.oldest_pending = age.first;
    }
  }
  return depth;
}

std::optional<UtcTime> MemoryOutboxReads::next_due(std::string_view channel) {
  const Lock lock{database_.mutex};
  std::optional<UtcTime> next;
  for (const auto& [id, row] : database_.jobs) {
    if (row.state != JobState::pending || row.job.channel != channel) continue;
    if (!next || row.due_at < *next) next = row.due_at;
  }
  return next;
}

void MemoryOutboxWrites::enqueue(const NewJob& job) {
  if (database_.jobs.contains(job.id)) refuse(unit_, "a job id was used twice");
  unit_.undo.keep(database_.jobs, job.id);
  unit_.undo.keep(database_.jobs_by_age, {job.created_at, job.id});
  database_.jobs.emplace(job.id, JobRow{.job = job, .due_at = job.created_at});
  database_.jobs_by_age.emplace(std::pair{job.created_at, job.id}, std::monostate{});
}

std::vector<ClaimedJob> MemoryOutboxWrites::claim_jobs(std::string_view channel, std::size_t limit,
                                                       const LeaseId& lease, UtcTime now,
                                                       UtcTime until) {
  std::vector<ClaimedJob> claimed;
  for (const auto& [age, none] : database_.jobs_by_age) {
    if (claimed.size() == limit) break;
    auto& row = database_.jobs.at(age.second);
    if (row.state != JobState::pending || row.due_at > now || row.job.channel != channel) continue;
    unit_.undo.keep(database_.jobs, row.job.id);
    if (row.lease) ++row.abandoned;
    row.lease = lease;
    row.due_at = until;
    claimed.push_back(
        {.job = row.job, .lease = lease, .attempts = row.attempts, .abandoned = row.abandoned});
  }
  return claimed;
}

JobRow* MemoryOutboxWrites::hold_leased(const JobId& job, const LeaseId& lease) {
  const auto row = database_.jobs.find(job);
  if (row == database_.jobs.end() || row->second.lease != lease) return nullptr;
  unit_.undo.keep(database_.jobs, job);
  return &row->second;
}

void MemoryOutboxWrites::erase(const JobId& job) {
  const std::pair age{database_.jobs.at(job).job.created_at, job};
  unit_.undo.keep(database_.jobs, job);
  unit_.undo.keep(database_.jobs_by_age, age);
  database_.jobs.erase(job);
  database_.jobs_by_age.erase(age);
}

bool MemoryOutboxWrites::complete_job(const JobId& job) {
  if (!database_.jobs.contains(job)) return false;
  erase(job);
  return true;
}

bool MemoryOutboxWrites::renew_lease(const JobId& job, const LeaseId& lease, UtcTime until) {
  auto* row = hold_leased(job, lease);
  if (row == nullptr) return false;
  row->due_at = until;
  return true;
}

bool MemoryOutboxWrites::release_job(const JobId& job, const LeaseId& lease, UtcTime due_at) {
  auto* row = hold_leased(job, lease);
  if (row == nullptr) return false;
  row->lease.reset();
  row->due_at = due_at;
  return true;
}

bool MemoryOutboxWrites::retry_job(const JobId& job, const LeaseId& lease, UtcTime next_attempt_at,
                                   const std::string& reason) {
  auto* row = hold_leased(job, lease);
  if (row == nullptr) return false;
  row->lease.reset();
  row->due_at = next_attempt_at;
  ++row->attempts;
  row->last_error = reason;
  return true;
}

bool MemoryOutboxWrites::bury_job(const JobId& job, const LeaseId& lease, const std::string& reason,
                                  UtcTime now) {
  auto* row = hold_leased(job, lease);
  if (row == nullptr) return false;
  row->lease.reset();
  row->state = JobState::dead;
  row->due_at = now;
  ++row->attempts;
  row->last_error = reason;
  return true;
}

bool MemoryOutboxWrites::revive_job(const JobId& job, UtcTime now) {
  const auto row = database_.jobs.find(job);
  if (row == database_.jobs.end() || is_in_hand(row->second, now)) return false;
  unit_.undo.keep(database_.jobs, job);
  row->second.state = JobState::pending;
  row->second.attempts = 0;
  row->second.abandoned = 0;
  row->second.lease.reset();
  row->second.due_at = now;
  return true;
}

bool MemoryOutboxWrites::reseal_job(const JobId& job, const std::string& from,
                                    const std::string& to) {
  const auto row = database_.jobs.find(job);
  if (row == database_.jobs.end() || row->second.job.sealed_payload != from) return false;
  unit_.undo.keep(database_.jobs, job);
  row->second.job.sealed_payload = to;
  return true;
}

template <class Wanted>
std::size_t MemoryOutboxWrites::erase_some(Wanted wanted, std::size_t limit) {
  std::vector<JobId> found;
  for (const auto& [id, row] : database_.jobs) {
    if (found.size() == limit) break;
    if (wanted(row)) found.push_back(id);
  }
  for (const auto& id : found) erase(id);
  return found.size();
}

std::size_t MemoryOutboxWrites::delete_expired_jobs(UtcTime now, std::size_t limit) {
  const auto expired = [&](const JobRow& row) {
    return row.state == JobState::pending && row.job.expires_at && *row.job.expires_at < now &&
           !is_in_hand(row, now);
  };
  return erase_some(expired, limit);
}

std::size_t MemoryOutboxWrites::delete_dead_jobs(UtcTime cutoff, std::size_t limit) {
  const auto old = [&](const JobRow& row) {
    return row.state == JobState::dead && row.due_at < cutoff;
  };
  return erase_some(old, limit);
}

}  // namespace coffeeauth::memory
