// What a server can do wrong at each step, and what becomes of the mail.
#include <openssl/err.h>
#include "coffeeauth/testing/doctest.hpp"

#include <csignal>

#include "fault_server.hpp"
#include "tests/sanitized.hpp"

using namespace coffeeauth;
using namespace coffeeauth::smtp;
using namespace coffeeauth::smtp::testing;

namespace {

struct Step {
  /// As the server and the reasons call it.
  std::string name;
  std::string reason;
};

/// In clear; TLS and its steps have tests of their own.
const std::vector<Step> steps{{"greeting", "greeting"}, {"EHLO", "EHLO"}, {"MAIL", "MAIL FROM"},
                              {"RCPT", "RCPT TO"},      {"DATA", "DATA"}, {"message", "message"}};

bool is_about_the_mail(const Step& step) {
  return step.name == "RCPT" || step.name == "DATA" || step.name == "message";
}

Delivery deliver_alone(const std::string& step, const Answer& answer) {
  return deliver_to({.answers = {{step, answer}}});
}

/// Whether or not the server takes commands together, the same becomes of the mail.
Delivery deliver_with(const std::string& step, const Answer& answer,
                      const std::function<void(SmtpOptions&)>& change = {}) {
  auto delivery = deliver_to({.answers = {{step, answer}}}, change);
  if (step != "greeting" && step != "EHLO") {
    const auto together =
        deliver_to({.extensions = "250-PIPELINING\r\n", .answers = {{step, answer}}}, change);
    CHECK(told(together) == told(delivery));
    CHECK(together.problem == delivery.problem);
  }
  return delivery;
}

std::atomic<int> pipe_signals{0};

}  // namespace

TEST_CASE("a friendly server gets the mail, so that the faults below are what fails") {
  CHECK(told(deliver_to({})) == "delivered");
  CHECK(told(deliver_to({.extensions = "250-PIPELINING\r\n"})) == "delivered");
  for (const auto security : {SmtpSecurity::starttls, SmtpSecurity::implicit_tls}) {
    CHECK(told(deliver_to({.security = security})) == "delivered");
  }
}

TEST_CASE("nobody there is tried again later") {
  std::uint16_t port = 0;
  {
    const FaultServer server{{}};
    port = server.port();
  }
  CHECK(told(make_smtp_mailer(plain_options(port))->deliver(mail())) ==
        "later: connection refused");
  auto options = plain_options(port);
  options.host = "no-such-host.invalid";
  CHECK(told(make_smtp_mailer(std::move(options))->deliver(mail())) ==
        "later: host name not found");
}

TEST_CASE("4xx at any step is tried again later") {
  for (const auto& step : steps) {
    CAPTURE(step.name);
    for (const std::string code : {"450", "421"}) {
      CHECK(told(deliver_with(step.name, says(code + " canary\r\n"))) ==
            "later: " + step.reason + " " + code);
    }
  }
}

TEST_CASE("5xx refuses the mail where it is certainly about the recipient or the message") {
  for (const auto& step : steps) {
    CAPTURE(step.name);
    const auto* const verdict = is_about_the_mail(step) ? "refused: " : "later: ";
    for (const std::string code : {"550", "554", "552"}) {
      for (const std::string status : {"5.1.1", "5.2.2", "5.6.0"}) {
        CHECK(told(deliver_with(step.name, says(code + "-" + status + " canary\r\n" + code + " " +
                                                status + " canary\r\n"))) ==
              verdict + step.reason + " " + code + " " + status);
      }
    }
  }
  CHECK(told(deliver_with("RCPT", says("550 canary\r\n"))) == "refused: RCPT TO 550");
  CHECK(told(deliver_with("RCPT", says("551 canary\r\n"))) == "refused: RCPT TO 551");
  CHECK(told(deliver_with("RCPT", says("553 canary\r\n"))) == "refused: RCPT TO 553");
}

TEST_CASE("5xx that may be about the service's own set-up loses no mail, and says what it is") {
  struct Case {
    std::string reply;
    DeliveryProblem problem;
  };
  for (const auto& step : steps) {
    for (const auto& each : {Case{"554 5.7.1 canary: relay access denied", DeliveryProblem::policy},
                             Case{"550 5.7.1 canary", DeliveryProblem::policy},
                             Case{"550 5.4.5 canary", DeliveryProblem::quota},
                             Case{"554 canary: sending paused", DeliveryProblem::policy},
                             Case{"550 relay not permitted", DeliveryProblem::policy},
                             Case{"530 5.7.0 canary", DeliveryProblem::login}}) {
      CAPTURE(step.name);
      CAPTURE(each.reply);
      const auto& [reply, problem] = each;
      const auto delivery = deliver_with(step.name, says(reply + "\r\n"));
      CHECK(told(delivery).starts_with("later: " + step.reason + " " + reply.substr(0, 3)));
      CHECK(told(delivery).find("canary") == std::string::npos);
      CHECK(delivery.problem == problem);
    }
  }
}

