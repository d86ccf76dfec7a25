// Nothing that matters is said to anybody who is not proved to be the server.
#include "coffeeauth/testing/doctest.hpp"

#include "fault_server.hpp"

using namespace coffeeauth;
using namespace coffeeauth::smtp;
using namespace coffeeauth::smtp::testing;

namespace {

/// What comes of a mail to a server with this identity, however TLS begins; both the same.
std::string presented(const Identity& identity, const std::string& host = "localhost",
                      const std::string& ca_file = certificates().authority()) {
  std::string outcome;
  for (const auto security : {SmtpSecurity::implicit_tls, SmtpSecurity::starttls}) {
    const FaultServer server{{.security = security, .identity = &identity}};
    auto options = options_for(server, security);
    options.host = host;
    options.ca_file = ca_file;
    const auto reason = told(make_smtp_mailer(std::move(options))->deliver(mail()));
    const std::string step =
        security == SmtpSecurity::starttls ? "later: STARTTLS: " : "later: TLS: ";
    const auto words = reason.starts_with(step) ? reason.substr(step.size()) : reason;
    if (!outcome.empty() && words != outcome) return outcome + " or " + words;
    outcome = words;
    if (words != "delivered") CHECK(server.messages().empty());
    CHECK(server.heard_in_clear().find("AUTH") == std::string::npos);
  }
  return outcome;
}

Manners starttls(Answer answer) {
  return {.security = SmtpSecurity::starttls, .answers = {{"STARTTLS", std::move(answer)}}};
}

}  // namespace

TEST_CASE("a certificate of the authority for the name or the address is taken") {
  CHECK(presented(localhost()) == "delivered");
  CHECK(presented(localhost(), "127.0.0.1") == "delivered");
  CHECK(presented(certificates().signed_for("DNS:other.example,DNS:LOCALHOST")) == "delivered");
}

TEST_CASE("a certificate for another name is not") {
  auto& make = certificates();
  const std::string no = "certificate not trusted";
  CHECK(presented(make.signed_for("DNS:other.example")) == no);
  CHECK(presented(make.signed_for("DNS:localhost.example")) == no);
  CHECK(presented(make.signed_for("DNS:*")) == no);
  CHECK(presented(make.signed_for("DNS:local*")) == no);
  // A common name is not a name (RFC 9525), with and without others beside it.
  CHECK(presented(make.signed_for("", "localhost")) == no);
  CHECK(presented(make.signed_for("email:x@example.org", "localhost")) == no);
  // An address is not a name, and the other way round.
  CHECK(presented(make.signed_for("IP:127.0.0.1")) == no);
  CHECK(presented(make.signed_for("DNS:localhost,DNS:127.0.0.1"), "127.0.0.1") == no);
  CHECK(presented(make.signed_for("IP:127.0.0.2"), "127.0.0.1") == no);
}

TEST_CASE("a certificate that has expired is not taken") {
  CHECK(presented(certificates().signed_for("DNS:localhost", "x", -1)) ==
        "certificate not trusted");
}

TEST_CASE("a certificate of nobody's is not taken, nor of an authority that is not trusted") {
  CHECK(presented(certificates().self_signed_for_localhost()) == "certificate not trusted");
  // The system's authorities are asked when there is no file, and do not know ours.
  CHECK(presented(localhost(), "localhost", "") == "certificate not trusted");
  const auto other = certificates().self_signed_for_localhost();
  CHECK(presented(localhost(), "localhost", other.certificate) == "certificate not trusted");
}

TEST_CASE("a server that does not offer STARTTLS gets no mail and no password") {
  const FaultServer server{{}};
  const auto mailer = make_smtp_mailer(options_for(server, SmtpSecurity::starttls));

  CHECK(told(mailer->deliver(mail())) == "later: STARTTLS is not offered");

  CHECK(server.heard_in_clear() == "EHLO example.org\n");
}

TEST_CASE("a server that refuses STARTTLS gets no mail and no password") {
  for (const std::string code : {"454", "501", "250"}) {
    const FaultServer server{starttls(says(code + " canary\r\n"))};
    const auto mailer = make_smtp_mailer(options_for(server, SmtpSecurity::starttls));

    CHECK(told(mailer->deliver(mail())) == "later: STARTTLS " + code);

    CHECK(server.heard_in_clear() == "EHLO example.org\nSTARTTLS\n");
  }
}

