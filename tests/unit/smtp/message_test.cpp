// Reads private parts: the octets of a message. What a mail client makes of them is tested with
// the real server.
#include "adapters/smtp/src/message.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include <stdexcept>
#include <string>

using namespace coffeeauth::smtp;
using namespace coffeeauth;

namespace {

Mail mail() {
  return {.to = EmailAddress::restore("Ada@example.org", "ada@example.org"),
          .subject = "Your code",
          .text = "one\n.\ntwo\n",
          .html = {},
          .message_id = "1@example.org",
          .date = UtcTime{std::chrono::milliseconds{1'700'000'000'000}}};
}

std::size_t longest_line(const std::string& message) {
  std::size_t longest = 0;
  for (std::size_t at = 0; at < message.size();) {
    const auto end = message.find("\r\n", at);
    REQUIRE(end != std::string::npos);
    longest = std::max(longest, end - at);
    at = end + 2;
  }
  return longest;
}

}  // namespace

TEST_CASE("a message has the fields that a mail must have") {
  const auto message = compose_message(mail(), {"auth@example.org", "Coffee \"Auth\""});

  CHECK(message.find("Date: Tue, 14 Nov 2023 22:13:20 +0000\r\n") == 0);
  CHECK(message.find("From: \"Coffee \\\"Auth\\\"\"\r\n <auth@example.org>\r\n") !=
        std::string::npos);
  CHECK(message.find("\r\nTo: ada@example.org\r\n") != std::string::npos);
  CHECK(message.find("\r\nSubject: Your code\r\n") != std::string::npos);
  CHECK(message.find("\r\nMessage-ID: <1@example.org>\r\n") != std::string::npos);
}

TEST_CASE("a message is ASCII in lines of at most 78 characters, and can be read back") {
  auto sent = mail();
  sent.html = "<p>\u20ac</p>";
  for (const int length : {1, 13, 14, 39, 40, 100, 300}) {
    sent.subject.clear();
    for (int i = 0; i < length; ++i) sent.subject += "\u20ac";
    CAPTURE(length);
    const auto message = compose_message(sent, {"auth@example.org", "Caf\u00e9 \U0001F600 Auth"});

    CHECK(longest_line(message) <= 78);
    for (const char c : message) REQUIRE((c == '\r' || c == '\n' || (c >= ' ' && c <= '~')));
    const auto read = read_message(message);
    REQUIRE(read);
    CHECK(read->subject == sent.subject);
    CHECK(read->text == sent.text);
    CHECK(read->html == sent.html);
  }
}

TEST_CASE("long subjects in ASCII and such that look encoded are read back as they were") {
  for (const auto& subject :
       {std::string(500, 'x'), std::string{"=?UTF-8?B?QQ==?="}, std::string{"a =? b"}}) {
    auto sent = mail();
    sent.subject = subject;
    const auto message = compose_message(sent, {});
    CHECK(longest_line(message) <= 78);
    CHECK(read_message(message)->subject == subject);
  }
}

TEST_CASE("what could begin a header line of its own is refused") {
  const Sender from;
  for (const auto& bad : {std::string{"a\r\nBcc: b@c"}, std::string{"a\nb"}, std::string{"a\rb"},
                          std::string("a\0b", 3)}) {
    auto sent = mail();
    sent.message_id = bad;
    CHECK_THROWS_AS(static_cast<void>(compose_message(sent, from)), std::invalid_argument);
    sent = mail();
    sent.subject = bad;
    CHECK_THROWS_AS(static_cast<void>(compose_message(sent, from)), std::invalid_argument);
    CHECK_THROWS_AS(static_cast<void>(compose_message(mail(), {"a@b", bad})),
                    std::invalid_argument);
  }
  auto sent = mail();
  sent.subject = std::string(50, '\x80');
  CHECK_THROWS_AS(static_cast<void>(compose_message(sent, from)), std::invalid_argument);
}

TEST_CASE("ASCII stays as it is, so that people and filters can read it") {
  const auto message = compose_message(mail(), {});

  CHECK(message.find("Content-Transfer-Encoding: 7bit\r\n\r\none\r\n.\r\ntwo\r\n") !=
        std::string::npos);
  CHECK(message.find("base64") == std::string::npos);
}