TEST_CASE("5xx that is about this client loses no mail") {
  for (const auto& step : steps) {
    for (const std::string code : {"500", "502", "503", "504", "530", "535", "538"}) {
      // These to EHLO are of a server that knows no extensions; see below.
      if (step.name == "EHLO" && (code == "500" || code == "502" || code == "504")) continue;
      CAPTURE(step.name);
      CHECK(told(deliver_with(step.name, says(code + " canary\r\n"))) ==
            "later: " + step.reason + " " + code);
    }
  }
}

TEST_CASE("a server that knows no EHLO is greeted with HELO, where nothing needs an extension") {
  for (const std::string code : {"500", "502", "504"}) {
    CAPTURE(code);
    const auto unknown = says(code + " canary\r\n");
    CHECK(told(deliver_with("EHLO", unknown)) == "delivered");
    CHECK(told(deliver_to({.answers = {{"EHLO", unknown}, {"HELO", says("550 canary\r\n")}}})) ==
          "later: EHLO 550");
    for (const auto security : {SmtpSecurity::starttls, SmtpSecurity::implicit_tls}) {
      CHECK(told(deliver_to({.security = security, .answers = {{"EHLO", unknown}}})) ==
            "later: EHLO " + code);
    }
  }
  // What a reply to HELO lists is no offer.
  const auto offers = says("250-canary\r\n250 PIPELINING\r\n");
  CHECK(told(deliver_to({.answers = {{"EHLO", says("502 canary\r\n")}, {"HELO", offers}}})) ==
        "delivered");
}

TEST_CASE("a server that hangs up at any step is tried again later") {
  for (const auto& step : steps) {
    CAPTURE(step.name);
    const auto reason = "later: " + step.reason + ": connection lost";
    CHECK(told(deliver_with(step.name, hangs_up())) == reason);
    const auto reset = told(deliver_with(step.name, resets()));
    // A reset that is there before the connection was looked at is one of connecting.
    const bool never_connected = step.name == "greeting" && reset == "later: connection lost";
    CHECK((reset == reason || never_connected));
    // Poco's own client goes round for ever after this.
    CHECK(told(deliver_with(step.name, [](Peer& peer) {
            peer.say("250-canary\r\n");
            peer.hang_up();
          })) == reason);
    CHECK(told(deliver_with(step.name, [](Peer& peer) {
            peer.say("250 can");
            peer.hang_up();
          })) == reason);
  }
}

TEST_CASE("what is no reply is never taken for one") {
  for (const auto& step : steps) {
    CAPTURE(step.name);
    for (const std::string text :
         {"canary\r\n", "\r\n", "250 canary\n", "250canary\r\n", "250-canary\r\n354 canary\r\n"}) {
      CAPTURE(text);
      CHECK(told(deliver_with(step.name, says(text))) ==
            "later: " + step.reason + ": not an SMTP reply");
    }
    CHECK(told(deliver_with(step.name, floods("canary "))) ==
          "later: " + step.reason + ": not an SMTP reply");
    CHECK(told(deliver_with(step.name, floods("250-canary\r\n"))) ==
          "later: " + step.reason + ": not an SMTP reply");
  }
}

TEST_CASE("success of another kind than was asked for is none") {
  CHECK(told(deliver_with("greeting", says("250 canary\r\n"))) == "later: greeting 250");
  CHECK(told(deliver_with("EHLO", says("220 canary\r\n"))) == "later: EHLO 220");
  CHECK(told(deliver_with("DATA", says("250 canary\r\n"))) == "later: DATA 250");
  CHECK(told(deliver_with("message", says("354 canary\r\n"))) == "later: message 354");
}

TEST_CASE("replies that nobody asked for are not taken for the answer to the next command") {
  CHECK(told(deliver_alone("MAIL", says("250 canary\r\n250 canary\r\n"))) ==
        "later: RCPT TO: a reply that was not asked for");
  CHECK(told(deliver_alone("RCPT", says("250 canary\r\n354 canary\r\n250 canary\r\n"))) ==
        "later: DATA: a reply that was not asked for");
  CHECK(told(deliver_alone("DATA", says("354 canary\r\n250 canary\r\n"))) ==
        "later: DATA: a reply that was not asked for");
}

