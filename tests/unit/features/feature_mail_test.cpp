// Mails of a feature's own kinds, and notices with what features add to them.

#include "tests/unit/features/room.hpp"

using namespace coffeeauth;
using features::Room;

namespace {

constexpr std::string_view tea_ready = "tea_ready";

MailKind tea_words() {
  return {.name = std::string{tea_ready},
          .words = {{.language = "en",
                     .text = "Subject: Tea at {{service}}\n\n{{first_name}}, your {{tea}} is ready."
                             "\n"},
                    {.language = "de",
                     .text = "Subject: Tee\n\n{{first_name}}, dein {{tea}} ist fertig.\n"}}};
}

struct Brewing {
  Room room;
  Fixture f;

  explicit Brewing(std::unique_ptr<MailTemplates> templates = nullptr)
      : f{.t = testing::TestAuth{{.templates = std::move(templates), .features = {&with_mail()}}}} {
  }

  void send(std::string_view kind, const std::string& language = {}) {
    f.t.store().transact([&](Transaction& tx) {
      room.kernel->enqueue(tx, kind,
                           {.to = email("ada@example.org"),
                            .first_name = "Ada",
                            .language = language,
                            .extra = {{"tea", "Assam"}}},
                           {});
    });
    f.t.deliver_mail();
  }
  std::string last_text() { return f.t.mailer().last_to(email("ada@example.org")).value().text; }

 private:
  Room& with_mail() {
    room.mails = {tea_words()};
    return room;
  }
};

/// Knows one kind.
class Knows final : public MailTemplates {
 public:
  explicit Knows(std::string kind) : kind_(std::move(kind)) {}
  std::optional<MailContent> render(std::string_view kind,
                                    const MailParameters& /*parameters*/) const override {
    if (kind != kind_) return std::nullopt;
    return MailContent{.subject = "Mine", .text = "Words of the embedder's.", .html = {}};
  }

 private:
  const std::string kind_;
};

}  // namespace

TEST_CASE("a feature's mail has the feature's words, in the reader's language") {
  Brewing b;
  b.send(tea_ready);
  CHECK(b.last_text().find("Ada, your Assam is ready.") != std::string::npos);
  b.send(tea_ready, "de-AT");
  CHECK(b.last_text().find("Ada, dein Assam ist fertig.") != std::string::npos);
}

TEST_CASE("an embedder's words come before the feature's, which come before none") {
  Brewing known{std::make_unique<Knows>("tea_ready")};
  known.send(tea_ready);
  CHECK(known.last_text() == "Words of the embedder's.");
  Brewing unknown{std::make_unique<Knows>("another")};
  unknown.send(tea_ready);
  CHECK(unknown.last_text().find("Ada, your Assam is ready.") != std::string::npos);
}

TEST_CASE("a mail whose kind nobody brought is given up, with the reason") {
  Brewing b;
  b.send("coffee_ready");
  CHECK(b.f.t.mailer().delivered().empty());
  REQUIRE(b.f.t.events().count(EventKind::mail_given_up) == 1);
  CHECK(b.f.t.events().last(EventKind::mail_given_up)->reason == "template");
}

TEST_CASE("a notice says when and from where, and has what features add") {
  Room room;
  room.notice_values = {{"reset_page", "https://shop.example/account/reset"},
                        {"client", "not this one"}};
  Fixture f{.t = testing::TestAuth{{.features = {&room}}}};
  f.verified_user("ada@example.org");
  const auto notify = [&](const ClientContext& client) {
    f.t.store().transact([&](Transaction& tx) {
      room.kernel->notify(tx, mail_kind::password_changed, {.to = email("ada@example.org")},
                          client);
    });
    f.t.deliver_mail();
    return f.t.mailer().last_to(email("ada@example.org")).value().text;
  };
  const auto has = [](const std::string& text, std::string_view part) {
    CAPTURE(text);
    CHECK(text.find(part) != std::string::npos);
  };

  const auto text = notify({.address = "192.0.2.1",
                            .user_agent = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) "
                                          "AppleWebKit/605.1.15 Version/17.4 Safari/605.1.15"});
  has(text, "https://shop.example/account/reset");
  has(text, "Device: Safari, macOS");
  has(text, "IP address: 192.0.2.1");
  has(notify({.address = "192.0.2.1", .language = "de"}), "192.0.2.1");
  CHECK(notify({.language = "de"}) != text);
}

TEST_CASE("a notice repeats nothing that a client says of itself") {
  Room room;
  Fixture f{.t = testing::TestAuth{{.features = {&room}}}};
  f.t.store().transact([&](Transaction& tx) {
    room.kernel->notify(tx, mail_kind::password_changed, {.to = email("ada@example.org")},
                        {.user_agent = "visit evil.example now (Linux) Firefox/1.0"});
  });
  f.t.deliver_mail();
  const auto mail = f.t.mailer().last_to(email("ada@example.org")).value();
  CHECK(mail.text.find("evil") == std::string::npos);
  CHECK(mail.html.find("evil") == std::string::npos);
  CHECK(mail.text.find("Device: Firefox, Linux") != std::string::npos);
  // No page to ask for a new password at, so none is named.
  CHECK(mail.text.find("://") == std::string::npos);
}