TEST_CASE("a link is written as it is, on one line") {
  const auto link = "https://example.org/account/reset#token=rst_" + std::string(43, 'x') +
                    "&further=" + std::string(100, 'y');
  auto sent = mail();
  sent.text = "Follow this link:\n\n" + link + "\n";
  sent.html = "<a href=\"" + link + "\">Reset</a>\n";
  CHECK(compose_message(sent, {}).find("\r\n" + link + "\r\n") != std::string::npos);

  // A server may take ASCII only; a file holds everything.
  sent.text = "Gr\u00fc\u00dfe\n" + sent.text;
  const auto over_the_wire = compose_message(sent, {});
  CHECK(over_the_wire.find("\r\n" + link + "\r\n") == std::string::npos);
  CHECK(over_the_wire.find("<a href=\"" + link + "\">Reset</a>\r\n") != std::string::npos);
  const auto in_a_file = compose_message(sent, {}, {}, Octets::eight_bit);
  CHECK(in_a_file.find("Content-Transfer-Encoding: 8bit\r\n\r\nGr\u00fc\u00dfe\r\n") !=
        std::string::npos);
  CHECK(in_a_file.find("\r\n" + link + "\r\n") != std::string::npos);
  for (const auto& message : {over_the_wire, in_a_file}) {
    const auto read = read_message(message);
    REQUIRE(read);
    CHECK(read->text == sent.text);
    CHECK(read->html == sent.html);
  }
}

TEST_CASE("no line of a message is longer than the standard allows") {
  for (const auto octets : {Octets::seven_bit, Octets::eight_bit}) {
    for (const std::size_t length : {997U, 998U, 999U, 5000U}) {
      CAPTURE(length);
      auto sent = mail();
      sent.text = std::string(length, 'x') + "\n";
      const auto message = compose_message(sent, {}, {}, octets);
      CHECK(longest_line(message) <= 998);
      CHECK((message.find("7bit") != std::string::npos) == (length <= 998));
      CHECK(read_message(message)->text == sent.text);
    }
  }
}

TEST_CASE("what mail programs could alter is quoted-printable, and reads back as it was") {
  for (const std::string text :
       {"caf\u00e9\n", "no end", "a = b\u20ac\n", "trailing \n", "tab\t\n", "From me\n", "-- \n",
        "--=_coffeeauth_alternative--\n", "\u4f60\u597d", " \n", "=\n=3D\n\xc3\xa9"}) {
    for (const std::size_t before : {0U, 70U, 71U, 72U, 73U, 74U, 75U, 76U, 77U, 200U}) {
      auto sent = mail();
      sent.text = std::string(before, 'x') + text;
      sent.html = sent.text;
      CAPTURE(sent.text);
      const auto message = compose_message(sent, {});
      const bool quoted = message.find("quoted-printable") != std::string::npos;
      CHECK(longest_line(message) <= (quoted ? 76 : 998));
      for (const char c : message) REQUIRE((c == '\r' || c == '\n' || (c >= ' ' && c <= '~')));
      CHECK(message.find(" \r\n") == std::string::npos);
      const auto read = read_message(message);
      REQUIRE(read);
      CHECK(read->text == sent.text);
      CHECK(read->html == sent.html);
    }
  }
  auto sent = mail();
  sent.text = "Gr\u00fc\u00dfe: 1 + 1 = 2\n";
  CHECK(compose_message(sent, {}).find("\r\n\r\nGr=C3=BC=C3=9Fe: 1 + 1 =3D 2\r\n") !=
        std::string::npos);
}

TEST_CASE("a Message-ID without a host's name gets one, and any other stays") {
  const auto id_of = [](const std::string& id, std::string_view host) {
    auto sent = mail();
    sent.message_id = id;
    const auto message = compose_message(sent, {}, host);
    const auto begin = message.find("Message-ID: <") + 13;
    return message.substr(begin, message.find(">\r\n", begin) - begin);
  };
  CHECK(id_of("1@coffeeauth", "mail.example.org") == "1@mail.example.org");
  CHECK(id_of("1@coffeeauth", "") == "1@coffeeauth");
  CHECK(id_of("1@example.org", "mail.example.org") == "1@example.org");
  CHECK(id_of("1", "mail.example.org") == "1");
}
