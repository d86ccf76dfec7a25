#pragma once
/// What the tests of the mailer share.

#include <chrono>
#include <string>

#include "coffeeauth/smtp/smtp.hpp"

namespace coffeeauth::smtp::testing {

using namespace std::chrono_literals;

inline Mail mail(const std::string& id = "1", const std::string& text = "one\ntwo\n") {
  return {.to = EmailAddress::restore("Ada@example.org", "ada@example.org"),
          .subject = "Your code",
          .text = text,
          .html = {},
          .message_id = id + "@example.org",
          .date = UtcTime{1'700'000'000'000ms}};
}

/// For a server on this machine, in clear.
inline SmtpOptions plain_options(std::uint16_t port) {
  SmtpOptions options;
  options.host = "127.0.0.1";
  options.port = port;
  options.security = SmtpSecurity::none;
  options.from = {"auth@example.org", "Coffee"};
  return options;
}

/// With TLS, a login, and the authority at `ca_file`.
inline SmtpOptions secured_options(std::uint16_t port, SmtpSecurity security,
                                   const std::string& ca_file) {
  auto options = plain_options(port);
  options.host = "localhost";
  options.security = security;
  options.ca_file = ca_file;
  options.username = "app@example.org";
  options.password = Secret{"pass word \u20ac:@/"};
  return options;
}

/// `delivered`, or the verdict's name and its reason.
inline std::string told(const Delivery& delivery) {
  switch (delivery.verdict) {
    case DeliveryVerdict::delivered:
      return "delivered" + delivery.reason;
    case DeliveryVerdict::retry_later:
      return "later: " + delivery.reason;
    case DeliveryVerdict::refused:
      break;
  }
  return "refused: " + delivery.reason;
}

}  // namespace coffeeauth::smtp::testing
