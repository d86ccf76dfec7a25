// Logins with a bearer token, as Gmail and Microsoft 365 ask for.
#include "coffeeauth/testing/doctest.hpp"

#include <fstream>

#include "fault_server.hpp"
#include "mail_server.hpp"

using namespace coffeeauth;
using namespace coffeeauth::smtp;
using namespace coffeeauth::smtp::testing;

namespace {

SmtpOptions with_token(SmtpOptions options, TokenSource token) {
  options.password = Secret{};
  options.login = SmtpLogin::xoauth2;
  options.token = std::move(token);
  return options;
}

/// `first`, and `second` when the server refused it.
TokenSource one_then(const std::string& first, const std::string& second) {
  return [=](bool refused) { return Secret{refused ? second : first}; };
}

}  // namespace

TEST_CASE(
    "XOAUTH2 logs in with tokens that are short, and with such that need a line of their own") {
  for (const auto security : {SmtpSecurity::starttls, SmtpSecurity::implicit_tls}) {
    const MailServer server{security, {"PLAIN", "LOGIN", "XOAUTH2"}};
    for (const std::size_t size : {20U, 300U, 340U, 350U}) {
      const std::string token(size, 't');
      server.take_token(token);
      const auto mailer = make_smtp_mailer(with_token(server.options(), one_then(token, token)));
      CHECK(told(mailer->deliver(mail())) == "delivered");
      CHECK(server.mails().back()["login"] == "XOAUTH2 app@example.org");
    }
  }
}

TEST_CASE("a token that ran out is refused once, and a fresh one goes over the same connection") {
  const MailServer server{SmtpSecurity::starttls, {"XOAUTH2"}};
  server.take_token("fresh");
  const auto mailer = make_smtp_mailer(with_token(server.options(), one_then("old", "fresh")));

  CHECK(told(mailer->deliver(mail())) == "delivered");

  CHECK(server.connections() == 1);
  CHECK(server.spoke_on() == 0);
}

TEST_CASE("a token's file that changed is what the next login uses") {
  const coffeeauth::testing::TemporaryFolder folder;
  const MailServer server{SmtpSecurity::starttls, {"XOAUTH2"}};
  auto options = with_token(server.options(), token_from_file(folder.file("token")));
  options.idle_time = 0ms;
  const auto mailer = make_smtp_mailer(std::move(options));
  CHECK(told(mailer->deliver(mail("0"))) == "later: AUTH: no token is to be had");
  for (const std::string token : {"one", "two"}) {
    server.take_token(token);
    std::ofstream{folder.file("token")} << token << "\n";
    CHECK(told(mailer->deliver(mail(token))) == "delivered");
  }
}

TEST_CASE("a token that is refused twice leaves the mail waiting, and stands in no reason") {
  const MailServer server{SmtpSecurity::starttls, {"XOAUTH2"}};
  server.take_token("right");
  const auto delivery =
      make_smtp_mailer(with_token(server.options(), one_then("canary1", "canary2")))
          ->deliver(mail());

  CHECK(delivery.verdict == DeliveryVerdict::retry_later);
  CHECK(delivery.problem == DeliveryProblem::login);
  CHECK(delivery.reason.starts_with("AUTH 535"));
  CHECK(delivery.reason.find("canary") == std::string::npos);
  CHECK(server.mails().empty());
}

TEST_CASE("no token is sent where it is not one, not to be had, or not asked for") {
  const auto delivered_with = [](TokenSource token, const std::string& extensions) {
    const FaultServer server{{.security = SmtpSecurity::implicit_tls, .extensions = extensions}};
    auto options = with_token(options_for(server, SmtpSecurity::implicit_tls), std::move(token));
    return told(make_smtp_mailer(std::move(options))->deliver(mail()));
  };
  const std::string offered = "250-AUTH XOAUTH2\r\n";

  CHECK(delivered_with(one_then("t", "t"), offered) == "delivered");
  CHECK(delivered_with(one_then("t", "t"), "") == "later: AUTH: XOAUTH2 is not offered");
  for (const std::string bad : {"", "a b", "a\x01", "a\r\nQUIT", "\xC3\xA9"}) {
    CHECK(delivered_with(one_then(bad, bad), offered) == "later: AUTH: no token is to be had");
  }
  CHECK(delivered_with([](bool) -> Secret { throw std::runtime_error("canary"); }, offered) ==
        "later: AUTH: no token is to be had");
  CHECK(delivered_with([](bool) -> Secret { throw 42; }, offered) ==
        "later: AUTH: no token is to be had");
}

TEST_CASE("a login that the server cannot judge now is not tried with another token") {
  int asked = 0;
  const FaultServer server{{.security = SmtpSecurity::implicit_tls,
                            .extensions = "250-AUTH XOAUTH2\r\n",
                            .answers = {{"AUTH", says("454 4.7.0 canary\r\n")}}}};
  const auto mailer =
      make_smtp_mailer(with_token(options_for(server, SmtpSecurity::implicit_tls), [&](bool) {
        ++asked;
        return Secret{"t"};
      }));
  CHECK(told(mailer->deliver(mail())) == "later: AUTH 454 4.7.0");
  CHECK(asked == 1);
}
