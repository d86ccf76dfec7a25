#include <algorithm>
#include <mutex>
#include <stdexcept>

#include "address.hpp"
#include "message.hpp"
#include "session.hpp"

namespace coffeeauth::smtp {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

/// How long a kept connection has to prove that it lives; a fresh one costs little more.
constexpr auto proof_of_life = 5s;
constexpr auto longest_delivery = 60s;
constexpr auto longest_idle_time = 1h;

SmtpOptions require_valid(SmtpOptions options) {
  options.client_name = to_ascii_host(options.client_name);
  const auto require = [](bool holds, const char* what) {
    if (!holds) throw std::invalid_argument(what);
  };
  const bool by_token = options.login == SmtpLogin::xoauth2;
  const bool has_login =
      !options.username.empty() || !options.password.empty() || by_token || options.token;
  require(is_host(options.host) && options.port != 0, "expected a mail server's host and port");
  require(options.client_name.empty() || is_client_name(options.client_name),
          "expected a host name with a dot, or an address in brackets, for EHLO");
  require(by_token || !has_login || (!options.username.empty() && !options.password.empty()),
          "expected a user and a password for the mail server, or neither");
  require(by_token == static_cast<bool>(options.token) &&
              (!by_token || (!options.username.empty() && is_one_line(options.username) &&
                             options.password.empty())),
          "XOAUTH2 takes a user, a token, and no password");
  require(!has_login || options.security != SmtpSecurity::none,
          "a password is not sent to a mail server without TLS");
  require(options.username.find('\0') == std::string::npos &&
              options.password.expose_secret().find('\0') == std::string_view::npos,
          "the mail server's user and password must not hold a zero octet");
  require(options.timeout > 0ms && options.timeout <= longest_delivery &&
              options.delivery_timeout > 0ms && options.delivery_timeout <= longest_delivery,
          "a mail, and each step of it, has from 1 ms to 60 s");
  require(options.idle_time >= 0ms && options.idle_time <= longest_idle_time,
          "a connection to the mail server is kept for at most an hour");
  require(options.mails_per_connection > 0, "a connection carries at least one mail");
  options.from = require_valid(std::move(options.from));
  return options;
}

/// For who sends a mail by itself.
class AnyTime final : public DeliveryTurn {
 public:
  [[nodiscard]] bool take(std::chrono::milliseconds) override { return true; }
};

class SmtpMailer final : public Mailer {
 public:
  explicit SmtpMailer(SmtpOptions options)
      : options_(require_valid(std::move(options))),
        tls_(options_.security == SmtpSecurity::none
                 ? nullptr
                 : std::make_unique<net::TlsContext>(options_.host, options_.ca_file,
                                                     "the mail server")) {}

  ~SmtpMailer() override {
    for (const auto& kept : kept_) kept.session->quit();
  }
  SmtpMailer(const SmtpMailer&) = delete;
  SmtpMailer& operator=(const SmtpMailer&) = delete;

  [[nodiscard]] Delivery deliver(const Mail& mail) noexcept override {
    AnyTime turn;
    return deliver_in_turn(mail, turn);
  }

  [[nodiscard]] Delivery deliver_in_turn(const Mail& mail, DeliveryTurn& turn) noexcept override {
    try {
      const auto deadline = Clock::now() + options_.delivery_timeout;
      const auto& to = mail.to.canonical();
      if (!is_plain_address(to)) {
        return verdict(DeliveryVerdict::refused, "bad address", DeliveryProblem::recipient);
      }
      const auto data = to_data(
          compose_message(mail, options_.from, host_name(options_.client_name, options_.from)));
      auto delivery = send_on_kept(to, data, turn, deadline);
      return delivery ? *std::move(delivery) : send_on_fresh(to, data, turn, deadline);
    } catch (const NoTurn&) {
      return verdict(DeliveryVerdict::retry_later, "its turn did not come", DeliveryProblem::local);
    } catch (const SessionFailed& e) {
      return verdict(DeliveryVerdict::retry_later, e.what(), e.problem(), e.turned_away());
    } catch (const std::invalid_argument&) {
      return verdict(DeliveryVerdict::refused, "a header field is not valid",
                     DeliveryProblem::message);
    } catch (const std::exception&) {
      // No thread or no memory was to be had.
      return verdict(DeliveryVerdict::retry_later, "out of resources", DeliveryProblem::local);
    }
  }

 private:
  struct Kept {
    std::unique_ptr<Session> session;
    Clock::time_point since;
  };

  /// Without its reason when there is no memory even for that.
  static Delivery verdict(DeliveryVerdict verdict, const char* reason, DeliveryProblem problem,
                          bool turned_away = false) noexcept {
    try {
      return {verdict, reason, problem, turned_away};
    } catch (const std::bad_alloc&) {
      return {verdict, {}, problem, turned_away};
    }
  }

  /// Nothing when no connection was kept, or the one that was turned out to be dead while the
  /// server could not yet have taken the mail.
  std::optional<Delivery> send_on_kept(std::string_view to, std::string_view data,
                                       DeliveryTurn& turn, Deadline deadline) {
    auto session = take();
    if (!session || session->is_stale()) return std::nullopt;
    try {
      return send(std::move(session), to, data, turn, deadline, Clock::now() + proof_of_life);
    } catch (const SessionFailed&) {
      if (session && session->content_is_out()) throw;
      return std::nullopt;
    }
  }

  Delivery send_on_fresh(std::string_view to, std::string_view data, DeliveryTurn& turn,
                         Deadline deadline) {
    return send(std::make_unique<Session>(options_, resolver_, tls_.get(), deadline), to, data,
                turn, deadline);
  }

  /// Leaves `session` with the caller when it fails.
  Delivery send(std::unique_ptr<Session>&& session, std::string_view to, std::string_view data,
                DeliveryTurn& turn, Deadline deadline,
                std::optional<Deadline> life = std::nullopt) {
    auto delivery = session->send(to, data, turn, deadline, life);
    keep(std::move(session));
    return delivery;
  }

  /// The connection used last, so that those which a burst left over grow old; those that have are
  /// closed.
  std::unique_ptr<Session> take() {
    std::vector<Kept> old;
    std::unique_ptr<Session> session;
    {
      const std::lock_guard lock{mutex_};
      const auto oldest = Clock::now() - options_.idle_time;
      const auto young = std::find_if(kept_.begin(), kept_.end(),
                                      [&](const Kept& kept) { return kept.since > oldest; });
      std::move(kept_.begin(), young, std::back_inserter(old));
      kept_.erase(kept_.begin(), young);
      if (!kept_.empty()) {
        session = std::move(kept_.back().session);
        kept_.pop_back();
      }
    }
    for (const auto& kept : old) kept.session->quit();
    return session;
  }

  void keep(std::unique_ptr<Session> session) noexcept {
    if (session->mails() < options_.mails_per_connection && options_.idle_time > 0ms) {
      try {
        const std::lock_guard lock{mutex_};
        kept_.push_back({std::move(session), Clock::now()});
        return;
      } catch (const std::exception&) {
        // Closed instead of kept; the mail's verdict stands.
      }
    }
    if (session) session->quit();
  }

  const SmtpOptions options_;
  /// Null without TLS.
  const std::unique_ptr<const net::TlsContext> tls_;
  net::Resolver resolver_;
  std::mutex mutex_;
  /// Oldest first.
  std::vector<Kept> kept_;
};

}  // namespace

std::unique_ptr<Mailer> make_smtp_mailer(SmtpOptions options) {
  return std::make_unique<SmtpMailer>(std::move(options));
}

}  // namespace coffeeauth::smtp
