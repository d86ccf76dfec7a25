// Mails to a real server, read by a real mail client's parser.
#include "coffeeauth/testing/doctest.hpp"

#include <algorithm>
#include <set>
#include <thread>

#include "mail_server.hpp"

using namespace coffeeauth;
using namespace coffeeauth::smtp;
using namespace coffeeauth::smtp::testing;

namespace {

const std::vector<SmtpSecurity> secured{SmtpSecurity::starttls, SmtpSecurity::implicit_tls};

}  // namespace

TEST_CASE("a mail arrives as it was written, over STARTTLS and over TLS") {
  for (const auto security : secured) {
    const MailServer server{security};
    auto options = server.options();
    options.from.name = "Caf\u00e9 \"Auth\", \U0001F600";
    options.client_name = "client.example.org";
    const auto mailer = make_smtp_mailer(std::move(options));
    auto sent = mail("0190-\u0061");
    sent.subject =
        "Ihr Code f\u00fcr den Zugang: \u4f60\u597d, \u043f\u0440\u0438\u0432\u0435\u0442 "
        "\U0001F511 und noch mehr";
    sent.text = ".\n..\nThe code is 123456 \u20ac.\n.\nQUIT\n" + std::string(1'500, 'x') + "\n";
    sent.html = "<p>.\n.\n\u20ac</p>\n";

    REQUIRE(told(mailer->deliver(sent)) == "delivered");

    const auto mails = server.mails();
    REQUIRE(mails.size() == 1);
    const auto& got = mails.front();
    CHECK(got["subject"] == sent.subject);
    CHECK(got["text"] == sent.text);
    CHECK(got["html"] == sent.html);
    CHECK(got["type"] == "multipart/alternative");
    CHECK(got["parts"] == nlohmann::json{"text/plain", "text/html"});
    CHECK(got["from"] == "auth@example.org");
    CHECK(got["from_name"] == "Caf\u00e9 \"Auth\", \U0001F600");
    CHECK(got["to"] == nlohmann::json::array({"ada@example.org"}));
    CHECK(got["envelope_from"] == "auth@example.org");
    CHECK(got["envelope_to"] == nlohmann::json::array({"ada@example.org"}));
    CHECK(got["message_id"] == "<" + sent.message_id + ">");
    CHECK(got["date"] == "2023-11-14T22:13:20+00:00");
    CHECK(got["defects"].empty());
    CHECK(got["lone_line_ends"] == false);
    CHECK(got["longest_line"] <= 78);
    CHECK(got["secured"] == true);
    CHECK(got["login"] == "PLAIN app@example.org");
    CHECK(got["hello"] == "client.example.org");
  }
}

TEST_CASE("LOGIN is used where PLAIN is not offered") {
  for (const auto security : secured) {
    const MailServer server{security, {"LOGIN"}};
    REQUIRE(told(make_smtp_mailer(server.options())->deliver(mail())) == "delivered");
    CHECK(server.mails().front()["login"] == "LOGIN app@example.org");
  }
}

TEST_CASE("a mail goes in clear where that was asked for, as plain text alone") {
  const MailServer server{SmtpSecurity::none};

  REQUIRE(told(make_smtp_mailer(server.options())->deliver(mail())) == "delivered");

  const auto got = server.mails().front();
  CHECK(got["type"] == "text/plain");
  CHECK(got["text"] == "one\ntwo\n");
  CHECK(got["subject"] == "Your code");
  CHECK(got["hello"] == "example.org");
  CHECK(got["secured"] == false);
}

TEST_CASE("EHLO and the Message-ID carry a name that the DNS can know") {
  struct Case {
    std::string from;
    std::string client_name;
    std::string hello;
    std::string id;
  };
  const MailServer server{SmtpSecurity::none};
  for (const auto& [from, client_name, hello, id] :
       {Case{"auth@shop.example", "", "shop.example", "<1@shop.example>"},
        Case{"auth@shop.example", "mail.example.net", "mail.example.net", "<1@mail.example.net>"},
        Case{"auth@b\u00fccher.example", "", "xn--bcher-kva.example", "<1@xn--bcher-kva.example>"},
        Case{"auth@shop.example", "b\u00fccher.example", "xn--bcher-kva.example",
             "<1@xn--bcher-kva.example>"},
        Case{"auth@localhost", "", "[127.0.0.1]", "<1@localhost>"}}) {
    auto options = server.options();
    options.from.address = from;
    options.client_name = client_name;
    auto sent = mail();
    sent.message_id = "1@coffeeauth";
    REQUIRE(told(make_smtp_mailer(std::move(options))->deliver(sent)) == "delivered");
    const auto got = server.mails().back();
    CHECK(got["hello"] == hello);
    CHECK(got["message_id"] == id);
    const auto envelope_from = got["envelope_from"].get<std::string>();
    CHECK(envelope_from.find_first_not_of("abcdefghijklmnopqrstuvwxyz-.@") == std::string::npos);
    CHECK(got["defects"].empty());
  }
}

TEST_CASE("a wrong password delivers nothing and is for the administrator to mend") {
  const MailServer server{SmtpSecurity::starttls};
  auto options = server.options();
  options.password = Secret{"canary"};

  const auto delivery = make_smtp_mailer(std::move(options))->deliver(mail());

  CHECK(told(delivery) == "later: AUTH 535 5.7.8");
  CHECK(delivery.problem == DeliveryProblem::login);

  CHECK(server.mails().empty());
}

TEST_CASE(
    "a server that will not relay keeps the mail waiting, and a mailbox that is none does not") {
  const MailServer server{SmtpSecurity::none};
  const auto mailer = make_smtp_mailer(server.options());
  const auto refused_with = [&](const std::string& reply) {
    server.refuse_next(reply);
    return mailer->deliver(mail());
  };

  const auto relaying = refused_with("554 5.7.1 canary: Relay access denied");
  CHECK(told(relaying) == "later: RCPT TO 554 5.7.1");
  CHECK(relaying.problem == DeliveryProblem::policy);
  const auto limit = refused_with("550 5.4.5 canary: daily limit");
  CHECK(told(limit) == "later: RCPT TO 550 5.4.5");
  CHECK(limit.problem == DeliveryProblem::quota);
  const auto unknown = refused_with("550 5.1.1 canary");
  CHECK(told(unknown) == "refused: RCPT TO 550 5.1.1");
  CHECK(unknown.problem == DeliveryProblem::recipient);
  CHECK(told(mailer->deliver(mail())) == "delivered");
  CHECK(server.mails().size() == 1);
}

TEST_CASE("a burst uses one connection, which is closed with the mailer") {
  const MailServer server{SmtpSecurity::starttls};
  {
    const auto mailer = make_smtp_mailer(server.options());
    for (int i = 0; i < 20; ++i) {
      REQUIRE(told(mailer->deliver(mail(std::to_string(i)))) == "delivered");
    }
    CHECK(server.connections() == 1);
  }
  CHECK(server.mails().size() == 20);
  CHECK(server.quits(1) == 1);
}

TEST_CASE("a connection carries no more mails than it may") {
  const MailServer server{SmtpSecurity::none};
  auto options = server.options();
  options.mails_per_connection = 3;
  const auto mailer = make_smtp_mailer(std::move(options));
  for (int i = 0; i < 7; ++i) {
    REQUIRE(told(mailer->deliver(mail(std::to_string(i)))) == "delivered");
  }

  CHECK(server.mails().size() == 7);
  CHECK(server.connections() == 3);
  CHECK(server.quits(2) == 2);
}

TEST_CASE("a connection that was idle for too long is closed by the next delivery") {
  const MailServer server{SmtpSecurity::none};
  auto options = server.options();
  options.idle_time = 50ms;
  const auto mailer = make_smtp_mailer(std::move(options));

  REQUIRE(told(mailer->deliver(mail("1"))) == "delivered");
  std::this_thread::sleep_for(100ms);
  REQUIRE(told(mailer->deliver(mail("2"))) == "delivered");

  CHECK(server.connections() == 2);
  CHECK(server.quits(1) == 1);
}

TEST_CASE("threads deliver at once, each mail once, over at most a connection a thread") {
  for (const auto security : secured) {
    constexpr std::size_t threads = 6;
    constexpr std::size_t mails_a_thread = 15;
    const MailServer server{security};
    const auto mailer = make_smtp_mailer(server.options());
    std::vector<std::vector<std::string>> outcomes(threads);
    std::vector<std::thread> running;
    for (std::size_t t = 0; t < threads; ++t) {
      running.emplace_back([&, t] {
        for (std::size_t i = 0; i < mails_a_thread; ++i) {
          const auto id = std::to_string(t) + "-" + std::to_string(i);
          outcomes[t].push_back(told(mailer->deliver(mail(id, "text of " + id + "\n"))));
        }
      });
    }
    for (auto& thread : running) thread.join();

    for (const auto& outcome : outcomes) {
      CHECK(outcome == std::vector<std::string>(mails_a_thread, "delivered"));
    }
    std::set<std::string> ids;
    for (const auto& got : server.mails()) {
      const auto id = got["message_id"].get<std::string>();
      ids.insert(id);
      CHECK("<" + got["text"].get<std::string>().substr(8, id.size() - 14) + "@example.org>" == id);
    }
    CHECK(ids.size() == threads * mails_a_thread);
    CHECK(server.mails().size() == threads * mails_a_thread);
    CHECK(server.connections() <= threads);
  }
}
