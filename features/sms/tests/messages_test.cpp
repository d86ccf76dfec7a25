// Numbers, texts, and a message's way through the outbox.

#include <string>

#include "features/sms/tests/world.hpp"

namespace coffeeauth::sms {

TEST_CASE("a number is + and 7 to 15 digits, however it is grouped") {
  for (const auto* typed :
       {"+491701234567", "+49 170 1234567", "+49-170-123-45-67", " +49170 1234567 "}) {
    CAPTURE(typed);
    REQUIRE(PhoneNumber::parse(typed));
    CHECK(number(typed).str() == "+491701234567");
  }
  CHECK(PhoneNumber::parse("+1234567"));
  CHECK(PhoneNumber::parse("+123456789012345"));
  for (const auto* typed :
       {"", "+", "491701234567", "00491701234567", "+0491701234567", "+123456", "+1234567890123456",
        "++491701234567", "+49(0)1701234567", "+49170123456a", "+49\n1701234567", "+49.1701234567",
        "+４９1701234567", "+49 170 1234567;+1900"}) {
    CAPTURE(typed);
    CHECK_FALSE(PhoneNumber::parse(typed));
  }
  CHECK_FALSE(PhoneNumber::parse(std::string_view{"+4917012345\0", 12}));
  CHECK_FALSE(PhoneNumber::parse("+491701234567" + std::string(100, ' ')));
}

TEST_CASE("a hint shows the first and the last two digits alone") {
  CHECK(number("+491701234542").hint() == "+49…42");
}

TEST_CASE("a number outside the prefixes is refused however it is written") {
  const auto prefixes = SmsPrefixes::parse("+49, +43");
  REQUIRE(prefixes);
  CHECK(prefixes->allow(number("+49 170 1234567")));
  CHECK(prefixes->allow(number("+4 3 1701234567")));
  for (const auto* typed :
       {"+1 490 1234567", "+1-49-01234567", "+4 4 9 1234567", "+44 43 1234567"}) {
    CAPTURE(typed);
    CHECK_FALSE(prefixes->allow(number(typed)));
  }
  REQUIRE(SmsPrefixes::parse(""));
  CHECK_FALSE(SmsPrefixes::parse("")->allow(number("+491701234567")));
  for (const auto* list : {"49", "+", "+49,", ",+49", "+49;+43", "+0", "+4 9", "*", "+49,,+43"}) {
    CAPTURE(list);
    CHECK_FALSE(SmsPrefixes::parse(list));
  }
}

TEST_CASE("a code's message ends with the host and the code") {
  const auto text = code_text({.service_name = "Café", .host = "example.org"}, "001234");
  CHECK(text.expose_secret() ==
        "001234 is your Café code. Do not share it with anyone.\n\n@example.org #001234");
}

TEST_CASE(
    "a message is in the language that it is asked for, and without a host when there is none") {
  const auto said = [](const CodeText& at) {
    const auto text = code_text(at, "001234");
    return std::string{text.expose_secret()};
  };
  for (const auto* language : {"de", "de-AT"}) {
    CHECK(said({.service_name = "Caf\u00e9", .host = "example.org", .language = language}) ==
          "001234 ist Ihr Code f\u00fcr Caf\u00e9. Geben Sie ihn niemandem weiter.\n\n"
          "@example.org #001234");
  }
  for (const auto* language : {"", "en", "del", "fr"}) {
    CHECK(said({.service_name = "Shop", .language = language}) ==
          "001234 is your Shop code. Do not share it with anyone.");
  }
}

TEST_CASE("a message goes through the outbox to the sender, with one id for all tries") {
  testing::TestAuth t;
  RecordingSms sender;
  SmsHandler handler{sender};
  jobs::JobWorker worker{t.auth().services(), channel, handler};
  const auto text = code_text({.service_name = "Shop", .host = "example.org"}, "001234");
  const auto to = number("+491701234567");
  const auto payload = payload_of(to, text);
  const auto id = t.store().transact([&](Transaction& tx) {
    return t.auth().kernel().enqueue_job(
        tx, {.channel = channel, .kind = "code", .payload = payload.expose_secret()});
  });
  CHECK(t.deliver_mail() == 0);
  sender.answer_next({DeliveryVerdict::retry_later, "HTTP 503", DeliveryProblem::busy});
  CHECK(worker.run_once() == 1);
  t.clock().advance(std::chrono::seconds{5});
  CHECK(worker.run_once() == 1);
  CHECK(sender.attempts() == 2);
  REQUIRE(sender.last_to(to));
  CHECK(sender.last_to(to)->id == id);
  CHECK(sender.last_to(to)->kind == "code");
  CHECK(sender.last_to(to)->text == text.expose_secret());
  CHECK(sender.last_code_for(to) == "001234");
  CHECK_FALSE(sender.last_to(number("+431701234567")));
  CHECK(t.store().outbox().depth().pending == 0);
}

TEST_CASE("a job that is no message is given up, and reaches no sender") {
  testing::TestAuth t;
  RecordingSms sender;
  SmsHandler handler{sender};
  jobs::JobWorker worker{t.auth().services(), channel, handler};
  for (const auto* payload : {"", "+491701234567", "12\ntext", "\n"}) {
    t.store().transact([&](Transaction& tx) {
      t.auth().kernel().enqueue_job(tx, {.channel = channel, .kind = "code", .payload = payload});
    });
  }
  CHECK(worker.run_once() == 4);
  CHECK(sender.attempts() == 0);
  CHECK(t.store().outbox().depth().dead == 4);
}

}  // namespace coffeeauth::sms
