#include "adapters/sql/src/outbox.hpp"

#include <algorithm>

namespace coffeeauth::sql {
namespace {

// `state`: 0 pending, 1 dead. The numbers stand in the statements themselves where a partial or
// leading index column is to be used. `due_at` of a dead one is when it was given up.
const Sql list_sql{.text = R"(
  SELECT id, kind, state, attempts, abandoned, created_at, due_at, last_error,
         channel FROM outbox_jobs
  WHERE state = $1 ORDER BY created_at, id LIMIT $2)",
                   .columns = "ttnnnnntt"};
const Sql list_sealed_sql{.text = R"(
  SELECT id, kind, sealed_payload, channel FROM outbox_jobs WHERE id > $1 ORDER BY id LIMIT $2)",
                          .columns = "ttbt"};
// Subqueries, so that each is answered from an index of its own.
const Sql depth_sql{.text = R"(
  SELECT (SELECT count(*) FROM outbox_jobs WHERE state = 0),
         (SELECT count(*) FROM outbox_jobs WHERE state = 1),
         (SELECT min(created_at) FROM outbox_jobs WHERE state = 0))",
                    .columns = "nnn"};
const Sql next_due_sql{
    .text = "SELECT min(due_at) FROM outbox_jobs WHERE state = 0 AND channel = $1", .columns = "n"};

const Sql enqueue_sql{.text = R"(
  INSERT INTO outbox_jobs (id, kind, sealed_payload, message_id, created_at, expires_at, channel,
                           state, attempts, due_at, last_error)
  VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, $5, ''))"};
const Sql complete_sql{.text = "DELETE FROM outbox_jobs WHERE id = $1 RETURNING 1", .columns = "n"};
const Sql renew_sql{.text = R"(
  UPDATE outbox_jobs SET due_at = $1 WHERE id = $2 AND lease_id = $3 RETURNING 1)",
                    .columns = "n"};
const Sql release_sql{.text = R"(
  UPDATE outbox_jobs SET lease_id = NULL, due_at = $1 WHERE id = $2 AND lease_id = $3 RETURNING 1)",
                      .columns = "n"};
const Sql retry_sql{.text = R"(
  UPDATE outbox_jobs SET lease_id = NULL, due_at = $1, attempts = attempts + 1, last_error = $2
  WHERE id = $3 AND lease_id = $4 RETURNING 1)",
                    .columns = "n"};
const Sql bury_sql{.text = R"(
  UPDATE outbox_jobs SET lease_id = NULL, state = 1, due_at = $1, attempts = attempts + 1,
    last_error = $2
  WHERE id = $3 AND lease_id = $4 RETURNING 1)",
                   .columns = "n"};
const Sql revive_sql{.text = R"(
  UPDATE outbox_jobs SET state = 0, attempts = 0, abandoned = 0, lease_id = NULL, due_at = $1
  WHERE id = $2 AND (lease_id IS NULL OR due_at <= $1) RETURNING 1)",
                     .columns = "n"};

const Sql reseal_sql{.text = R"(
  UPDATE outbox_jobs SET sealed_payload = $1 WHERE id = $2 AND sealed_payload = $3 RETURNING 1)",
                     .columns = "n"};

JobSummary read_summary(const Row& row) {
  return JobSummary{
      .id = row.id<JobId>(0),
      .kind = row.text(1),
      .state = row.flag(2) ? JobState::dead : JobState::pending,
      .attempts = static_cast<std::uint32_t>(row.number(3)),
      .abandoned = static_cast<std::uint32_t>(row.number(4)),
      .created_at = row.time(5),
      .next_attempt_at = row.time(6),
      .last_error = row.text(7),
      .channel = row.text(8),
  };
}

ClaimedJob read_claimed(const Row& row, const LeaseId& lease) {
  return ClaimedJob{
      .job = NewJob{.id = row.id<JobId>(0),
                    .kind = row.text(1),
                    .sealed_payload = row.bytes(2),
                    .message_id = row.text(3),
                    .created_at = row.time(4),
                    .expires_at = row.optional_time(5),
                    .channel = row.text(8)},
      .lease = lease,
      .attempts = static_cast<std::uint32_t>(row.number(6)),
      .abandoned = static_cast<std::uint32_t>(row.number(7)),
  };
}

bool older(const ClaimedJob& a, const ClaimedJob& b) {
  if (a.job.created_at != b.job.created_at) return a.job.created_at < b.job.created_at;
  return a.job.id < b.job.id;
}

}  // namespace

std::vector<JobSummary> SqlOutboxReads::list_jobs(JobState state, std::size_t limit) {
  std::vector<JobSummary> jobs;
  const auto rows = source_.lease()->query(list_sql, state == JobState::dead, to_limit(limit));
  for (const auto& row : rows) jobs.push_back(read_summary(row));
  return jobs;
}

std::vector<SealedJob> SqlOutboxReads::list_sealed_jobs(const JobId& after, std::size_t limit) {
  std::vector<SealedJob> jobs;
  for (const auto& row : source_.lease()->query(list_sealed_sql, after, to_limit(limit))) {
    jobs.push_back({row.id<JobId>(0), row.text(1), row.bytes(2), row.text(3)});
  }
  return jobs;
}

