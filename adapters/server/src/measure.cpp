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
  out.push_back(gauge("process_resident_memory_bytes", "Memory that is in use.",
                      real(usage->resident_bytes)));
  out.push_back(gauge("process_open_fds", "Open files and sockets.", real(usage->open_files)));
  out.push_back(gauge("process_max_fds", "How many there may be.", real(usage->most_files)));
  out.push_back(counter("process_cpu_seconds_total", "Time on a processor.", usage->cpu_seconds));
}

void add_log_and_hashing(std::vector<Sample>& out, Service& service) {
  out.push_back(counter("coffeeauth_log_lines_dropped_total",
                        "Log lines lost because their reader did not read.",
                        real(service.log().dropped())));
  const auto hashing = service.hashing();
  out.push_back(
      gauge("coffeeauth_hashing_running", "Passwords that are hashed now.", real(hashing.running)));
  out.push_back(gauge("coffeeauth_hashing_waiting", "Passwords that wait to be hashed.",
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
                        "Whether the last connection to it could be opened.", pool.down ? 0 : 1,
                        label()));
    out.push_back(gauge("coffeeauth_database_connections", "Connections, by what they do.",
                        real(pool.in_use), label("in_use")));
    out.push_back(gauge("coffeeauth_database_connections", "Connections, by what they do.",
                        real(pool.size - pool.in_use), label("free")));
    out.push_back(gauge("coffeeauth_database_waiting", "Requests that wait for a connection now.",
                        real(pool.waiting), label()));
    out.push_back(counter("coffeeauth_database_waits_total", "Times a connection was waited for.",
                          real(pool.waits), label()));
    out.push_back(counter("coffeeauth_database_wait_seconds_total",
                          "Time that connections were waited for.", seconds(pool.waited), label()));
    out.push_back(counter("coffeeauth_database_seconds_total", "Time that connections were in use.",
                          seconds(pool.used), label()));
    out.push_back(counter("coffeeauth_database_failures_total",
                          "Tries to open a connection that failed.", real(pool.failures), label()));
  }
}

void add_redis(std::vector<Sample>& out, Service& service) {
  const auto redis = service.redis_statistics();
  if (!redis) return;
  out.push_back(
      gauge("coffeeauth_redis_up", "Whether the last exchange went well.", redis->healthy ? 1 : 0));
  out.push_back(
      counter("coffeeauth_redis_commands_total", "Exchanges tried.", real(redis->commands)));
  out.push_back(
      counter("coffeeauth_redis_failures_total", "Exchanges that failed.", real(redis->failures)));
  out.push_back(counter("coffeeauth_redis_skipped_total",
                        "Exchanges not tried because Redis had just failed.",
                        real(redis->skipped)));
  out.push_back(counter("coffeeauth_redis_damaged_total", "Values refused as damaged.",
                        real(redis->damaged)));
}

void add_outbox(std::vector<Sample>& out, Service& service) {
  try {
    const auto depth = service.store().outbox().depth();
    out.push_back(gauge("coffeeauth_outbox_pending", "Mails that wait to be delivered.",
                        real(depth.pending)));
    out.push_back(gauge("coffeeauth_outbox_dead", "Mails that were given up.", real(depth.dead)));
    const auto due = service.store().outbox().next_due();
    const auto late =
        due ? service.auth().parts().clock.now() - *due : std::chrono::milliseconds{0};
    out.push_back(gauge("coffeeauth_outbox_overdue_seconds",
                        "For how long a mail has been due that no worker took.",
                        std::max(0.0, seconds(late))));
    const auto age = depth.oldest_pending
                         ? service.auth().parts().clock.now() - *depth.oldest_pending
                         : std::chrono::milliseconds{0};
    out.push_back(gauge("coffeeauth_outbox_oldest_seconds", "Age of the oldest mail that waits.",
                        seconds(age)));
  } catch (const Unavailable&) {
    // The database is down: what it would say is not known, and all the rest is wanted now.
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
  return samples;
}

}  // namespace coffeeauth::server
