// Deadlines: each of these would wait for ever, or for as long as the server likes, without one.
#include "coffeeauth/testing/doctest.hpp"

#include "fault_server.hpp"

using namespace coffeeauth::smtp;
using namespace coffeeauth::smtp::testing;

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto limit = 300ms;
constexpr auto generous = 10 * limit;

/// What came of one mail, and whether it was within bounds.
std::string in_time(const Manners& manners) {
  const auto begin = Clock::now();
  const auto delivery = deliver_to(manners, [](SmtpOptions& options) {
    options.timeout = limit;
    options.delivery_timeout = 2 * limit;
  });
  return Clock::now() - begin < generous ? told(delivery) : "took too long";
}

const std::vector<std::pair<std::string, std::string>> steps{
    {"greeting", "greeting"}, {"EHLO", "EHLO"}, {"MAIL", "MAIL FROM"},
    {"RCPT", "RCPT TO"},      {"DATA", "DATA"}, {"message", "message"}};

}  // namespace

TEST_CASE("a server that falls silent is left at each step") {
  for (const auto& each : steps) {
    CAPTURE(each.first);
    const auto& [step, reason] = each;
    CHECK(in_time({.answers = {{step, is_silent()}}}) == "later: " + reason + ": timed out");
  }
}

TEST_CASE("a server that drips is left at each step") {
  for (const auto& each : steps) {
    CAPTURE(each.first);
    const auto& [step, reason] = each;
    CHECK(in_time({.answers = {{step, drips("250-canary canary\r\n")}}}) ==
          "later: " + reason + ": timed out");
  }
}

TEST_CASE("a handshake that does not go on is left") {
  const std::string later = "later: ";
  CHECK(in_time({.security = SmtpSecurity::starttls,
                 .answers = {{"STARTTLS", [](Peer& peer) {
                                peer.say("220 canary\r\n");
                                is_silent()(peer);
                              }}}}) == later + "STARTTLS: timed out");
  // The beginning of a long record, that grows by and by.
  CHECK(in_time({.security = SmtpSecurity::starttls,
                 .answers = {{"STARTTLS", [](Peer& peer) {
                                peer.say("220 canary\r\n");
                                std::this_thread::sleep_for(50ms);
                                peer.say(std::string_view{"\x16\x03\x03\x3f\xff\x02", 6});
                                drips(std::string(1, '\0'))(peer);
                              }}}}) == later + "STARTTLS: timed out");
}

TEST_CASE("a secured server that drips is left") {
  for (const auto security : {SmtpSecurity::starttls, SmtpSecurity::implicit_tls}) {
    for (const auto& each : {std::pair{"AUTH", "AUTH"}, std::pair{"RCPT", "RCPT TO"}}) {
      CAPTURE(each.first);
      const auto& [step, reason] = each;
      CHECK(in_time({.security = security, .answers = {{step, drips("250-canary canary\r\n")}}}) ==
            std::string{"later: "} + reason + ": timed out");
    }
  }
}

TEST_CASE("the whole delivery has a deadline, however quick each step is") {
  const auto slowly = [](Peer& peer) {
    std::this_thread::sleep_for(limit / 2);
    peer.say("250 canary\r\n");
  };
  const auto outcome = in_time(
      {.answers = {{"EHLO", slowly}, {"MAIL", slowly}, {"RCPT", slowly}, {"message", slowly}}});
  CHECK(outcome.starts_with("later: "));
  CHECK(outcome.ends_with(": timed out"));
}

TEST_CASE("the answer to a whole message may take longer than a step") {
  const auto delivery = deliver_to({.answers = {{"message",
                                                 [](Peer& peer) {
                                                   std::this_thread::sleep_for(4 * limit);
                                                   peer.say("250 canary\r\n");
                                                 }}}},
                                   [](SmtpOptions& options) {
                                     options.timeout = limit;
                                     options.delivery_timeout = 60s;
                                   });
  CHECK(told(delivery) == "delivered");
}
