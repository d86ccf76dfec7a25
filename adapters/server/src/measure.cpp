#include "measure.hpp"

#include <algorithm>
#include <chrono>

#include "coffeeauth/sql/sql.hpp"
#include "process_usage.hpp"

namespace coffeeauth::server {
namespace {

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

template <class Number>
double real(Number number) {
  return static_cast<double>(number);
}

void add_process(std::vector<Sample>& out) {
  out.push_back(gauge("coffeeauth_build_info", "Always 1; the version is a label.", 1,
                      {{"version", COFFEEAUTH_VERSION}}));
  const auto usage = process_usage();
  if (!usage) return;
  out.push_back(
      gauge("process_resident_memory_bytes", "Resident memory.", real(usage->resident_bytes)));
  out.push_back(gauge("process_open_fds", "Open files and sockets.", real(usage->open_files)));
  out.push_back(gauge("process_max_fds", "Maximum number of open files and sockets.",
                      real(usage->most_files)));
  out.push_back(counter("process_cpu_seconds_total", "Processor time used.", usage->cpu_seconds));
}

void add_log_and_hashing(std::vector<Sample>& out, Service& service) {
  out.push_back(counter("coffeeauth_log_lines_dropped_total",
                        "Log lines dropped because their reader was too slow.",
                        real(service.log().dropped())));
  const auto hashing = service.hashing();
  out.push_back(
      gauge("coffeeauth_hashing_running", "Passwords being hashed.", real(hashing.running)));
  out.push_back(gauge("coffeeauth_hashing_waiting", "Passwords waiting to be hashed.",
                      real(hashing.waiting)));
}

void add_database(std::vector<Sample>& out, Service& service) {
  for (const auto& [name, pool] : sql::statistics(service.store())) {
    const auto label = [&, name = std::string{name}](std::string state = {}) {
      Labels labels{{"pool", name}};
      if (!state.empty()) labels.emplace("state", std::move(state));
      return labels;
    };
    out.push_back(gauge("coffeeauth_database_up",
                        "Whether the last attempt to open a connection succeeded.",
                        pool.down ? 0 : 1, label()));
    out.push_back(gauge("coffeeauth_database_connections", "Connections, by state.",
                        real(pool.in_use), label("in_use")));
    out.push_back(gauge("coffeeauth_database_connections", "Connections, by state.",
                        real(pool.size - pool.in_use), label("free")));
    out.push_back(gauge("coffeeauth_database_waiting", "Callers waiting for a connection.",
                        real(pool.waiting), label()));
    out.push_back(counter("coffeeauth_database_waits_total", "Waits for a connection.",
                          real(pool.waits), label()));
    out.push_back(counter("coffeeauth_database_wait_seconds_total",
                          "Time spent waiting for connections.", seconds(pool.waited), label()));
    out.push_back(counter("coffeeauth_database_seconds_total", "Time that connections were in use.",
                          seconds(pool.used), label()));
    out.push_back(counter("coffeeauth_database_failures_total",
                          "Failed attempts to open a connection.", real(pool.failures), label()));
  }
}

void add_redis(std::vector<Sample>& out, Service& service) {
  const auto redis = service.redis_statistics();
  if (!redis) return;
  out.push_back(
      gauge("coffeeauth_redis_up", "Whether the last exchange succeeded.", redis->healthy ? 1 : 0));
  out.push_back(
      counter("coffeeauth_redis_commands_total", "Exchanges attempted.", real(redis->commands)));
  out.push_back(
      counter("coffeeauth_redis_failures_total", "Exchanges that failed.", real(redis->failures)));
  out.push_back(
      counter("coffeeauth_redis_skipped_total",
              "Exchanges not attempted, since Redis had just failed or no connection was free.",
              real(redis->skipped)));
  out.push_back(
      counter("coffeeauth_redis_damaged_total", "Damaged values rejected.", real(redis->damaged)));
}

void add_outbox(std::vector<Sample>& out, Service& service) {
  try {
    const auto depth = service.store().outbox().depth();
    out.push_back(gauge("coffeeauth_outbox_pending",
                        "Mails and other jobs waiting to be delivered.", real(depth.pending)));
    out.push_back(gauge("coffeeauth_outbox_dead", "Mails and other jobs that were given up.",
                        real(depth.dead)));
    const auto due = service.store().outbox().next_due(mail_channel);
    const auto late =
        due ? service.auth().parts().clock.now() - *due : std::chrono::milliseconds{0};
    out.push_back(gauge("coffeeauth_outbox_overdue_seconds",
                        "How long a mail has been due without a worker claiming it.",
                        std::max(0.0, seconds(late))));
    const auto age = depth.oldest_pending
                         ? service.auth().parts().clock.now() - *depth.oldest_pending
                         : std::chrono::milliseconds{0};
    out.push_back(gauge("coffeeauth_outbox_oldest_seconds",
                        "Age of the oldest waiting mail or job.", seconds(age)));
  } catch (const Unavailable&) {
    // The database is down: its figures are unknown, and all others are wanted now.
  }
}

void add_live_tokens(std::vector<Sample>& out, Service& service) {
  try {
    for (auto& live : service.auth().live_tokens()) {
      out.push_back(gauge("coffeeauth_live_tokens", "Tokens of features that have not expired.",
                          real(live.count), {{"kind", std::move(live.kind)}}));
    }
  } catch (const Unavailable&) {
    // As above.
  }
}

}  // namespace

std::vector<Sample> measure(Service& service) {
  std::vector<Sample> samples;
  add_process(samples);
  add_log_and_hashing(samples, service);
  add_database(samples, service);
  add_redis(samples, service);
  add_outbox(samples, service);
  add_live_tokens(samples, service);
  return samples;
}

}  // namespace coffeeauth::server
