// An audit line for each event, a webhook that reports events to another system, and a policy that
// decides who may sign up.

#include <httplib.h>

#include <iostream>
#include <string>
#include <string_view>
#include <syncstream>
#include <thread>

#include "coffeeauth/standard/standard.hpp"
#include "webhook.hpp"

namespace {

namespace ca = coffeeauth;

/// Prints a line for each event: the kind, the account, and the client's IP address. Events contain
/// no email address, code or token, so the log cannot contain one either.
class AuditLog final : public ca::EventSink {
 public:
  void on(const ca::Event& event) noexcept override {
    std::osyncstream line{std::cout};
    line << "audit: " << ca::wire_name(event.kind);
    if (event.user) line << " of " << event.user->str();
    if (!event.client.address.empty()) line << " from " << event.client.address;
    line << "\n";
  }
};

/// Auth takes one sink; this one passes events on to two.
class Both final : public ca::EventSink {
 public:
  Both(ca::EventSink& first, ca::EventSink& second) : first_(first), second_(second) {}
  void on(const ca::Event& event) noexcept override {
    first_.on(event);
    second_.on(event);
  }

 private:
  ca::EventSink& first_;
  ca::EventSink& second_;
};

/// Decides who may sign up. The REST API, where it is mounted, applies it too.
ca::Result<void> only_our_own(const ca::SignUpRequest& request, const ca::ClientContext&) {
  if (request.email.canonical().ends_with("@example.com")) return {};
  return ca::field_error("email", "not_allowed", "Only people of example.com may sign up.");
}

void visit(ca::Auth& auth, std::string_view address) {
  const ca::ClientContext client{.address = "192.0.2.7"};
  const auto outcome =
      auth.users().sign_up({.email = ca::EmailAddress::parse(address).value(),
                            .password = ca::Password::parse("plum tart & 47 spoons").value()},
                           client);
  if (!outcome) std::cout << address << ": " << outcome.error().fields.front().message << "\n";
  const auto tokens = auth.sessions().log_in(ca::EmailAddress::parse(address).value(),
                                             ca::Password::parse("a wrong guess").value(), client);
  if (!tokens) std::cout << address << ": " << ca::message(tokens.error().code) << "\n";
}

}  // namespace

int main() {
  // Stands in for the other system: prints the events that it receives.
  httplib::Server other;
  other.Post("/hooks/accounts", [](const httplib::Request& request, httplib::Response& response) {
    std::osyncstream{std::cout} << "webhook: " << request.body << "\n";
    response.status = 204;
  });
  const int port = other.bind_to_any_port("127.0.0.1");
  std::thread listening{[&] { other.listen_after_bind(); }};

  {
    AuditLog audit;
    Webhook webhook{"http://127.0.0.1:" + std::to_string(port), "/hooks/accounts"};
    Both events{audit, webhook};
    auto accounts = ca::standard::open({
        .database_url = "memory:",
        .secret_key = ca::Secret{"an example's key, of 32 bytes or more"},
        .delivers_mails = false,
        .sign_up_policy = only_our_own,
        .events = &events,
    });
    auto& auth = accounts.auth();
    visit(auth, "ada@example.com");
    visit(auth, "eve@elsewhere.example");
  }
  other.stop();
  listening.join();
}
