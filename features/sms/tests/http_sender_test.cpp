// The sender that posts to a gateway, against one that answers as a test likes.

#include "coffeeauth/sms/http_sender.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include <atomic>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "coffeeauth/sms/contract.hpp"
#include "coffeeauth/testing/manual_clock.hpp"
#include "features/sms/senders/request.hpp"
#include "lib/testing/contract/samples.hpp"
#include "tests/unit/net/server.hpp"

namespace coffeeauth::sms {
namespace {

using namespace std::chrono_literals;
using net::testing::Certificates;
using net::testing::secured;
using Poco::Net::StreamSocket;

constexpr const char* usual_secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Reads one request: head and body.
std::string read_request(StreamSocket& socket) {
  std::string text;
  for (;;) {
    const auto end = text.find("\r\n\r\n");
    if (end != std::string::npos) {
      const auto length = text.find("Content-Length: ");
      const auto size = std::stoul(text.substr(length + 16));
      if (text.size() >= end + 4 + size) return text;
    }
    std::string chunk(4'096, '\0');
    const int some = socket.receiveBytes(chunk.data(), static_cast<int>(chunk.size()));
    if (some <= 0) return text;
    text.append(chunk, 0, static_cast<std::size_t>(some));
  }
}

std::string header_of(const std::string& request, const std::string& name) {
  const auto at = request.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  const auto begin = at + name.size() + 4;
  return request.substr(begin, request.find("\r\n", begin) - begin);
}

std::string body_of(const std::string& request) {
  return request.substr(request.find("\r\n\r\n") + 4);
}

/// A gateway for any number of messages, which takes what is signed.
class Gateway {
 public:
  Gateway() : thread_([this] { serve(); }) {}
  ~Gateway() {
    stops_ = true;
    thread_.join();
  }
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(listener_.address().port()) + "/messages";
  }
  void answer_next(std::string answer) {
    const std::lock_guard lock{mutex_};
    next_ = std::move(answer);
  }
  [[nodiscard]] std::vector<std::string> taken() const {
    const std::lock_guard lock{mutex_};
    return taken_;
  }

 private:
  void serve() {
    while (!stops_) {
      if (!listener_.poll(Poco::Timespan{0, 20'000}, Poco::Net::Socket::SELECT_READ)) continue;
      try {
        auto socket = listener_.acceptConnection();
        const auto request = read_request(socket);
        net::testing::write(socket, answer_to(request));
      } catch (const std::exception&) {
        // The client left.
      }
    }
  }
  std::string answer_to(const std::string& request) {
    const std::lock_guard lock{mutex_};
    if (!next_.empty()) return std::exchange(next_, {});
    const auto expected = signature_of(signing_key_of(Secret{std::string_view{usual_secret}}),
                                       header_of(request, "webhook-id"),
                                       header_of(request, "webhook-timestamp"), body_of(request));
    if (header_of(request, "webhook-signature") != expected) {
      return "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n";
    }
    taken_.push_back(request);
    return "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";
  }

  Poco::Net::ServerSocket listener_{Poco::Net::SocketAddress{"127.0.0.1", 0}, 128};
  std::atomic<bool> stops_ = false;
  mutable std::mutex mutex_;
  std::string next_;
  std::vector<std::string> taken_;
  std::thread thread_;
};

HttpSenderOptions options_for(std::string url) {
  HttpSenderOptions options;
  options.url = std::move(url);
  options.secret = Secret{std::string_view{usual_secret}};
  return options;
}

Sms message_for_gateway() {
  return {.id = testing::nth<JobId>(1),
          .to = PhoneNumber::parse("+491701234567").value(),
          .text = Secret{std::string_view{"001234 is your Shop code."}},
          .kind = "code",
          .expires_at = testing::noon};
}

class GatewayHarness final : public SmsSenderHarness {
 public:
  std::unique_ptr<SmsSender> fresh() override {
    gateway_ = std::make_unique<Gateway>();
    return make_http_sender(options_for(gateway_->url()), clock_);
  }
  std::vector<ReceivedSms> received() override {
    std::vector<ReceivedSms> all;
    for (const auto& request : gateway_->taken()) {
      const auto body = nlohmann::json::parse(body_of(request));
      const auto& expiry = body.at("expires_at");
      CHECK(header_of(request, "webhook-id") == body.at("id"));
      all.push_back(
          {JobId::parse(body.at("id").get<std::string>()).value(), body.at("to"), body.at("text"),
           body.at("kind"),
           // The sample's, of which RFC 3339 keeps the milliseconds.
           expiry == to_rfc3339(testing::noon) ? std::optional{testing::noon} : std::nullopt});
    }
    return all;
  }
  bool take_down() override {
    gateway_->answer_next("HTTP/1.1 503 Service Unavailable\r\n\r\n");
    return true;
  }
  bool refuse_next() override {
    gateway_->answer_next("HTTP/1.1 400 Bad Request\r\n\r\n");
    return true;
  }

 private:
  testing::ManualClock clock_;
  std::unique_ptr<Gateway> gateway_;
};

/// What a sender says of a gateway with that answer.
Delivery said_of(const std::string& answer) {
  const testing::ManualClock clock;
  Gateway gateway;
  gateway.answer_next(answer);
  return make_http_sender(options_for(gateway.url()), clock)->deliver(message_for_gateway());
}

std::string refusal_of(HttpSenderOptions options) {
  const testing::ManualClock clock;
  try {
    static_cast<void>(make_http_sender(std::move(options), clock));
    return {};
  } catch (const std::invalid_argument& refused) {
    return refused.what();
  }
}

}  // namespace

TEST_CASE("a gateway keeps the contract of senders") {
  GatewayHarness harness;
  sms_sender_contract(harness);
}

TEST_CASE("the status says what to do with a message, and a redirect is not followed") {
  for (const auto* status : {"200", "201", "202", "204", "299"}) {
    CAPTURE(status);
    CHECK(said_of("HTTP/1.1 " + std::string{status} + " x\r\n\r\n").verdict ==
          DeliveryVerdict::delivered);
  }
  for (const auto* status : {"408", "429", "500", "502", "503", "599"}) {
    CAPTURE(status);
    const auto said = said_of("HTTP/1.1 " + std::string{status} + " x\r\n\r\n");
    CHECK(said.verdict == DeliveryVerdict::retry_later);
    CHECK(said.reason == "HTTP " + std::string{status});
  }
  for (const auto* status : {"301", "302", "307", "400", "401", "403", "404", "413", "422"}) {
    CAPTURE(status);
    CHECK(said_of("HTTP/1.1 " + std::string{status} + " x\r\nLocation: /ok\r\n\r\n").verdict ==
          DeliveryVerdict::refused);
  }
}

TEST_CASE("an answer that is none is for later") {
  CHECK(said_of("220 smtp.example ESMTP\r\n").problem == DeliveryProblem::protocol);
  CHECK(said_of("HTTP/1.1 200 OK\r\nA: " + std::string(20'000, 'x')).problem ==
        DeliveryProblem::protocol);
  // It hangs up before the head is complete.
  const auto cut = said_of("HTTP/1.1 200 OK\r\nA: b\r\n");
  CHECK(cut.verdict == DeliveryVerdict::retry_later);
  CHECK(cut.problem == DeliveryProblem::unreachable);
}

TEST_CASE("a gateway that is not there, or does not answer in time, is for later") {
  const testing::ManualClock clock;
  std::string gone;
  {
    const Gateway gateway;
    gone = gateway.url();
  }
  const auto refused = make_http_sender(options_for(gone), clock)->deliver(message_for_gateway());
  CHECK(refused.verdict == DeliveryVerdict::retry_later);
  CHECK(refused.problem == DeliveryProblem::unreachable);

  const net::testing::Server silent{[](StreamSocket socket) {
    static_cast<void>(read_request(socket));
    // Until the client leaves.
    static_cast<void>(net::testing::read(socket, 1));
  }};
  auto options = options_for("http://127.0.0.1:" + std::to_string(silent.port()) + "/");
  options.timeout = 200ms;
  const auto late = make_http_sender(std::move(options), clock)->deliver(message_for_gateway());
  CHECK(late.verdict == DeliveryVerdict::retry_later);
  CHECK(late.reason == "timed out");
}

TEST_CASE("a gateway whose certificate is not trusted gets no message") {
  const testing::ManualClock clock;
  Certificates certificates;
  const auto right = certificates.signed_for("DNS:localhost");
  const auto wrong = certificates.signed_for("DNS:other.example");
  const auto said = [&](const testing::Identity& identity, const std::string& ca_file) {
    std::string seen;
    Delivery delivery;
    {
      const net::testing::Server server{[&](StreamSocket socket) {
        auto tls = secured(socket, identity);
        seen = read_request(tls);
        net::testing::write(tls, "HTTP/1.1 200 OK\r\n\r\n");
      }};
      auto options = options_for("https://localhost:" + std::to_string(server.port()) + "/");
      options.ca_file = ca_file;
      delivery = make_http_sender(std::move(options), clock)->deliver(message_for_gateway());
    }
    CHECK(seen.empty() == (delivery.verdict != DeliveryVerdict::delivered));
    return delivery;
  };
  CHECK(said(right, certificates.authority()).verdict == DeliveryVerdict::delivered);
  for (const auto& delivery : {said(wrong, certificates.authority()), said(right, "")}) {
    CHECK(delivery.verdict == DeliveryVerdict::retry_later);
    CHECK(delivery.problem == DeliveryProblem::tls);
  }
}

TEST_CASE("options that cannot be are refused by the setting, without its value") {
  CHECK(refusal_of(options_for("https://gateway.example/x")).empty());
  const auto url = refusal_of(options_for("http://gateway.example/token"));
  CHECK(url.starts_with("SMS_URL: "));
  CHECK(url.find("token") == std::string::npos);
  auto options = options_for("https://gateway.example/x");
  options.secret = Secret{std::string_view{"short"}};
  const auto secret = refusal_of(std::move(options));
  CHECK(secret.starts_with("SMS_SECRET: "));
  CHECK(secret.find("short") == std::string::npos);
  options = options_for("https://gateway.example/x");
  options.timeout = 0ms;
  CHECK_FALSE(refusal_of(std::move(options)).empty());
}

TEST_CASE("neither URL nor secret is shown, since both may hold a token") {
  auto options = options_for("https://gateway.example/token");
  options.from = "Shop";
  for (const auto& field : fields(options)) {
    CAPTURE(field.name);
    CHECK(field.get() == (field.name == "SMS_FROM" ? "Shop" : masked_text));
    if (field.check) CHECK_FALSE(field.check());
  }
  CHECK(origin_of(options) == "https://gateway.example");
  options.url = "http://gateway.example/token";
  const auto fault = fields(options).front().check();
  REQUIRE(fault);
  CHECK(fault->message.find("token") == std::string::npos);
}

}  // namespace coffeeauth::sms
