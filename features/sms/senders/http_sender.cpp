#include "coffeeauth/sms/http_sender.hpp"

#include <new>
#include <optional>
#include <stdexcept>
#include <utility>

#include "adapters/net/src/channel.hpp"
#include "http_answer.hpp"
#include "request.hpp"

namespace coffeeauth::sms {
namespace {

using namespace std::chrono_literals;

constexpr auto longest_post = 60s;

/// What `make` gives; what it refuses is refused in the name of the setting.
template <class Make>
auto of_setting(const char* name, Make make) {
  try {
    return make();
  } catch (const std::invalid_argument& fault) {
    throw std::invalid_argument(std::string{name} + ": " + fault.what());
  }
}

/// Without its reason when there is no memory even for that.
Delivery verdict_of(DeliveryVerdict verdict, std::string_view reason,
                    DeliveryProblem problem) noexcept {
  try {
    return {verdict, std::string{reason}, problem};
  } catch (const std::bad_alloc&) {
    return {verdict, {}, problem};
  }
}

Delivery later(std::string_view reason, DeliveryProblem problem) noexcept {
  return verdict_of(DeliveryVerdict::retry_later, reason, problem);
}

DeliveryProblem problem_of(net::Failure failure) noexcept {
  switch (failure) {
    case net::Failure::untrusted:
    case net::Failure::handshake:
      return DeliveryProblem::tls;
    case net::Failure::name_lookup_timed_out:
    case net::Failure::name_not_found:
    case net::Failure::refused:
    case net::Failure::connecting_timed_out:
    case net::Failure::unreachable:
    case net::Failure::timed_out:
    case net::Failure::closed:
    case net::Failure::lost:
      break;
  }
  return DeliveryProblem::unreachable;
}

Delivery delivery_of(int status) {
  if (status >= 200 && status < 300) return {DeliveryVerdict::delivered};
  const auto reason = "HTTP " + std::to_string(status);
  if (status == 408 || status == 429 || status >= 500) {
    return later(reason, status == 429 ? DeliveryProblem::quota : DeliveryProblem::busy);
  }
  const bool is_login = status == 401 || status == 403;
  return verdict_of(DeliveryVerdict::refused, reason,
                    is_login ? DeliveryProblem::login : DeliveryProblem::message);
}

class HttpSender final : public SmsSender {
 public:
  HttpSender(HttpSenderOptions options, const Clock& clock)
      : endpoint_(of_setting("SMS_URL", [&] { return parse_endpoint(options.url); })),
        key_(of_setting("SMS_SECRET", [&] { return signing_key_of(options.secret); })),
        tls_(endpoint_.is_secured
                 ? of_setting("SMS_URL",
                              [&] {
                                return std::make_unique<net::TlsContext>(
                                    endpoint_.host, options.ca_file, "the gateway");
                              })
                 : nullptr),
        from_(std::move(options.from)),
        timeout_(options.timeout),
        clock_(clock) {
    if (timeout_ <= 0ms || timeout_ > longest_post) {
      throw std::invalid_argument("a text message has from 1 ms to 60 s");
    }
  }

  [[nodiscard]] Delivery deliver(const Sms& message) noexcept override {
    try {
      return posted(message);
    } catch (const net::ConnectionFailed& failed) {
      return later(failed.what(), problem_of(failed.failure()));
    } catch (const std::exception&) {
      // No thread or no memory was to be had.
      return later("out of resources", DeliveryProblem::local);
    }
  }

 private:
  Delivery posted(const Sms& message) {
    const auto deadline = std::chrono::steady_clock::now() + timeout_;
    WipedText request;
    {
      WipedText body;
      write_body(message, from_, body);
      write_request(endpoint_, key_, message.id.str(), clock_.now(), body.text, request);
    }
    net::Channel channel{resolver_.resolve(endpoint_.host, deadline), endpoint_.port, deadline};
    if (tls_) channel.secure(*tls_, deadline);
    channel.send(request.text, deadline);
    std::string answer;
    for (;;) {
      channel.receive_into(answer, deadline);
      const auto head = read_head(answer);
      if (head.is_malformed) return later("malformed response", DeliveryProblem::protocol);
      if (head.status) return delivery_of(*head.status);
    }
  }

  const Endpoint endpoint_;
  const Secret key_;
  /// Null without TLS.
  const std::unique_ptr<const net::TlsContext> tls_;
  const std::string from_;
  const std::chrono::milliseconds timeout_;
  const Clock& clock_;
  net::Resolver resolver_;
};

/// Fills a text that may hold a token, and is shown as a secret is.
ConfigField hidden_url_field(std::string& value) {
  auto made = field(
      "SMS_URL",
      "The gateway that text messages are posted to: `https://`, or `http://` on loopback. With "
      "SQLite, messages are written to DATA_DIR/sms when unset.",
      value, TextLength{0, 2'000});
  made.get = [&value] { return std::string{value.empty() ? "" : masked_text}; };
  made.secret = true;
  made.check = [&value]() -> std::optional<FieldError> {
    if (value.empty()) return std::nullopt;
    try {
      static_cast<void>(parse_endpoint(value));
      return std::nullopt;
    } catch (const std::invalid_argument& fault) {
      return FieldError{"SMS_URL", "invalid", fault.what()};
    }
  };
  return made;
}

}  // namespace

std::unique_ptr<SmsSender> make_http_sender(HttpSenderOptions options, const Clock& clock) {
  return std::make_unique<HttpSender>(std::move(options), clock);
}

std::string origin_of(const HttpSenderOptions& options) {
  const auto at = of_setting("SMS_URL", [&] { return parse_endpoint(options.url); });
  return (at.is_secured ? "https://" : "http://") + at.authority;
}

std::vector<ConfigField> fields(HttpSenderOptions& o) {
  const auto is_key = [](std::string_view text) {
    try {
      static_cast<void>(signing_key_of(Secret{text}));
      return true;
    } catch (const std::invalid_argument&) {
      return false;
    }
  };
  return {hidden_url_field(o.url),
          field("SMS_SECRET",
                "Signs the requests to SMS_URL, as Standard Webhooks does: 24 to 64 bytes, or "
                "`whsec_` and their Base64. Required with SMS_URL.",
                o.secret, is_key, "24 to 64 bytes, or whsec_ and their Base64"),
          field("SMS_FROM",
                "The sender of text messages, as the gateway wants it; the gateway's own when "
                "unset.",
                o.from, TextLength{0, 50})};
}

}  // namespace coffeeauth::sms