TEST_CASE("a notice goes with its transaction") {
  Room room;
  Fixture f{.t = testing::TestAuth{{.features = {&room}}}};
  const auto undone = f.t.store().transact([&](Transaction& tx) -> Result<void> {
    room.kernel->notify(tx, mail_kind::password_changed, {.to = email("ada@example.org")}, {});
    return ErrorCode::not_found;
  });
  CHECK_ERROR(undone, ErrorCode::not_found);
  CHECK(f.mails_to("ada@example.org") == 0);
}

TEST_CASE("a mail to an account is in its language, unless the feature says another") {
  Room room;
  Fixture f{.t = testing::TestAuth{{.features = {&room}}}};
  f.client.language = "de-AT";
  f.verified_user("ada@example.org");
  const auto language_after = [&](const EmailAddress& to,
                                  const std::function<void(Transaction&)>& work) {
    f.t.store().transact([&](Transaction& tx) { work(tx); });
    f.t.deliver_mail();
    const auto html = f.t.mailer().last_to(to).value().html;
    return html.substr(html.find("<html lang=\"") + 12, 2);
  };
  const auto notify = [&](const EmailAddress& to, const std::string& said,
                          const std::string& asked) {
    return language_after(to, [&](Transaction& tx) {
      room.kernel->notify(tx, mail_kind::password_changed, {.to = to, .language = said},
                          {.language = asked});
    });
  };
  const auto enqueue = [&](const EmailAddress& to, const std::string& said) {
    return language_after(to, [&](Transaction& tx) {
      room.kernel->enqueue(tx, mail_kind::sign_up_for_existing, {.to = to, .language = said}, {});
    });
  };
  const auto ada = email("ADA@example.org");
  const auto nobody = email("nobody@example.org");

  CHECK(notify(ada, "", "en") == "de");
  CHECK(notify(ada, "", "") == "de");
  CHECK(notify(ada, "en", "de") == "en");
  CHECK(notify(nobody, "", "de") == "de");
  CHECK(notify(nobody, "", "") == "en");
  CHECK(enqueue(ada, "") == "de");
  CHECK(enqueue(ada, "en") == "en");
  CHECK(enqueue(nobody, "") == "en");
}

namespace {

/// Words of a kind that is a notice, or none.
MailKind tea_cold(bool is_notice) {
  return {.name = "tea_cold",
          .words = {{.language = "en", .text = "Subject: Tea\n\nYour tea went cold.\n"}},
          .is_notice = is_notice};
}

Config without_notices(std::vector<std::string> kinds) {
  Config config;
  config.notices.left_out = std::move(kinds);
  return config;
}

}  // namespace

TEST_CASE("a notice that is left out is not written; what is no notice, and other notices, are") {
  Room room;
  room.mails = {tea_cold(true), tea_words()};
  Fixture f{.t = testing::TestAuth{{.config = without_notices({"tea_cold"}), .features = {&room}}}};
  const auto notify = [&](std::string_view kind) {
    f.t.store().transact([&](Transaction& tx) {
      room.kernel->notify(tx, kind, {.to = email("ada@example.org")}, {});
    });
    f.t.deliver_mail();
    return f.mails_to("ada@example.org");
  };
  CHECK(notify("tea_cold") == 0);
  CHECK(notify(mail_kind::password_changed) == 1);
  CHECK(notify(tea_ready) == 2);
}

TEST_CASE("only notices of the library and of the features can be left out") {
  const auto refusal = [](std::vector<std::string> left_out, bool is_notice) -> std::string {
    Room room;
    room.mails = {tea_cold(is_notice)};
    try {
      testing::TestAuth t{{.config = without_notices(std::move(left_out)), .features = {&room}}};
      return {};
    } catch (const std::invalid_argument& refused) {
      return refused.what();
    }
  };
  CHECK(refusal({}, true).empty());
  CHECK(refusal({"password_changed", "email_changed", "tea_cold"}, true).empty());
  CHECK(refusal({"tea_cold"}, false) ==
        "coffeeauth: NOTICES: must be all, or omit some of -email_changed,-password_changed");
  // Codes that somebody waits for are none.
  for (const std::string kind : {"verification_code", "login_code", "sign_up_for_existing"}) {
    CAPTURE(kind);
    CHECK(refusal({kind}, true) ==
          "coffeeauth: NOTICES: must be all, or omit some of "
          "-email_changed,-password_changed,-tea_cold");
  }
}
