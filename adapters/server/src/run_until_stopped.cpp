// The commands that are one part of `serve`, alone in a process: worker and scheduler.

#include "command.hpp"
#include "monitor.hpp"
#include "service.hpp"
#include "stop_signal.hpp"

namespace coffeeauth::server {
namespace {

bool stop_job(Workers& workers) {
  workers.request_stop();
  return workers.stop_until(std::chrono::steady_clock::now() + stop_grace);
}
bool stop_job(jobs::Scheduler& scheduler) {
  scheduler.stop();
  return true;
}

template <class Job>
int run_job(Service& service, StopSignal& stop, Job& job, std::string_view name,
            const std::string& mail) {
  stop.started();
  const auto monitor = start_monitor(service);
  job.start();
  service.tell_names();
  service.watch_parts();
  service.log().info("working", {{"as", std::string{name}},
                                 {"metrics_port", monitor ? std::to_string(monitor->port()) : ""},
                                 {"store", service.store_name()},
                                 {"cache", service.cache_name()},
                                 {"mail", mail},
                                 {"version", COFFEEAUTH_VERSION}});
  service.log().info("stopping", {{"reason", std::string{stop.wait()}}});
  return say_stopped(service, stop_job(job));
}

}  // namespace

int run_worker(const Arguments& arguments) {
  StopSignal stop;
  Service service{settings_of(arguments, Mails::delivered)};
  Workers workers{service};
  tell_receivers(service);
  return run_job(service, stop, workers, "worker", service.mail_name());
}

int run_scheduler(const Arguments& arguments) {
  StopSignal stop;
  Service service{settings_of(arguments)};
  jobs::Scheduler scheduler{service.auth().services()};
  return run_job(service, stop, scheduler, "scheduler", "");
}

}  // namespace coffeeauth::server