TEST_CASE("a mail that cannot be written is refused and nothing of it is sent") {
  const FaultServer server{{}};
  const auto mailer = make_smtp_mailer(options_for(server, SmtpSecurity::none));
  auto bad = mail();
  bad.subject = "a\r\nBcc: b@example.org";
  CHECK(told(mailer->deliver(bad)) == "refused: a header field is not valid");
  bad = mail();
  bad.to = EmailAddress::restore("x", "a@b>\r\nRCPT TO:<c@example.org");
  CHECK(told(mailer->deliver(bad)) == "refused: bad address");
  CHECK(server.connections() == 0);
}

TEST_CASE("a text with dots and bare line ends arrives as one message") {
  const FaultServer server{{}};
  const auto mailer = make_smtp_mailer(options_for(server, SmtpSecurity::none));
  auto sent = mail();
  sent.text = "a\n.\nMAIL FROM:<x@y>\n\r.\r\n.\r\nb";

  CHECK(told(mailer->deliver(sent)) == "delivered");
  CHECK(told(mailer->deliver(mail("2"))) == "delivered");

  CHECK(server.messages().size() == 2);
}

TEST_CASE("a server that is gone while a mail is written raises no SIGPIPE") {
  using Handler = void (*)(int);
  const Handler before = std::signal(SIGPIPE, [](int) { ++pipe_signals; });
  for (const auto security : {SmtpSecurity::none, SmtpSecurity::implicit_tls}) {
    const FaultServer server{{.security = security, .answers = {{"DATA", [](Peer& peer) {
                                                                   peer.say("354 canary\r\n");
                                                                   peer.reset();
                                                                 }}}}};
    const auto mailer = make_smtp_mailer(options_for(server, security));
    // More than the kernel would take for a peer that is there; a sanitizer is slow to compose it.
    const std::size_t size = coffeeauth::testing::sanitized ? 2'000'000 : 8'000'000;
    CHECK(told(mailer->deliver(mail("1", std::string(size, 'x')))) ==
          "later: message: connection lost");
  }
  CHECK(pipe_signals == 0);
  sigset_t pending{};
  sigpending(&pending);
  CHECK(sigismember(&pending, SIGPIPE) == 0);
  std::signal(SIGPIPE, before);
}

TEST_CASE("a failure of TLS leaves nothing on the thread for other users of OpenSSL") {
  const auto self_signed = certificates().self_signed_for_localhost();
  ERR_clear_error();

  CHECK(told(deliver_to({.security = SmtpSecurity::implicit_tls, .identity = &self_signed})) ==
        "later: TLS: certificate not trusted");

  CHECK(ERR_peek_error() == 0);
}

TEST_CASE("what other users of OpenSSL left on the thread is nobody's failure") {
  // An answer that has to be waited for, or nobody asks OpenSSL why there is none.
  const Answer slowly = [](Peer& peer) {
    std::this_thread::sleep_for(50ms);
    peer.say("250 canary\r\n");
  };
  const FaultServer server{{.security = SmtpSecurity::starttls, .answers = {{"RSET", slowly}}}};
  const auto mailer = make_smtp_mailer(options_for(server, SmtpSecurity::starttls));
  for (const std::string id : {"1", "2"}) {
    ERR_raise(ERR_LIB_USER, ERR_R_INTERNAL_ERROR);
    CHECK(told(mailer->deliver(mail(id))) == "delivered");
  }
  CHECK(server.connections() == 1);
  ERR_clear_error();
}

TEST_CASE("a server that waits for the message of a mail it refused is told that there is none") {
  const auto refused_once = says_then("550 5.1.1 canary\r\n", 1, says("250 canary\r\n"));
  const FaultServer server{
      {.extensions = "250-PIPELINING\r\n", .answers = {{"RCPT", refused_once}}}};
  const auto mailer = make_smtp_mailer(options_for(server, SmtpSecurity::none));

  CHECK(told(mailer->deliver(mail("1"))) == "refused: RCPT TO 550 5.1.1");
  CHECK(told(mailer->deliver(mail("2"))) == "delivered");

  CHECK(server.connections() == 1);
  REQUIRE(server.messages().size() == 2);
  CHECK(server.messages().front().empty());
}

TEST_CASE("where commands are taken together, a reply too many is never taken for success") {
  for (const std::string step : {"MAIL", "RCPT"}) {
    for (const std::string reply :
         {"250 canary\r\n250 canary\r\n", "250 canary\r\n354 canary\r\n"}) {
      CAPTURE(step);
      CAPTURE(reply);
      const FaultServer server{
          {.extensions = "250-PIPELINING\r\n", .answers = {{step, says(reply)}}}};
      const auto mailer = make_smtp_mailer(options_for(server, SmtpSecurity::none));
      CHECK(told(mailer->deliver(mail())).starts_with("later: "));
      CHECK(server.messages().empty());
    }
  }
}
