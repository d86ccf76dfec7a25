// Mails and other jobs.

#include <algorithm>

#include "parts.hpp"

namespace json_store {
namespace {

/// Those that `wanted` says, the oldest first.
template <class Jobs, class Wanted>
auto by_age(Jobs& jobs, Wanted wanted) {
  std::vector<decltype(&jobs.begin()->second)> found;
  for (auto& [id, row] : jobs) {
    if (wanted(row)) found.push_back(&row);
  }
  std::ranges::sort(found, {}, [](const auto* row) {
    return std::pair{row->job.created_at, row->job.id};
  });
  return found;
}

bool is_pending(const JobRow& row) { return row.state == JobState::pending; }

bool is_in_hand(const JobRow& row, UtcTime now) { return row.lease && now < row.due; }

}  // namespace

std::vector<JobSummary> OutboxReadsPart::list_jobs(JobState state, std::size_t limit) {
  const auto tables = source_.look();
  std::vector<JobSummary> page;
  for (const auto* row : by_age(tables->jobs, [&](const auto& r) { return r.state == state; })) {
    if (page.size() == limit) break;
    page.push_back({.id = row->job.id,
                    .kind = row->job.kind,
                    .state = row->state,
                    .attempts = row->attempts,
                    .abandoned = row->abandoned,
                    .created_at = row->job.created_at,
                    .next_attempt_at = row->due,
                    .last_error = row->last_error,
                    .channel = row->job.channel});
  }
  return page;
}

std::vector<SealedJob> OutboxReadsPart::list_sealed_jobs(const JobId& after, std::size_t limit) {
  const auto tables = source_.look();
  std::vector<SealedJob> page;
  for (const auto& [id, row] : tables->jobs) {
    if (page.size() == limit) break;
    if (after < id) page.push_back({id, row.job.kind, row.job.sealed_payload, row.job.channel});
  }
  return page;
}

OutboxDepth OutboxReadsPart::depth() {
  const auto tables = source_.look();
  const auto pending = by_age(tables->jobs, is_pending);
  OutboxDepth depth{.pending = pending.size(), .dead = tables->jobs.size() - pending.size()};
  if (!pending.empty()) depth.oldest_pending = pending.front()->job.created_at;
  return depth;
}

std::optional<UtcTime> OutboxReadsPart::next_due(std::string_view channel) {
  const auto tables = source_.look();
  const auto pending = by_age(
      tables->jobs, [&](const auto& row) { return is_pending(row) && row.job.channel == channel; });
  if (pending.empty()) return std::nullopt;
  return (*std::ranges::min_element(pending, {}, &JobRow::due))->due;
}

void OutboxPart::enqueue(const NewJob& job) {
  const JobRow row{.job = job, .due = job.created_at};
  if (!work_.tables.jobs.emplace(job.id, row).second) work_.refuse("a job id was used twice");
}

std::vector<ClaimedJob> OutboxPart::claim_jobs(std::string_view channel, std::size_t limit,
                                               const LeaseId& lease, UtcTime now, UtcTime until) {
  std::vector<ClaimedJob> claimed;
  const auto is_due = [&](const JobRow& row) {
    return is_pending(row) && row.due <= now && row.job.channel == channel;
  };
  for (auto* row : by_age(work_.tables.jobs, is_due)) {
    if (claimed.size() == limit) break;
    if (row->lease) ++row->abandoned;
    row->lease = lease;
    row->due = until;
    claimed.push_back({row->job, lease, row->attempts, row->abandoned});
  }
  return claimed;
}

JobRow* OutboxPart::leased(const JobId& job, const LeaseId& lease) {
  const auto entry = work_.tables.jobs.find(job);
  return entry != work_.tables.jobs.end() && entry->second.lease == lease ? &entry->second
                                                                          : nullptr;
}

bool OutboxPart::complete_job(const JobId& job) { return work_.tables.jobs.erase(job) == 1; }

bool OutboxPart::renew_lease(const JobId& job, const LeaseId& lease, UtcTime until) {
  auto* row = leased(job, lease);
  if (row == nullptr) return false;
  row->due = until;
  return true;
}

bool OutboxPart::release_job(const JobId& job, const LeaseId& lease, UtcTime due_at) {
  auto* row = leased(job, lease);
  if (row == nullptr) return false;
  row->lease.reset();
  row->due = due_at;
  return true;
}

bool OutboxPart::retry_job(const JobId& job, const LeaseId& lease, UtcTime next_attempt_at,
                           const std::string& reason) {
  auto* row = leased(job, lease);
  if (row == nullptr) return false;
  row->lease.reset();
  row->due = next_attempt_at;
  ++row->attempts;
  row->last_error = reason;
  return true;
}

bool OutboxPart::bury_job(const JobId& job, const LeaseId& lease, const std::string& reason,
                          UtcTime now) {
  auto* row = leased(job, lease);
  if (row == nullptr) return false;
  row->lease.reset();
  row->state = JobState::dead;
  row->due = now;
  ++row->attempts;
  row->last_error = reason;
  return true;
}

bool OutboxPart::revive_job(const JobId& job, UtcTime now) {
  const auto entry = work_.tables.jobs.find(job);
  if (entry == work_.tables.jobs.end() || is_in_hand(entry->second, now)) return false;
  entry->second.state = JobState::pending;
  entry->second.attempts = 0;
  entry->second.abandoned = 0;
  entry->second.lease.reset();
  entry->second.due = now;
  return true;
}

bool OutboxPart::reseal_job(const JobId& job, const std::string& from, const std::string& to) {
  const auto entry = work_.tables.jobs.find(job);
  if (entry == work_.tables.jobs.end() || entry->second.job.sealed_payload != from) return false;
  entry->second.job.sealed_payload = to;
  return true;
}

std::size_t OutboxPart::delete_expired_jobs(UtcTime now, std::size_t limit) {
  return std::erase_if(work_.tables.jobs, [&](const auto& entry) {
    const auto& row = entry.second;
    const bool expired = row.job.expires_at && *row.job.expires_at < now;
    if (limit == 0 || !expired || !is_pending(row) || is_in_hand(row, now)) return false;
    --limit;
    return true;
  });
}

std::size_t OutboxPart::delete_dead_jobs(UtcTime cutoff, std::size_t limit) {
  return std::erase_if(work_.tables.jobs, [&](const auto& entry) {
    const auto& row = entry.second;
    if (limit == 0 || is_pending(row) || row.due >= cutoff) return false;
    --limit;
    return true;
  });
}

}  // namespace json_store
