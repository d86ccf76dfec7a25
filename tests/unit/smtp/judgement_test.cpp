// Reads private parts: what each kind of reply means, without a server that gives them all.
#include "adapters/smtp/src/judgement.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include <string>
#include <vector>

using namespace coffeeauth;
using namespace coffeeauth::smtp;

namespace {

const std::vector<Step> all_steps{Step::greeting, Step::hello,   Step::starttls,
                                  Step::login,    Step::sender,  Step::recipient,
                                  Step::data,     Step::message, Step::reset};

bool is_about_the_mail(Step step) {
  return step == Step::recipient || step == Step::data || step == Step::message;
}

Reply reply_of(int code, const std::vector<std::string>& lines) {
  return {.code = code, .lines = lines};
}

bool is_final(Step step, int code, const std::string& text) {
  return judge(step, reply_of(code, {text})).verdict == DeliveryVerdict::refused;
}

std::string status_of(int code, const std::vector<std::string>& lines) {
  const auto status = enhanced_status(reply_of(code, lines));
  return status ? std::to_string(status->subject) + "." + std::to_string(status->detail) : "none";
}

}  // namespace

TEST_CASE("only an enhanced code about the address, the mailbox or the content is final") {
  const std::vector<int> codes{501, 521, 541, 550, 551, 552, 553, 554, 555, 556};
  for (const auto step : all_steps) {
    for (const int code : codes) {
      for (int subject = 0; subject < 10; ++subject) {
        for (const int detail : {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 26, 54, 90, 252, 511}) {
          const auto text =
              "5." + std::to_string(subject) + "." + std::to_string(detail) + " canary";
          CAPTURE(name_of(step));
          CAPTURE(code);
          CAPTURE(text);
          const bool final = (subject == 1 && detail <= 10 && detail != 7 && detail != 8) ||
                             (subject == 2 && (detail == 1 || detail == 2 || detail == 4 ||
                                               (detail == 0 && step == Step::recipient))) ||
                             subject == 6;
          CHECK(is_final(step, code, text) == (final && is_about_the_mail(step)));
        }
      }
    }
  }
}

TEST_CASE("a bare 550, 551 or 553 is final as an answer to the recipient, and nothing else is") {
  for (const auto step : all_steps) {
    for (int code = 200; code < 600; ++code) {
      CAPTURE(name_of(step));
      CAPTURE(code);
      const bool final = step == Step::recipient && (code == 550 || code == 551 || code == 553);
      CHECK(is_final(step, code, "canary") == final);
      CHECK(is_final(step, code, "") == final);
    }
  }
}

TEST_CASE("nothing below 500 is final, whatever stands behind it") {
  for (const auto step : all_steps) {
    for (const int code : {220, 250, 334, 354, 421, 450, 451, 452, 454, 499}) {
      for (const std::string text : {"5.1.1 canary", "4.1.1 canary", "2.1.5 canary", "5.6.0"}) {
        CHECK_FALSE(is_final(step, code, text));
      }
    }
  }
}

TEST_CASE("replies that are about the login or the commands wait, also with a final code") {
  for (const auto step : all_steps) {
    for (const int code : {500, 502, 503, 504, 530, 535, 538}) {
      for (const std::string text : {"canary", "5.1.1 canary", "5.7.0 canary", "5.5.1 canary"}) {
        CHECK_FALSE(is_final(step, code, text));
      }
    }
  }
}

