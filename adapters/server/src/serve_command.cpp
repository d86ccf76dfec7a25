#include <sys/resource.h>
#include <unistd.h>

#include <iostream>
#include <optional>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "coffeeauth/http_poco/http_poco.hpp"
#include "coffeeauth/ports/random_source.hpp"
#include "coffeeauth/web/web.hpp"
#include "command.hpp"
#include "server_routes.hpp"
#include "service.hpp"
#include "stop_signal.hpp"

namespace coffeeauth::server {
namespace {

/// Requests in hand get this long of the ten seconds that stopping may take.
constexpr std::chrono::seconds request_grace{7};
// Four bits each.
constexpr std::size_t link_token_size = 32;

/// Every connection is an open file; the usual soft limit of 1,024 is for programs that use
/// select().
void raise_file_limit() noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

void log_request(Service& service, const http::AccessRecord& record) {
  service.metrics().count_request(record);
  if (!record.failure.empty()) {
    service.log().write(LogLevel::error, "request_failed",
                        {{"route", record.route},
                         {"status", std::to_string(record.status)},
                         {"failure", record.failure},
                         {"request_id", record.client.request_id}});
  }
  if (!service.settings().access_log) return;
  service.log().info("request", {{"method", record.route.empty() ? "" : record.method},
                                 {"route", record.route},
                                 {"status", std::to_string(record.status)},
                                 {"microseconds", std::to_string(record.duration.count())},
                                 {"user", record.user ? record.user->str() : std::string{}},
                                 {"address", record.client.address},
                                 {"request_id", record.client.request_id}});
}

/// As people on this machine open it, unless they do by another name.
std::string url_of(const Settings& settings, std::uint16_t port) {
  // By its name, since browsers have passkeys for no address.
  const bool is_opened_here =
      settings.public_url.empty() || settings.public_url.starts_with("http://localhost");
  if (settings.http_host == "127.0.0.1" && is_opened_here) {
    return "http://localhost:" + std::to_string(port);
  }
  const bool v6 = settings.http_host.find(':') != std::string::npos;
  const auto host = v6 ? "[" + settings.http_host + "]" : settings.http_host;
  return "http://" + host + ":" + std::to_string(port);
}

/// What opens /dev/mail and its like until this process ends; empty when none is served.
Secret make_link_token(Service& service) {
  if (shown_channels(service).empty()) return {};
  constexpr std::string_view digits = "0123456789abcdef";
  auto token = Secret::of_size(link_token_size);
  make_system_random()->fill(token.writable());
  for (auto& octet : token.writable())
    octet = static_cast<std::byte>(digits[std::to_integer<std::size_t>(octet) % digits.size()]);
  return token;
}

void announce(Service& service, std::uint16_t port, const Secret& link_token) {
  const auto& settings = service.settings();
  const auto url = url_of(settings, port);
  service.tell_names();
  service.log().info("serving", {{"url", url},
                                 {"store", service.store_name()},
                                 {"cache", service.cache_name()},
                                 {"mail", service.mail_name()},
                                 {"version", COFFEEAUTH_VERSION}});
  // Asked for, so it is told also where nobody may be reading; never in the log.
  if (!link_token.empty()) {
    for (const auto& channel : shown_channels(service)) {
      std::cout << (channel == "mail" ? "mails" : channel) << " " << url << "/dev/" << channel
                << "?token=" << link_token.expose_secret() << std::endl;
    }
  }
  if (::isatty(STDOUT_FILENO) == 0) return;
  if (web::has_documentation()) std::cout << "Swagger " << url << "/swagger/   ";
  std::cout << "Ctrl-C stops" << std::endl;
}

http_poco::Options server_options(const Settings& settings) {
  const auto& limits = settings.policy.limits;
  return {.host = settings.http_host,
          .port = settings.http_port,
          .max_connections = settings.max_connections,
          .max_connections_per_address = settings.max_connections_per_address,
          .ipv6_56_factor = limits.ipv6_56_factor,
          .ipv6_48_factor = limits.ipv6_48_factor,
          .idle_timeout = settings.http_idle_timeout,
          .shutdown_grace = request_grace};
}

http::ApiOptions api_options(Service& service, const Secret& link_token,
                             std::function<std::size_t()> open_connections) {
  const auto& settings = service.settings();
  return {.trusted_proxies = settings.trusted_proxies,
          .operator_networks = settings.operator_networks,
          .operator_token = settings.operator_token.clone(),
          .link_token = link_token.clone(),
          .cors_origins = settings.cors_origins,
          .public_url = settings.public_url,
          .access_log = [&service](const auto& record) { log_request(service, record); },
          .cache_is_memory = !service.redis_statistics(),
          .cache_trouble =
              [&service] {
                const auto redis = service.redis_statistics();
                return redis ? redis->trouble : std::nullopt;
              },
          .extra_routes = server_routes(service, std::move(open_connections))};
}

}  // namespace

/// Gives back what the start alone took, for the most part the JSON of the documents: a megabyte
/// that the allocator would keep for good.
void trim_memory() {
#ifdef __GLIBC__
  ::malloc_trim(0);
#endif
}

int run_serve(const Arguments& arguments) {
  StopSignal stop;
  raise_file_limit();
  Service service{settings_of(arguments, mails_of(arguments))};
  // Each is made after what it borrows, and so goes before it, with whoever is still at work in it.
  const Secret link_token = make_link_token(service);
  const http_poco::Server* watched = nullptr;
  http::Api api{service.auth(), api_options(service, link_token,
                                            [&watched] { return watched->statistics().open; })};
  const auto server = http_poco::make_poco_server(api, server_options(service.settings()));
  watched = server.get();

  std::optional<Workers> workers;
  std::optional<jobs::Scheduler> scheduler;
  if (mails_of(arguments) == Mails::delivered) workers.emplace(service);
  if (!arguments.has("--no-scheduler")) scheduler.emplace(service.auth().services());
  stop.started();
  start_server(*server, "HTTP_HOST, HTTP_PORT");
  if (workers) workers->start();
  if (scheduler) scheduler->start();
  trim_memory();
  announce(service, server->port(), link_token);
  if (workers) tell_receivers(service);
  service.watch_parts();

  service.log().info("stopping", {{"reason", std::string{stop.wait()}}});
  const auto last_moment = std::chrono::steady_clock::now() + stop_grace;
  // All at the same time: a mail in hand may take as long as the requests do.
  if (workers) workers->request_stop();
  if (scheduler) scheduler->request_stop();
  server->stop();
  if (scheduler) scheduler->stop();
  const bool settled = !workers || workers->stop_until(last_moment);
  return say_stopped(service, settled);
}

}  // namespace coffeeauth::server