TEST_CASE("what was said in clear behind the answer to STARTTLS is not heard after it") {
  // All that follows is friendly: without the check the injected reply would be the answer to the
  // second EHLO.
  const FaultServer server{starttls([](Peer& peer) {
    peer.say("220 canary\r\n250-canary\r\n250 AUTH PLAIN\r\n");
    peer.secure(localhost());
  })};
  const auto mailer = make_smtp_mailer(options_for(server, SmtpSecurity::starttls));

  CHECK(told(mailer->deliver(mail())) == "later: STARTTLS: octets in clear behind the reply");

  CHECK(server.messages().empty());
  CHECK(server.heard_in_clear() == "EHLO example.org\nSTARTTLS\n");
}

TEST_CASE("what was said in clear a moment later spoils the handshake") {
  const FaultServer server{starttls([](Peer& peer) {
    peer.say("220 canary\r\n");
    std::this_thread::sleep_for(100ms);
    peer.say("250-canary\r\n250 AUTH PLAIN\r\n");
    is_silent()(peer);
  })};
  const auto mailer = make_smtp_mailer(options_for(server, SmtpSecurity::starttls));

  CHECK(told(mailer->deliver(mail())) == "later: STARTTLS: TLS handshake failed");
}

TEST_CASE("what was offered in clear counts for nothing after the handshake") {
  const FaultServer server{{.security = SmtpSecurity::starttls,
                            .answers = {{"EHLO", [](Peer& peer) {
                                           peer.say(peer.is_secured()
                                                        ? "250 canary\r\n"
                                                        : "250-canary\r\n250-STARTTLS\r\n"
                                                          "250 AUTH PLAIN LOGIN\r\n");
                                         }}}}};
  const auto mailer = make_smtp_mailer(options_for(server, SmtpSecurity::starttls));

  CHECK(told(mailer->deliver(mail())) == "later: AUTH: neither PLAIN nor LOGIN is offered");
}

TEST_CASE("a server that hangs up instead of securing gets no mail") {
  const auto lost = [](const std::string& outcome) {
    return outcome == "later: STARTTLS: connection lost" ||
           outcome == "later: STARTTLS: TLS handshake failed";
  };
  CHECK(told(deliver_to(starttls(hangs_up()))) == "later: STARTTLS: connection lost");
  CHECK(lost(told(deliver_to(starttls([](Peer& peer) {
    peer.say("220 canary\r\n");
    peer.hang_up();
  })))));
}

TEST_CASE("a server that speaks in clear where TLS was wanted gets nothing") {
  const FaultServer server{{}};
  const auto outcome =
      told(make_smtp_mailer(options_for(server, SmtpSecurity::implicit_tls))->deliver(mail()));

  CHECK(outcome == "later: TLS: TLS handshake failed");
}

TEST_CASE("a login that fails is never the recipient's fault") {
  for (const std::string code : {"535", "454", "550", "334", "250"}) {
    CHECK(told(deliver_to({.security = SmtpSecurity::starttls,
                           .answers = {{"AUTH", says(code + " canary\r\n")}}})) ==
          "later: AUTH " + code);
  }
  CHECK(told(deliver_to({.security = SmtpSecurity::implicit_tls,
                         .answers = {{"AUTH", hangs_up()}}})) == "later: AUTH: connection lost");
}

TEST_CASE("a login that is too long for one command goes behind it") {
  std::string login;
  const auto delivery = deliver_to({.security = SmtpSecurity::starttls,
                                    .answers = {{"AUTH",
                                                 [&](Peer& peer) {
                                                   peer.say("334 \r\n");
                                                   login = peer.line().value_or("none");
                                                   peer.say("235 canary\r\n");
                                                 }}}},
                                   [](SmtpOptions& options) {
                                     options.username = "u";
                                     options.password = Secret{std::string(600, 'p')};
                                   });
  CHECK(told(delivery) == "delivered");
  // A zero, the user, a zero and the password.
  CHECK(login.size() == (1 + 1 + 1 + 600) / 3 * 4);
}
