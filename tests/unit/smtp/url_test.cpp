#include "coffeeauth/testing/doctest.hpp"

#include <stdexcept>
#include <string>

#include "coffeeauth/smtp/smtp.hpp"

using namespace coffeeauth::smtp;

TEST_CASE("smtp:// means STARTTLS on port 587") {
  const auto options = parse_smtp_url("smtp://mail.example.org");

  CHECK(options.host == "mail.example.org");
  CHECK(options.port == 587);
  CHECK(options.security == SmtpSecurity::starttls);
  CHECK(options.username.empty());
  CHECK(options.password.empty());
  CHECK(options.ca_file.empty());
}

TEST_CASE("smtps:// means TLS at once on port 465") {
  const auto options = parse_smtp_url("smtps://mail.example.org/");

  CHECK(options.host == "mail.example.org");
  CHECK(options.port == 465);
  CHECK(options.security == SmtpSecurity::implicit_tls);
}

TEST_CASE("no TLS has to be asked for, and means port 25") {
  const auto options = parse_smtp_url("smtp://localhost?security=none");

  CHECK(options.port == 25);
  CHECK(options.security == SmtpSecurity::none);
  CHECK(parse_smtp_url("smtp://localhost:1025?security=none").port == 1025);
}

TEST_CASE("a login is percent-decoded, and parted at the first colon and the last at sign") {
  auto options = parse_smtp_url("smtp://app%40example.org:p%3A%2F%3F%25%23%e2%82%ac@mail:2525");
  CHECK(options.username == "app@example.org");
  CHECK(options.password.expose_secret() == "p:/?%#\u20ac");
  CHECK(options.host == "mail");
  CHECK(options.port == 2525);

  options = parse_smtp_url("smtp://app@example.org:a:b@c@mail");
  CHECK(options.username == "app@example.org");
  CHECK(options.password.expose_secret() == "a:b@c");
  CHECK(options.host == "mail");
}

TEST_CASE("a host can be an address") {
  CHECK(parse_smtp_url("smtp://192.0.2.1:25").host == "192.0.2.1");
  const auto options = parse_smtp_url("smtps://u:p@[2001:db8::1]:4650");
  CHECK(options.host == "2001:db8::1");
  CHECK(options.port == 4650);
  CHECK(parse_smtp_url("smtps://[::1]").port == 465);
}

TEST_CASE("authorities of one's own are a file") {
  CHECK(parse_smtp_url("smtp://mail?ca_file=/etc/my%20ca.pem").ca_file == "/etc/my ca.pem");
  const auto options = parse_smtp_url("smtp://mail?security=none&ca_file=/ca.pem");
  CHECK(options.ca_file == "/ca.pem");
  CHECK(options.security == SmtpSecurity::none);
}

TEST_CASE("auth=xoauth2 is a user whose token comes from elsewhere") {
  const auto options = parse_smtp_url("smtp://app%40example.org@mail?auth=xoauth2");
  CHECK(options.login == SmtpLogin::xoauth2);
  CHECK(options.username == "app@example.org");
  CHECK(options.password.empty());
}

TEST_CASE("what is no URL of a mail server is refused, and nothing of it is told") {
  for (const std::string url : {"",
                                "canary",
                                "http://canary",
                                "SMTP://canary",
                                "smtp:canary",
                                "smtp://",
                                "smtp://:587",
                                "smtp://canary:0",
                                "smtp://canary:65536",
                                "smtp://canary:25x",
                                "smtp://canary:-1",
                                "smtp://canary:+25",
                                "smtp://canary: 25",
                                "smtp://canary/path",
                                "smtp://canary#x",
                                "smtp://can ary",
                                "smtp://can\ncary",
                                "smtp://canary@mail",
                                "smtp://canary:@mail",
                                "smtp://:canary@mail",
                                "smtp://u:canary%@mail",
                                "smtp://u:canary%4@mail",
                                "smtp://u:canary%zz@mail",
                                "smtp://u:canary/x@ma/il",
                                "smtp://u:can?ary@mail",
                                "smtp://u:p@",
                                "smtp://[::1",
                                "smtp://[::1]canary",
                                "smtp://[canary:]",
                                "smtp://::1",
                                "smtp://mail?canary=1",
                                "smtp://mail?security=canary",
                                "smtp://mail?security=",
                                "smtp://mail?ca_file=",
                                "smtp://mail?ca_file=/a&ca_file=/b",
                                "smtps://mail?security=none",
                                "smtp://mail?security=none&security=none",
                                "smtp://mail?auth=xoauth2",
                                "smtp://u:canary@mail?auth=xoauth2",
                                "smtp://u@mail?auth=canary",
                                "smtp://u@mail?auth=xoauth2&auth=xoauth2",
                                "smtp://u@mail?auth=xoauth2&security=none",
                                "smtp://u:canary@mail?security=none"}) {
    CAPTURE(url);
    std::string text = "nothing thrown";
    try {
      static_cast<void>(parse_smtp_url(url));
    } catch (const std::invalid_argument& e) {
      text = e.what();
    }
    CHECK(text != "nothing thrown");
    CHECK(text.find("can") == std::string::npos);
    CHECK(text.find("zz") == std::string::npos);
  }
}

TEST_CASE("a sender is an address, or a name and an address") {
  CHECK(parse_sender("a@example.org").address == "a@example.org");
  CHECK(parse_sender("Caf\u00e9 Auth <a@example.org>").name == "Caf\u00e9 Auth");
  CHECK(parse_sender("\"Caf\u00e9\" <a@example.org>").name == "Caf\u00e9");
  CHECK(parse_sender("Caf\u00e9 <a@b\u00fccher.example>").address == "a@xn--bcher-kva.example");
  CHECK(parse_sender("a@B\u00dcCHER.example").address == "a@xn--bcher-kva.example");
  for (const std::string text :
       {"", "a", "a@b\u00fccher", "\u00fc@b.example", "a@\u200b.example", "@b", "a@", "a b@c",
        "a@b@c", "A <a@b", "A <>", "A <a@b> <c@d>", "a@b\r\nBcc: c@d", "A\r\nBcc: c@d <a@b>",
        "A\x7F <a@b>", "\xFF <a@b>", "\xC3 <a@b>", "caf\u00e9@b", "a@b,c@d"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(static_cast<void>(parse_sender(text)), std::invalid_argument);
  }
}
