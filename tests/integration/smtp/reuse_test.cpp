// A kept connection may be dead; a mail must not be lost to that, nor sent twice.
#include "coffeeauth/testing/doctest.hpp"

#include "fault_server.hpp"

using namespace coffeeauth::smtp;
using namespace coffeeauth::smtp::testing;

namespace {

const std::string usual = "250 canary\r\n";

/// What became of a first and a second mail, and how many connections and messages it took.
struct Outcome {
  std::string first;
  std::string second;
  int connections = 0;
  std::size_t messages = 0;
};

Outcome two_mails(const std::string& step, const Answer& answer,
                  SmtpSecurity security = SmtpSecurity::none, const std::string& extensions = {}) {
  const FaultServer server{
      {.security = security, .extensions = extensions, .answers = {{step, answer}}}};
  const auto mailer = make_smtp_mailer(options_for(server, security));
  Outcome outcome;
  outcome.first = told(mailer->deliver(mail("1")));
  outcome.second = told(mailer->deliver(mail("2")));
  outcome.connections = server.connections();
  outcome.messages = server.messages().size();
  return outcome;
}

/// The second mail went over a second connection.
void check_retried(const Outcome& outcome) {
  CHECK(outcome.first == "delivered");
  CHECK(outcome.second == "delivered");
  CHECK(outcome.connections == 2);
  CHECK(outcome.messages == 2);
}

Answer closing() {
  return [](Peer& peer) {
    peer.say("421 canary\r\n");
    peer.hang_up();
  };
}

}  // namespace

TEST_CASE("a connection that the server closed between two mails is replaced") {
  for (const auto security : {SmtpSecurity::none, SmtpSecurity::implicit_tls}) {
    check_retried(two_mails(
        "message",
        [](Peer& peer) {
          peer.say(usual);
          peer.hang_up();
        },
        security));
    check_retried(two_mails(
        "message",
        [](Peer& peer) {
          peer.say(usual);
          std::this_thread::sleep_for(50ms);
          closing()(peer);
        },
        security));
  }
}

TEST_CASE("421 or an end on a kept connection, before the message is out, is retried once") {
  check_retried(two_mails("RSET", closing()));
  check_retried(two_mails("RSET", hangs_up()));
  check_retried(two_mails("RSET", resets()));
  check_retried(two_mails("RSET", says("500 canary\r\n")));
  check_retried(two_mails("MAIL", says_then(usual, 1, [left = 1](Peer& peer) mutable {
                            left-- > 0 ? closing()(peer) : peer.say(usual);
                          })));
  check_retried(two_mails("RCPT", says_then(usual, 1, [left = 1](Peer& peer) mutable {
                            left-- > 0 ? peer.hang_up() : peer.say(usual);
                          })));
}

TEST_CASE("a kept connection that takes commands together is replaced as well") {
  const auto together = [](const std::string& step, const Answer& answer) {
    return two_mails(step, answer, SmtpSecurity::none, "250-PIPELINING\r\n");
  };
  check_retried(together("RSET", closing()));
  check_retried(together("RSET", hangs_up()));
  check_retried(together("RSET", is_silent()));
  check_retried(together("RCPT", says_then(usual, 1, [left = 1](Peer& peer) mutable {
                           left-- > 0 ? peer.hang_up() : peer.say(usual);
                         })));
  const auto kept = together("MAIL", says(usual));
  CHECK(kept.second == "delivered");
  CHECK(kept.connections == 1);
}

TEST_CASE("a kept connection that hangs is given up for a new one") {
  check_retried(two_mails("RSET", is_silent()));
  check_retried(two_mails("RSET", drips("250-canary canary\r\n"), SmtpSecurity::starttls));
}

TEST_CASE("a mail is retried once, not for ever") {
  const auto outcome = two_mails("RCPT", says_then(usual, 1, closing()));

  CHECK(outcome.first == "delivered");
  CHECK(outcome.second == "later: RCPT TO 421");
  CHECK(outcome.connections == 2);
}

TEST_CASE("a mail that the server may have taken is not sent again at once") {
  for (const auto& end : {hangs_up(), resets(), closing()}) {
    const auto outcome = two_mails("message", says_then(usual, 1, end));

    CHECK(outcome.first == "delivered");
    CHECK(outcome.second.starts_with("later: message"));
    CHECK(outcome.connections == 1);
    CHECK(outcome.messages == 2);
  }
}

TEST_CASE("a verdict on a kept connection is a verdict") {
  auto outcome = two_mails("RCPT", says_then(usual, 1, says("550 canary\r\n")));
  CHECK(outcome.second == "refused: RCPT TO 550");
  CHECK(outcome.connections == 1);

  outcome = two_mails("MAIL", says_then(usual, 1, says("451 canary\r\n")));
  CHECK(outcome.second == "later: MAIL FROM 451");
  CHECK(outcome.connections == 1);
}

TEST_CASE("a mail that was refused leaves the connection to the next") {
  const auto outcome = two_mails("RCPT", says_then("550 canary\r\n", 1, says(usual)));

  CHECK(outcome.first == "refused: RCPT TO 550");
  CHECK(outcome.second == "delivered");
  CHECK(outcome.connections == 1);
}

TEST_CASE("no connection is kept where that is not wanted") {
  const FaultServer server{{}};
  auto options = options_for(server, SmtpSecurity::none);
  options.idle_time = 0ms;
  const auto mailer = make_smtp_mailer(std::move(options));
  CHECK(told(mailer->deliver(mail("1"))) == "delivered");
  CHECK(told(mailer->deliver(mail("2"))) == "delivered");
  CHECK(server.connections() == 2);
}