TEST_CASE("what known servers say of a set-up that is wrong waits, and is called what it is") {
  struct Case {
    Step step;
    int code;
    std::string text;
    DeliveryProblem problem;
  };
  using P = DeliveryProblem;
  const std::vector<Case> cases{
      // Postfix, Sendmail, Exchange, Exim, Google's relay.
      {Step::recipient, 554, "5.7.1 <a@b>: Relay access denied", P::policy},
      {Step::recipient, 550, "5.7.1 <a@b>... Relaying denied", P::policy},
      {Step::recipient, 550, "5.7.54 SMTP; Unable to relay recipient", P::policy},
      {Step::recipient, 550, "relay not permitted", P::policy},
      {Step::recipient, 550, "Relaying denied", P::policy},
      {Step::sender, 550, "5.7.1 Invalid credentials for relay [192.0.2.1].", P::policy},
      // Google's and Microsoft's limits, Amazon's sandbox and pause.
      {Step::message, 550, "5.4.5 Daily user sending limit exceeded.", P::quota},
      {Step::sender, 550, "5.4.5 Daily SMTP relay limit exceeded", P::quota},
      {Step::recipient, 550, "5.4.5 Daily user sending quota exceeded.", P::quota},
      {Step::message, 554, "5.2.0 canary", P::policy},
      {Step::message, 554, "5.2.252 SendAsDenied; not allowed to send as", P::policy},
      {Step::message, 550, "5.1.90 Your message can't be sent: the daily limit is reached",
       P::policy},
      {Step::recipient, 552, "5.2.3 sending limit", P::policy},
      {Step::recipient, 553, "sorry, not in my list of allowed rcpthosts (#5.7.1)", P::policy},
      {Step::recipient, 550, "Sending paused for this account", P::policy},
      {Step::recipient, 550, "Daily sending quota exceeded", P::policy},
      {Step::recipient, 550, "You must authenticate first", P::policy},
      {Step::recipient, 550, "SMTP AUTH is required", P::policy},
      {Step::recipient, 550, "Sender verify failed", P::policy},
      {Step::recipient, 550, "From address not verified", P::policy},
      {Step::recipient, 550, "client host blocked using zen.spamhaus.org", P::policy},
      {Step::recipient, 550, "HELO name is not acceptable", P::policy},
      {Step::recipient, 550, "Domain x.example has exceeded the max emails per hour (101/100)",
       P::policy},
      {Step::recipient, 550, "Administrative prohibition", P::policy},
      {Step::recipient, 550, "Access denied", P::policy},
      {Step::recipient, 550, "Rejected by policy", P::policy},
      {Step::recipient, 550, "Too many messages from your IP today", P::policy},
      {Step::recipient, 550, "Your account is suspended", P::policy},
      {Step::recipient, 550, "Client host [192.0.2.1] is listed in dnsbl.example", P::policy},
      {Step::recipient, 550, "You must check for new mail first (POP before SMTP)", P::policy},
      {Step::recipient, 550, "5.1.1 Sender address rejected: unknown user", P::sender},
      {Step::message, 554, "Sending paused for this account.", P::policy},
      {Step::message, 554, "Message rejected: Email address is not verified.", P::policy},
      {Step::message, 454, "Throttling failure: Daily message quota exceeded.", P::busy},
      {Step::greeting, 554, "5.7.1 Service unavailable; Client host blocked", P::policy},
      {Step::greeting, 554, "IP=192.0.2.1 - A problem occurred.", P::policy},
      {Step::message, 550, "5.7.26 This mail has been blocked: not authenticated", P::policy},
      {Step::message, 554, "5.7.9 Message not accepted for policy reasons.", P::policy},
      // Logins.
      {Step::login, 535, "5.7.8 Username and Password not accepted.", P::login},
      {Step::login, 534, "5.7.9 Application-specific password required.", P::login},
      {Step::sender, 530, "5.7.57 Client not authenticated to send mail.", P::login},
      {Step::recipient, 530, "Authentication required", P::login},
      {Step::login, 454, "4.7.0 Temporary authentication failure", P::busy},
      // Senders; Postfix and Exim say so at the recipient.
      {Step::sender, 553, "5.7.1 <x@y>: not owned by user canary", P::policy},
      {Step::sender, 550, "Sender verify failed", P::sender},
      {Step::sender, 550, "5.1.0 Sender rejected", P::sender},
      {Step::recipient, 550, "5.1.8 <x@y>: Domain not found", P::sender},
      {Step::recipient, 550, "5.1.7 <x@y>: Sender address rejected", P::sender},
      {Step::recipient, 550,
       "5.1.0 <x@y>: Sender address rejected: User unknown in local recipient table", P::sender},
      {Step::recipient, 550, "5.2.0 relay quota", P::policy},
      {Step::recipient, 504, "5.5.2 <x>: need fully-qualified hostname", P::policy},
      // One recipient's odd refusal is not the server's failure.
      {Step::recipient, 555, "5.5.2 Syntax error", P::policy},
      {Step::recipient, 500, "canary", P::policy},
      {Step::message, 554, "5.5.0 canary", P::policy},
      {Step::sender, 501, "5.5.4 Syntax error", P::protocol},
      {Step::hello, 502, "5.5.1 canary", P::protocol},
      // What is repeated of the mail is not what the server says of us.
      {Step::recipient, 550, "5.1.1 <sender@x.example>: User unknown", P::recipient},
      {Step::recipient, 550, "<policy@x.example> unknown", P::recipient},
      {Step::recipient, 550, "a@x.example... not listed in Domino Directory", P::recipient},
      {Step::recipient, 550, "<policy@x.example> unknown, relay denied", P::policy},
      {Step::recipient, 550, "192.0.2.1 is not listed in our whitelist", P::policy},
      {Step::recipient, 550, "see <https://x.example/blocked/a@b>", P::policy},
      // Asking to come back.
      {Step::recipient, 450, "4.2.0 <a@b>: Greylisted", P::busy},
      {Step::greeting, 421, "4.7.0 Try again later", P::busy},
      {Step::message, 452, "4.3.1 Insufficient system storage", P::busy},
      {Step::message, 552, "5.3.4 Message size exceeds fixed limit", P::message},
      {Step::starttls, 454, "4.7.0 TLS not available", P::tls},
  };
  for (const auto& each : cases) {
    CAPTURE(each.text);
    const auto& [step, code, text, problem] = each;
    const auto delivery = judge(step, reply_of(code, {text}));
    if (problem != P::recipient) CHECK(delivery.verdict == DeliveryVerdict::retry_later);
    CHECK(wire_name(delivery.problem) == wire_name(problem));
  }
}

