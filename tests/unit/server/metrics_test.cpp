#include "metrics.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include <thread>
#include <vector>

namespace coffeeauth::server {
namespace {

http::AccessRecord record(std::string method, std::string route, int status) {
  http::AccessRecord made;
  made.method = std::move(method);
  made.route = std::move(route);
  made.status = status;
  made.duration = std::chrono::microseconds{700};
  return made;
}

bool has_line(const Metrics& metrics, const std::string& line) {
  return ("\n" + metrics.text()).find("\n" + line + "\n") != std::string::npos;
}
std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

TEST_CASE("requests are counted by method, route and status") {
  Metrics metrics;
  for (int i = 0; i < 3; ++i) metrics.count_request(record("GET", "/api/users/{id}", 200));
  metrics.count_request(record("GET", "/api/users/{id}", 404));
  CHECK(has_line(
      metrics,
      R"(coffeeauth_http_requests_total{method="GET",route="/api/users/{id}",status="200"} 3)"));
  CHECK(has_line(
      metrics,
      R"(coffeeauth_http_requests_total{method="GET",route="/api/users/{id}",status="404"} 1)"));
  CHECK(has_line(metrics, R"(coffeeauth_http_request_seconds_count{route="/api/users/{id}"} 4)"));
  CHECK(has_line(
      metrics, R"(coffeeauth_http_request_seconds_bucket{route="/api/users/{id}",le="0.0005"} 0)"));
  CHECK(has_line(
      metrics, R"(coffeeauth_http_request_seconds_bucket{route="/api/users/{id}",le="0.001"} 4)"));
}

TEST_CASE("jobs of features are counted by channel and verdict, and mails are not among them") {
  Metrics metrics;
  const auto job = [](EventKind kind) {
    return Event{.kind = kind, .mail = "code", .details = {{"channel", "sms"}}};
  };
  for (int i = 0; i < 2; ++i) metrics.count_event(job(EventKind::job_delivered));
  metrics.count_event(job(EventKind::job_delayed));
  metrics.count_event(job(EventKind::job_given_up));
  metrics.count_event(job(EventKind::job_expired));
  metrics.count_event({.kind = EventKind::mail_delivered, .mail = "code"});
  metrics.count_event(job(EventKind::job_server_failing));
  CHECK(has_line(metrics, R"(coffeeauth_jobs_total{channel="sms",verdict="delivered"} 2)"));
  for (const std::string verdict : {"delayed", "given_up", "expired"}) {
    CHECK(has_line(metrics,
                   R"(coffeeauth_jobs_total{channel="sms",verdict=")" + verdict + R"("} 1)"));
  }
  CHECK(count(metrics.text(), "coffeeauth_jobs_total{") == 4);
}

TEST_CASE("what strangers invent makes no new label") {
  Metrics metrics;
  for (int i = 0; i < 1'000; ++i) {
    // No route at all, and a route with a method that nobody knows (405).
    metrics.count_request(record("M" + std::to_string(i), "", 404));
    metrics.count_request(record("M" + std::to_string(i), "/api/me", 405));
  }
  const auto text = metrics.text();
  CHECK(count(text, "coffeeauth_http_requests_total{") == 2);
  CHECK(has_line(
      metrics,
      R"(coffeeauth_http_requests_total{method="other",route="other",status="404"} 1000)"));
  CHECK(has_line(
      metrics,
      R"(coffeeauth_http_requests_total{method="other",route="/api/me",status="405"} 1000)"));
}

TEST_CASE("the methods of HTTP keep their names") {
  for (const std::string method : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    Metrics metrics;
    metrics.count_request(record(method, "/api/me", 405));
    CHECK(has_line(metrics, "coffeeauth_http_requests_total{method=\"" + method +
                                R"(",route="/api/me",status="405"} 1)"));
  }
}

TEST_CASE("events are counted by kind, and several at once as several") {
  Metrics metrics;
  metrics.count_event({.kind = EventKind::logged_in});
  metrics.count_event({.kind = EventKind::unverified_users_deleted, .count = 7});
  metrics.count_event({.kind = EventKind::unverified_users_deleted, .count = 3});
  CHECK(has_line(metrics, R"(coffeeauth_events_total{kind="logged_in"} 1)"));
  CHECK(has_line(metrics, R"(coffeeauth_events_total{kind="unverified_users_deleted"} 10)"));
}

TEST_CASE(
    "each failure of the background is counted with its reason, also one that is worth no line") {
  Metrics metrics;
  metrics.count_event({.kind = EventKind::mail_delivered, .mail = "verification_code"});
  for (const bool repeated : {false, true}) {
    metrics.count_event({.kind = EventKind::mail_delayed,
                         .mail = "verification_code",
                         .reason = "busy",
                         .repeated = repeated});
  }
  metrics.count_event({.kind = EventKind::background_failed, .part = "worker", .reason = "failed"});
  CHECK(has_line(
      metrics,
      R"(coffeeauth_background_failures_total{kind="mail_delayed",mail="verification_code",reason="busy"} 2)"));
  CHECK(has_line(
      metrics,
      R"(coffeeauth_background_failures_total{kind="background_failed",part="worker",reason="failed"} 1)"));
  CHECK(count(metrics.text(), "\ncoffeeauth_background_failures_total{") == 2);
}

TEST_CASE("a sample stands in the text once, and is not kept") {
  const Metrics metrics;
  const auto text = metrics.text({gauge("a_up", "Whether.", 1, {{"pool", "x"}}),
                                  gauge("a_up", "Whether.", 0, {{"pool", "y"}}),
                                  counter("b_total", "How many.", 7)});
  CHECK(count(text, "# TYPE a_up gauge\n") == 1);
  CHECK(count(text, "\na_up{pool=\"x\"} 1\n") == 1);
  CHECK(count(text, "a_up{pool=\"y\"} 0\n") == 1);
  CHECK(count(text, "# TYPE b_total counter\nb_total 7\n") == 1);
  CHECK(count(metrics.text(), "a_up") == 0);
}

TEST_CASE("no request is lost among many threads") {
  Metrics metrics;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 500; ++k) metrics.count_request(record("GET", "/healthz", 200));
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(has_line(
      metrics,
      R"(coffeeauth_http_requests_total{method="GET",route="/healthz",status="200"} 4000)"));
}

}  // namespace
}  // namespace coffeeauth::server
