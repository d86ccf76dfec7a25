#include <memory>

#include "coffeeauth/jobs/worker.hpp"
#include "service.hpp"
#include "stop_signal.hpp"

namespace coffeeauth::server {

Workers::Workers(Service& service) : mails_(service.auth().services(), service.mailer()) {
  for (const auto& receiver : service.job_receivers()) {
    jobs_.push_back(std::make_unique<jobs::JobWorker>(service.auth().services(), receiver.channel,
                                                      *receiver.handler));
  }
}

void Workers::start() {
  mails_.start();
  for (const auto& worker : jobs_) worker->start();
}

void Workers::request_stop() noexcept {
  mails_.request_stop();
  for (const auto& worker : jobs_) worker->request_stop();
}

bool Workers::stop_until(std::chrono::steady_clock::time_point last_moment) {
  bool settled = mails_.stop(time_until(last_moment));
  for (const auto& worker : jobs_) settled = worker->stop(time_until(last_moment)) && settled;
  return settled;
}

void tell_receivers(Service& service) {
  for (const auto& receiver : service.job_receivers()) {
    service.log().info("jobs_go_to", {{"channel", receiver.channel}, {"place", receiver.place}});
  }
}

}  // namespace coffeeauth::server
