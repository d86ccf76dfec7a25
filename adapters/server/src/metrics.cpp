#include "metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/metric_family.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace coffeeauth::server {
namespace {

constexpr std::array<std::string_view, 7> methods{"GET",   "HEAD",   "POST",   "PUT",
                                                  "PATCH", "DELETE", "OPTIONS"};

/// What became of a job; empty for other events.
std::string_view verdict_of(const Event& event) {
  if (event.kind == EventKind::job_delivered) return "delivered";
  if (event.kind == EventKind::job_delayed) return "delayed";
  if (event.kind == EventKind::job_given_up) return "given_up";
  if (event.kind == EventKind::job_expired) return "expired";
  return {};
}

std::string channel_of(const Event& event) {
  const auto found = std::find_if(event.details.begin(), event.details.end(),
                                  [](const EventDetail& each) { return each.name == "channel"; });
  return found == event.details.end() ? "other" : found->value;
}

}  // namespace

struct Metrics::State {
  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& requests =
      prometheus::BuildCounter()
          .Name("coffeeauth_http_requests_total")
          .Help("Requests answered, by route, method and status.")
          .Register(registry);
  prometheus::Family<prometheus::Histogram>& durations =
      prometheus::BuildHistogram()
          .Name("coffeeauth_http_request_seconds")
          .Help("Time from the complete request to the complete response, by route.")
          .Register(registry);
  prometheus::Family<prometheus::Counter>& events = prometheus::BuildCounter()
                                                        .Name("coffeeauth_events_total")
                                                        .Help("Security events, by kind.")
                                                        .Register(registry);
  prometheus::Family<prometheus::Counter>& failures =
      prometheus::BuildCounter()
          .Name("coffeeauth_background_failures_total")
          .Help("Delayed or lost mails and failed background work, by kind, mail, part and reason.")
          .Register(registry);
  prometheus::Family<prometheus::Counter>& jobs =
      prometheus::BuildCounter()
          .Name("coffeeauth_jobs_total")
          .Help("Attempts at jobs of features and their ends, by channel and verdict.")
          .Register(registry);
  const prometheus::Histogram::BucketBoundaries buckets{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                                        0.05,   0.1,   0.25,   0.5,   1.0,  2.5};
};

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

void Metrics::count_request(const http::AccessRecord& record) {
  // What no route has and no standard knows could be anything: one label for all of it.
  const std::string route = record.route.empty() ? "other" : record.route;
  const bool known = !record.route.empty() &&
                     std::find(methods.begin(), methods.end(), record.method) != methods.end();
  const std::string method = known ? record.method : "other";
  state_->requests
      .Add({{"route", route}, {"method", method}, {"status", std::to_string(record.status)}})
      .Increment();
  state_->durations.Add({{"route", route}}, state_->buckets)
      .Observe(std::chrono::duration<double>(record.duration).count());
}

void Metrics::count_event(const Event& event) {
  const std::string kind{wire_name(event.kind)};
  const auto count = static_cast<double>(event.count);
  state_->events.Add({{"kind", kind}}).Increment(count);
  if (const auto verdict = verdict_of(event); !verdict.empty()) {
    state_->jobs.Add({{"channel", channel_of(event)}, {"verdict", std::string{verdict}}})
        .Increment(count);
  }
  if (event.reason.empty()) return;
  prometheus::Labels labels{{"kind", kind}, {"reason", event.reason}};
  if (!event.mail.empty()) labels.emplace("mail", event.mail);
  if (!event.part.empty()) labels.emplace("part", event.part);
  state_->failures.Add(labels).Increment(count);
}

Sample gauge(std::string name, std::string help, double value, Labels labels) {
  return {std::move(name), std::move(help), false, value, std::move(labels)};
}

Sample counter(std::string name, std::string help, double value, Labels labels) {
  return {std::move(name), std::move(help), true, value, std::move(labels)};
}

std::string Metrics::text(const std::vector<Sample>& samples) const {
  auto families = state_->registry.Collect();
  std::map<std::string, prometheus::MetricFamily> further;
  for (const auto& sample : samples) {
    auto& family = further[sample.name];
    family.name = sample.name;
    family.help = sample.help;
    family.type =
        sample.counts_up ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
    prometheus::ClientMetric metric;
    for (const auto& [name, value] : sample.labels) metric.label.push_back({name, value});
    (sample.counts_up ? metric.counter.value : metric.gauge.value) = sample.value;
    family.metric.push_back(std::move(metric));
  }
  for (auto& [name, family] : further) families.push_back(std::move(family));
  return prometheus::TextSerializer{}.Serialize(families);
}

}  // namespace coffeeauth::server