TEST_CASE("a status is three numbers at the beginning of a line, of the reply's own class") {
  CHECK(status_of(550, {"5.1.1 canary"}) == "1.1");
  CHECK(status_of(550, {"5.7.511"}) == "7.511");
  CHECK(status_of(550, {"canary", "5.1.1 canary"}) == "1.1");
  CHECK(status_of(550, {"sorry, no mailbox here by that name (#5.1.1)"}) == "1.1");
  CHECK(status_of(550, {"sorry (#5.1.1) canary"}) == "none");
  CHECK(status_of(550, {"5.1.1 canary", "canary", "5.1.1 canary"}) == "1.1");
  for (const std::string text :
       {"", "5", "5.", "5.1", "5.1.", "5.1.x", "5.1.1.1", "5.1.1x", "x5.1.1", " 5.1.1", "-5.1.1",
        "5.-1.1", "5.1111.1", "5.1.1111", "55.1.1", "#5.1.1", "3.1.1", "5 1 1", "192.0.2.1"}) {
    CAPTURE(text);
    CHECK(status_of(550, {text}) == "none");
  }
}

TEST_CASE("statuses that contradict the reply or each other decide nothing") {
  CHECK(status_of(550, {"4.1.1 canary"}) == "0.0");
  CHECK(status_of(550, {"2.1.5 canary"}) == "0.0");
  CHECK(status_of(550, {"5.1.1 canary", "5.7.1 canary"}) == "0.0");
  CHECK_FALSE(is_final(Step::recipient, 550, "4.1.1 canary"));
  CHECK(judge(Step::recipient, reply_of(550, {"5.1.1 a", "5.7.1 b"})).verdict ==
        DeliveryVerdict::retry_later);
}

TEST_CASE("a reason is the step and the server's digits, and none of its words") {
  CHECK(reason_for(Step::recipient, reply_of(550, {"5.1.1 canary"})) == "RCPT TO 550 5.1.1");
  CHECK(reason_for(Step::recipient, reply_of(550, {"5.1.1", "5.7.1"})) == "RCPT TO 550");
  CHECK(reason_for(Step::message, reply_of(554, {"canary"})) == "message 554");
  CHECK(reason_for(Step::sender, reply_of(451, {"4.7.1 canary"})) == "MAIL FROM 451 4.7.1");
}
