#include "coffeeauth/testing/doctest.hpp"

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>

#include "coffeeauth/smtp/smtp.hpp"
#include "tests/temporary_folder.hpp"

using namespace coffeeauth::smtp;
using namespace std::chrono_literals;
using coffeeauth::Secret;

namespace {

/// What make_smtp_mailer() says to the usual options after `change`; "" when nothing.
std::string complaint(const std::function<void(SmtpOptions&)>& change) {
  SmtpOptions options;
  change(options);
  try {
    static_cast<void>(make_smtp_mailer(std::move(options)));
    return "";
  } catch (const std::invalid_argument& e) {
    return e.what();
  }
}

}  // namespace

TEST_CASE("a mailer is made of options that can work, and connects to nothing") {
  CHECK(complaint([](auto&) {}).empty());
  CHECK(complaint([](auto& o) { o.host = "2001:db8::1"; }).empty());
  CHECK(complaint([](auto& o) { o.security = SmtpSecurity::none; }).empty());
  CHECK(complaint([](auto& o) {
          o.username = "u";
          o.password = Secret{"p"};
        }).empty());
}

TEST_CASE("a password is not to be sent in clear") {
  const auto said = complaint([](auto& o) {
    o.username = "canary";
    o.password = Secret{"canary"};
    o.security = SmtpSecurity::none;
  });

  CHECK_FALSE(said.empty());
  CHECK(said.find("canary") == std::string::npos);
}

TEST_CASE("a login is a user and a password, without the zeros that PLAIN puts between them") {
  const auto with = [](std::string user, std::string_view password) {
    return complaint([&](auto& o) {
      o.username = user;
      o.password = Secret{password};
    });
  };

  CHECK_FALSE(with("u", "").empty());
  CHECK_FALSE(with("", "p").empty());
  CHECK_FALSE(with(std::string("u\0v", 3), "p").empty());
  CHECK_FALSE(with("u", std::string_view("p\0q", 3)).empty());
}

TEST_CASE("XOAUTH2 takes a user and a token, with TLS, and no password") {
  const auto with = [](const std::function<void(SmtpOptions&)>& change) {
    return complaint([&](auto& o) {
      o.username = "u";
      o.login = SmtpLogin::xoauth2;
      o.token = [](bool) { return Secret{"t"}; };
      change(o);
    });
  };

  CHECK(with([](auto&) {}).empty());
  CHECK_FALSE(with([](auto& o) { o.username.clear(); }).empty());
  CHECK_FALSE(with([](auto& o) { o.username = "u\x01"; }).empty());
  CHECK_FALSE(with([](auto& o) { o.token = nullptr; }).empty());
  CHECK_FALSE(with([](auto& o) { o.password = Secret{"p"}; }).empty());
  CHECK_FALSE(with([](auto& o) { o.security = SmtpSecurity::none; }).empty());
  CHECK_FALSE(with([](auto& o) { o.login = SmtpLogin::password; }).empty());
}

TEST_CASE("a sender and a client name may be of an internationalised domain") {
  CHECK(complaint([](auto& o) { o.from.address = "a@b\u00fccher.example"; }).empty());
  CHECK(complaint([](auto& o) { o.client_name = "b\u00fccher.example"; }).empty());
  CHECK_FALSE(complaint([](auto& o) { o.client_name = "b\u00fccher"; }).empty());
}

TEST_CASE("a host, a sender and a client name are what they are called") {
  for (const std::string bad : {"", "a b", "a\r\nb", "a/b", "a:25", "[::1]"}) {
    CAPTURE(bad);
    CHECK_FALSE(complaint([&](auto& o) { o.host = bad; }).empty());
  }
  CHECK_FALSE(complaint([](auto& o) { o.port = 0; }).empty());
  CHECK_FALSE(complaint([](auto& o) { o.client_name = "a\r\nMAIL"; }).empty());
  CHECK_FALSE(complaint([](auto& o) { o.client_name = "a b"; }).empty());
  CHECK_FALSE(complaint([](auto& o) { o.from.address = "a@b>\r\nRCPT TO:<c@d"; }).empty());
  CHECK_FALSE(complaint([](auto& o) { o.from.name = "a\nBcc: b@c"; }).empty());
}

TEST_CASE("a client name is a host's name with a dot, or an address in brackets") {
  const std::string long_label(63, 'a');
  for (const auto& good :
       {std::string{"mail.example"}, std::string{"Mail-1.b.example"}, std::string{"1.example"},
        std::string{"b\u00fccher.example"}, std::string{"[192.0.2.1]"},
        std::string{"[IPv6:2001:db8::1]"}, long_label + ".example"}) {
    CAPTURE(good);
    CHECK(is_client_name(good));
    CHECK(complaint([&](auto& o) { o.client_name = good; }).empty());
  }
  CHECK(complaint([](auto& o) { o.client_name.clear(); }).empty());
  for (const auto& bad : {std::string{"-x.example"},
                          std::string{"x-.example"},
                          std::string{"bad_host"},
                          std::string{"bad_host.example"},
                          std::string{"host"},
                          std::string{"1.2.3.4"},
                          std::string{"1.2"},
                          std::string{"::1"},
                          std::string{"2001:db8::1"},
                          std::string{".example"},
                          std::string{"mail."},
                          std::string{"a..b"},
                          std::string{"a b.example"},
                          std::string{"[]"},
                          std::string{"[x.example]"},
                          std::string{"[2001:db8::1]"},
                          std::string{"[IPv6:192.0.2.1]"},
                          std::string{"[192.0.2.1"},
                          std::string{"192.0.2.1]"},
                          std::string{"[fe80::1%lo]"},
                          std::string{"[IPv6:fe80::1%lo]"},
                          long_label + "a.example"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_client_name(bad));
    CHECK_FALSE(complaint([&](auto& o) { o.client_name = bad; }).empty());
  }
}

TEST_CASE("authorities are a file that can be read") {
  const coffeeauth::testing::TemporaryFolder folder;
  CHECK_FALSE(complaint([&](auto& o) { o.ca_file = folder.file("none"); }).empty());
  CHECK_FALSE(complaint([](auto& o) { o.ca_file = "/dev/null"; }).empty());
}

TEST_CASE("times and counts are in range") {
  using milliseconds = std::chrono::milliseconds;
  for (const milliseconds bad : {milliseconds{0}, milliseconds{-1}, milliseconds{60'001},
                                 milliseconds::max(), milliseconds::min()}) {
    CAPTURE(bad.count());
    CHECK_FALSE(complaint([&](auto& o) { o.timeout = bad; }).empty());
    CHECK_FALSE(complaint([&](auto& o) { o.delivery_timeout = bad; }).empty());
  }
  CHECK_FALSE(complaint([](auto& o) { o.idle_time = -1ms; }).empty());
  CHECK_FALSE(complaint([](auto& o) { o.idle_time = milliseconds::max(); }).empty());
  CHECK(complaint([](auto& o) { o.idle_time = 0ms; }).empty());
  CHECK_FALSE(complaint([](auto& o) { o.mails_per_connection = 0; }).empty());
}

TEST_CASE("a host calls itself as clients know it, where others can know it by that name") {
  CHECK(client_name_of("https://accounts.example.com/auth") == "accounts.example.com");
  for (const auto* const url :
       {"", "http://localhost:8000", "http://127.0.0.1", "http://[::1]:80", "https://intranet"}) {
    CAPTURE(url);
    CHECK(client_name_of(url).empty());
  }
}
