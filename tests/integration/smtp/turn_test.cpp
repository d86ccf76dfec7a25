// The final dot is what makes a mail the server's: all before it goes out at once, and it waits for
// its turn.
#include "coffeeauth/testing/doctest.hpp"

#include <atomic>

#include "fault_server.hpp"

using namespace coffeeauth;
using namespace coffeeauth::smtp;
using namespace coffeeauth::smtp::testing;

namespace {

/// Does what a test tells it to when it is asked for.
class ScriptedTurn final : public DeliveryTurn {
 public:
  explicit ScriptedTurn(std::function<bool()> answer) : answer_(std::move(answer)) {}
  [[nodiscard]] bool take(std::chrono::milliseconds longest) override {
    ++asked;
    patience = longest;
    return answer_();
  }
  int asked = 0;
  std::chrono::milliseconds patience{};

 private:
  std::function<bool()> answer_;
};

bool yes() { return true; }
bool no() { return false; }

/// The server does something while the mail waits for its turn, and the turn comes after it.
struct Meanwhile {
  Answer then(Answer answer) {
    return [this, answer = std::move(answer)](Peer& peer) {
      asked.wait(false);
      answer(peer);
      done = true;
      done.notify_all();
    };
  }
  bool take() {
    asked = true;
    asked.notify_all();
    done.wait(false);
    // For what was said to arrive.
    std::this_thread::sleep_for(50ms);
    return true;
  }
  std::atomic<bool> asked{false}, done{false};
};

}  // namespace

TEST_CASE("the dot of a mail goes out when its turn has come") {
  for (const auto security :
       {SmtpSecurity::none, SmtpSecurity::starttls, SmtpSecurity::implicit_tls}) {
    for (const std::string extensions : {"", "250-PIPELINING\r\n"}) {
      CAPTURE(extensions);
      const FaultServer server{{.security = security, .extensions = extensions}};
      const auto mailer = make_smtp_mailer(options_for(server, security));
      ScriptedTurn turn{[&] {
        std::this_thread::sleep_for(50ms);
        CHECK(server.messages().empty());
        return true;
      }};
      CHECK(told(mailer->deliver_in_turn(mail(), turn)) == "delivered");
      CHECK(turn.asked == 1);
      CHECK(server.messages().size() == 1);
      CHECK(told(mailer->deliver(mail("2"))) == "delivered");
      CHECK(server.connections() == 1);
    }
  }
}

TEST_CASE("a mail whose turn does not come is not sent, and its connection is left") {
  const FaultServer server{{}};
  const auto mailer = make_smtp_mailer(options_for(server, SmtpSecurity::none));
  ScriptedTurn turn{no};
  for (int kept = 0; kept < 2; ++kept) {
    const auto delivery = mailer->deliver_in_turn(mail(), turn);
    CHECK(delivery.verdict == DeliveryVerdict::retry_later);
    CHECK(turn.asked == kept + 1);
    CHECK(told(mailer->deliver(mail("2"))) == "delivered");
  }
  CHECK(server.messages().size() == 2);
  CHECK(server.connections() == 3);
}

TEST_CASE("a turn is waited for as long as leaves time for the answer, and asked for in need") {
  const FaultServer server{
      {.answers = {{"RCPT", says_then("250 canary\r\n", 1, says("550 canary\r\n"))}}}};
  auto options = options_for(server, SmtpSecurity::none);
  options.delivery_timeout = 40s;
  const auto mailer = make_smtp_mailer(std::move(options));
  ScriptedTurn turn{yes};
  CHECK(told(mailer->deliver_in_turn(mail(), turn)) == "delivered");
  CHECK(turn.patience <= 20s);
  CHECK(turn.patience > 0s);
  CHECK(told(mailer->deliver_in_turn(mail(), turn)) == "refused: RCPT TO 550");
  CHECK(turn.asked == 1);
}

TEST_CASE("a server that does not wait for the dot has not taken the mail") {
  const std::string later = "later: message";
  for (const auto& each : {std::pair{hangs_up(), later + ": connection lost"},
                           std::pair{resets(), later + ": connection lost"},
                           std::pair{says("421 4.4.2 canary\r\n"), later + " 421 4.4.2"},
                           std::pair{says("451 canary\r\n"), later + " 451"}}) {
    CAPTURE(each.second);
    const auto& [end, reason] = each;
    Meanwhile meanwhile;
    const FaultServer server{{.answers = {{"body", meanwhile.then(end)}}}};
    const auto mailer = make_smtp_mailer(options_for(server, SmtpSecurity::none));
    ScriptedTurn turn{[&] { return meanwhile.take(); }};
    CHECK(told(mailer->deliver_in_turn(mail(), turn)) == reason);
    CHECK(server.messages().empty());
  }
}

TEST_CASE("a mail whose kept connection did not wait for its dot goes over a fresh one") {
  Meanwhile meanwhile;
  const FaultServer server{
      {.answers = {{"body", [count = 0, end = meanwhile.then(hangs_up())](Peer& peer) mutable {
                      if (++count == 2) end(peer);
                    }}}}};
  const auto mailer = make_smtp_mailer(options_for(server, SmtpSecurity::none));
  CHECK(told(mailer->deliver(mail("1"))) == "delivered");
  ScriptedTurn turn{[&] { return meanwhile.take(); }};
  CHECK(told(mailer->deliver_in_turn(mail("2"), turn)) == "delivered");
  CHECK(server.connections() == 2);
  CHECK(server.messages().size() == 2);
}