OutboxDepth SqlOutboxReads::depth() {
  const auto rows = source_.lease()->query(depth_sql);
  const auto& row = rows.front();
  return {.pending = static_cast<std::size_t>(row.number(0)),
          .dead = static_cast<std::size_t>(row.number(1)),
          .oldest_pending = row.optional_time(2)};
}

std::optional<UtcTime> SqlOutboxReads::next_due(std::string_view channel) {
  return source_.lease()->query(next_due_sql, channel).front().optional_time(0);
}

void SqlOutboxWrites::enqueue(const NewJob& job) {
  source_.lease()->query(enqueue_sql, job.id, job.kind, Bytes{job.sealed_payload}, job.message_id,
                         job.created_at, job.expires_at, job.channel);
}

std::vector<ClaimedJob> SqlOutboxWrites::claim_jobs(std::string_view channel, std::size_t limit,
                                                    const LeaseId& lease, UtcTime now,
                                                    UtcTime until) {
  const auto connection = source_.lease();
  // Picked in a part of its own: as a plain subquery, PostgreSQL may run it more than once, and
  // take more jobs than the limit.
  const Sql sql{.text = R"(
  WITH due AS MATERIALIZED (SELECT id FROM outbox_jobs WHERE state = 0 AND channel = $1 AND due_at <= $2
                            ORDER BY created_at, id LIMIT $3)" +
                        connection->dialect().for_update_skip_locked + R"()
  UPDATE outbox_jobs SET lease_id = $4, due_at = $5,
    abandoned = abandoned + CASE WHEN lease_id IS NULL THEN 0 ELSE 1 END
  WHERE id IN (SELECT id FROM due)
  RETURNING id, kind, sealed_payload, message_id, created_at, expires_at, attempts, abandoned,
    channel)",
                .columns = "ttbtnnnnt"};
  std::vector<ClaimedJob> jobs;
  for (const auto& row : connection->query(sql, channel, now, to_limit(limit), lease, until)) {
    jobs.push_back(read_claimed(row, lease));
  }
  // RETURNING promises no order.
  std::sort(jobs.begin(), jobs.end(), older);
  return jobs;
}

bool SqlOutboxWrites::complete_job(const JobId& job) {
  return source_.lease()->any(complete_sql, job);
}

bool SqlOutboxWrites::renew_lease(const JobId& job, const LeaseId& lease, UtcTime until) {
  return source_.lease()->any(renew_sql, until, job, lease);
}

bool SqlOutboxWrites::release_job(const JobId& job, const LeaseId& lease, UtcTime due_at) {
  return source_.lease()->any(release_sql, due_at, job, lease);
}

bool SqlOutboxWrites::retry_job(const JobId& job, const LeaseId& lease, UtcTime next_attempt_at,
                                const std::string& reason) {
  return source_.lease()->any(retry_sql, next_attempt_at, reason, job, lease);
}

bool SqlOutboxWrites::bury_job(const JobId& job, const LeaseId& lease, const std::string& reason,
                               UtcTime now) {
  return source_.lease()->any(bury_sql, now, reason, job, lease);
}

bool SqlOutboxWrites::revive_job(const JobId& job, UtcTime now) {
  return source_.lease()->any(revive_sql, now, job);
}

bool SqlOutboxWrites::reseal_job(const JobId& job, const std::string& from, const std::string& to) {
  return source_.lease()->any(reseal_sql, Bytes{to}, job, Bytes{from});
}

std::size_t SqlOutboxWrites::delete_expired_jobs(UtcTime now, std::size_t limit) {
  // `+` keeps the index of the state out of it: that of the expiry finds few, and in their order.
  const auto connection = source_.lease();
  const Sql sql{.text = R"(
  WITH expired AS MATERIALIZED (SELECT id FROM outbox_jobs
                                WHERE +state = 0 AND expires_at < $1
                                  AND (lease_id IS NULL OR due_at <= $1)
                                ORDER BY expires_at LIMIT $2)" +
                        connection->dialect().for_update_skip_locked + R"()
  DELETE FROM outbox_jobs WHERE id IN (SELECT id FROM expired) AND state = 0
    AND (lease_id IS NULL OR due_at <= $1)
  RETURNING 1)",
                .columns = "n"};
  return connection->query(sql, now, to_limit(limit)).size();
}

std::size_t SqlOutboxWrites::delete_dead_jobs(UtcTime cutoff, std::size_t limit) {
  const auto connection = source_.lease();
  const Sql sql{.text = R"(
  WITH old AS MATERIALIZED (SELECT id FROM outbox_jobs WHERE state = 1 AND due_at < $1
                            ORDER BY due_at LIMIT $2)" +
                        connection->dialect().for_update_skip_locked + R"()
  DELETE FROM outbox_jobs WHERE id IN (SELECT id FROM old) AND state = 1
  RETURNING 1)",
                .columns = "n"};
  return connection->query(sql, cutoff, to_limit(limit)).size();
}

}  // namespace coffeeauth::sql
