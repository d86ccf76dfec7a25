// Second factors that codes are sent to.

#include <stdexcept>
#include <string>

#include "coffeeauth/kernel.hpp"
#include "coffeeauth/second_factor/routes.hpp"
#include "features/second_factor/tests/channels.hpp"
#include "features/second_factor/tests/world.hpp"

namespace coffeeauth::second_factor {
namespace {

SecondFactorOptions with_all() { return {.types = {"totp", "sms", "email"}}; }

/// A world whose accounts can have a phone.
struct Phones {
  explicit Phones(const Backend& backend, SecondFactorOptions options = with_all())
      : w(backend, std::move(options), {&channels}) {}

  /// A phone that is confirmed.
  FactorId add(const Principal& principal, std::string_view type = "sms",
               std::string_view number = "+49 1512 3456789") {
    const auto made = w.room.enrol_target(
        principal, {.type = std::string{type}, .label = "Mine", .target = std::string{number}},
        home);
    REQUIRE_OK(made);
    const auto confirmed = w.room.confirm(principal, made->id, last(type), home);
    REQUIRE_OK(confirmed);
    return made->id;
  }
  /// The code that was sent last.
  Secret last(std::string_view type = "sms") {
    const auto& sent = (type == "sms" ? channels.phone : channels.mailbox).sent;
    REQUIRE_FALSE(sent.empty());
    return Secret{std::string_view{sent.back().code}};
  }
  Secret wrong(std::string_view type = "sms") {
    const auto right = last(type);
    const bool is_zero = right.expose_secret() == "000000";
    return Secret{std::string_view{is_zero ? "000001" : "000000"}};
  }
  Result<Passed> prove(const Secret& ticket, const FactorId& factor, const Secret& code) {
    return w.room.prove(ticket, FactorCode{.factor = factor, .code = code.clone()}, TrustDevice::no,
                        somewhere);
  }

  Channels channels;
  World w;
};

TEST_CASE(
    "a phone is confirmed with the code that was sent to it, and asked for at the next login") {
  on_each_store([](const Backend& backend) {
    Phones p{backend};
    const auto ada = p.w.user();
    const auto principal = p.w.principal(ada);
    const auto made = p.w.room.enrol_target(
        principal, {.type = "sms", .label = "Mine", .target = "+49 1512 3456789"}, home);
    REQUIRE_OK(made);
    CHECK(made->hint == "+49...89");
    CHECK(made->code_expires_at == p.w.t.clock().now() + 5min);
    REQUIRE(p.channels.phone.sent.size() == 1);
    CHECK(p.channels.phone.sent[0].to == "+4915123456789");
    CHECK(p.channels.phone.sent[0].enrols);
    CHECK_MESSAGE(is_session(p.w.log_in()), "a phone that waits is not asked for");

    CHECK_ERROR(p.w.room.confirm(principal, made->id, p.wrong(), home), ErrorCode::invalid_code);
    const auto confirmed = p.w.room.confirm(principal, made->id, p.last(), home);
    REQUIRE_OK(confirmed);
    CHECK(confirmed->factor.kind == "sms");
    REQUIRE(confirmed->recovery_codes);
    CHECK(p.w.methods_of(principal.session) == "password sms");
    CHECK_ERROR(p.w.room.confirm(principal, made->id, p.last(), home), ErrorCode::invalid_code);

    const auto asked = p.w.challenge();
    REQUIRE(asked.methods.size() == 2);
    CHECK(asked.methods[0].type == "sms");
    CHECK(asked.methods[0].hint == "+49...89");
    CHECK_MESSAGE(p.channels.phone.sent.size() == 1, "nothing is sent unasked");
    CHECK_ERROR(p.prove(asked.token, made->id, p.last()), ErrorCode::invalid_code);
    CHECK_OK(p.w.room.send_code(asked.token, made->id, somewhere));
    CHECK_FALSE(p.channels.phone.sent.back().enrols);
    const auto passed = p.prove(asked.token, made->id, p.last());
    REQUIRE(is_session(passed));
    const auto who = p.w.auth().sessions().authenticate_token(
        std::get<TokenPair>(passed->outcome).access_token.expose_secret());
    REQUIRE_OK(who);
    CHECK(p.w.methods_of(who->session) == "password sms");
    CHECK(p.w.room.overview(who->user).factors.at(0).last_used_at);
  });
}

TEST_CASE("a code that was sent is good for its ticket and its factor, until the next one") {
  on_each_store([](const Backend& backend) {
    Phones p{backend};
    const auto principal = p.w.principal(p.w.user());
    const auto one = p.add(principal);
    const auto two = p.add(p.w.renewed(principal), "sms", "+49 1512 0000000");
    const auto ticket = p.w.asked();
    const auto other = p.w.asked();
    CHECK_OK(p.w.room.send_code(ticket, one, somewhere));
    const auto first = p.last();
    CHECK_ERROR(p.prove(other, one, first), ErrorCode::invalid_code);
    CHECK_ERROR(p.prove(ticket, two, first), ErrorCode::invalid_code);
    CHECK_OK(p.w.room.send_code(ticket, one, somewhere));
    const auto second = p.last();
    if (first.expose_secret() != second.expose_secret()) {
      CHECK_ERROR(p.prove(ticket, one, first), ErrorCode::invalid_code);
    }
    CHECK(is_session(p.prove(ticket, one, second)));
    CHECK_ERROR(p.prove(ticket, one, second), ErrorCode::token_invalid);

    const auto late = p.w.asked();
    CHECK_OK(p.w.room.send_code(late, one, somewhere));
    p.w.t.clock().advance(5min);
    CHECK_ERROR(p.prove(late, one, p.last()), ErrorCode::invalid_code);
  });
}

TEST_CASE("wrong guesses end a code, and count for the account") {
  on_each_store([](const Backend& backend) {
    Phones p{backend, {.types = {"sms"}, .ticket_attempts = 10, .code_attempts = 3}};
    const auto phone = p.add(p.w.principal(p.w.user()));
    const auto ticket = p.w.asked();
    CHECK_OK(p.w.room.send_code(ticket, phone, somewhere));
    for (int i = 0; i < 3; ++i) {
      CHECK_ERROR(p.prove(ticket, phone, p.wrong()), ErrorCode::invalid_code);
    }
    CHECK_ERROR(p.prove(ticket, phone, p.last()), ErrorCode::invalid_code);
    CHECK_OK(p.w.room.send_code(ticket, phone, somewhere));
    for (int i = 0; i < 3; ++i) {
      CHECK_ERROR(p.prove(ticket, phone, p.wrong()), ErrorCode::invalid_code);
    }
    // With one that was compared with a dead code, as many as are free.
    for (int i = 0; i < 3; ++i) {
      const auto next = p.w.asked();
      CHECK_OK(p.w.room.send_code(next, phone, somewhere));
      CHECK_ERROR(p.prove(next, phone, p.wrong()), ErrorCode::invalid_code);
    }
    const auto next = p.w.asked();
    CHECK_OK(p.w.room.send_code(next, phone, somewhere));
    CHECK_ERROR(p.prove(next, phone, p.last()), ErrorCode::rate_limited);
    p.w.t.clock().advance(1min);
    CHECK(is_session(p.prove(next, phone, p.last())));
  });
}

TEST_CASE("whoever guesses codes for a day gets no further than the limit of the account") {
  Phones p{backends().front(),
           {.types = {"sms"},
            .ticket_attempts = 10,
            .failures = 100,
            .failures_stop = 1'000,
            .code_attempts = 10,
            .code_attempts_per_day = 12}};
  const auto phone = p.add(p.w.principal(p.w.user()));
  // One was spent when the phone was confirmed.
  for (int tickets = 0; tickets < 2; ++tickets) {
    const auto ticket = p.w.asked();
    CHECK_OK(p.w.room.send_code(ticket, phone, somewhere));
    for (int i = 0; i < 6; ++i) {
      CHECK_ERROR(p.prove(ticket, phone, p.wrong()), ErrorCode::invalid_code);
    }
  }
  const auto ticket = p.w.asked();
  CHECK_OK(p.w.room.send_code(ticket, phone, somewhere));
  CHECK_ERROR(p.prove(ticket, phone, p.last()), ErrorCode::invalid_code);
}

TEST_CASE("where nothing more is sent, what was sent stays good") {
  on_each_store([](const Backend& backend) {
    Phones p{backend};
    const auto phone = p.add(p.w.principal(p.w.user()));
    const auto ticket = p.w.asked();
    const auto sent = p.w.room.send_code(ticket, phone, somewhere);
    REQUIRE_OK(sent);
    p.w.t.clock().advance(10s);
    p.channels.phone.outcome = CodeOutcome::paced;
    const auto again = p.w.room.send_code(ticket, phone, somewhere);
    REQUIRE_OK(again);
    CHECK(*again == *sent);
    const auto refused = p.w.room.send_code(p.w.asked(), phone, somewhere);
    CHECK_ERROR(refused, ErrorCode::rate_limited);
    CHECK(refused.error().retry_after == 90s);
    p.channels.phone.outcome = CodeOutcome::service_full;
    CHECK_ERROR(p.w.room.send_code(ticket, phone, somewhere), ErrorCode::unavailable);
    CHECK(is_session(p.prove(ticket, phone, p.last())));
  });
}

TEST_CASE("nothing is added where no code can be sent") {
  Phones p{backends().front()};
  const auto principal = p.w.principal(p.w.user());
  const NewTarget phone{.type = "sms", .label = "", .target = "+49 1512 3456789"};
  p.channels.phone.outcome = CodeOutcome::paced;
  CHECK_ERROR(p.w.room.enrol_target(principal, phone, home), ErrorCode::rate_limited);
  p.channels.phone.outcome = CodeOutcome::service_full;
  CHECK_ERROR(p.w.room.enrol_target(principal, phone, home), ErrorCode::unavailable);
  p.channels.phone.outcome = CodeOutcome::queued;
  CHECK_ERROR(p.w.room.enrol_target(principal, {.type = "sms", .target = "+1 201 555 0123"}, home),
              ErrorCode::validation_failed);
  CHECK_ERROR(p.w.room.enrol_target(principal, {.type = "totp"}, home),
              ErrorCode::validation_failed);
  CHECK_ERROR(p.w.room.enrol_target(principal, {.type = "pigeon"}, home),
              ErrorCode::validation_failed);
  CHECK(p.channels.phone.sent.empty());

  const auto made = p.w.room.enrol_target(principal, phone, home);
  REQUIRE_OK(made);
  CHECK_OK(p.w.room.resend(principal, made->id, home));
  CHECK(p.channels.phone.sent.size() == 2);
  CHECK_OK(p.w.room.confirm(principal, made->id, p.last(), home));
  CHECK_ERROR(p.w.room.resend(p.w.renewed(principal), made->id, home), ErrorCode::not_found);
}

TEST_CASE("an account has so many phones, and one mailbox") {
  Phones p{backends().front()};
  auto principal = p.w.principal(p.w.user());
  p.add(principal);
  principal = p.w.renewed(principal);
  p.add(principal, "sms", "+49 1512 0000001");
  CHECK_ERROR(p.w.room.enrol_target(principal, {.type = "sms", .target = "+49 1512 0000002"}, home),
              limit_reached);
  p.add(principal, "email", "");
  CHECK_ERROR(p.w.room.enrol_target(principal, {.type = "email"}, home), limit_reached);
}

TEST_CASE("only what the settings name can be added, and what was added before stays") {
  Phones p{backends().front(), {.types = {"sms"}}};
  const auto principal = p.w.principal(p.w.user());
  CHECK_ERROR(p.w.room.enrol(principal, "Phone", home), ErrorCode::validation_failed);
  CHECK_ERROR(p.w.room.enrol_target(principal, {.type = "email"}, home),
              ErrorCode::validation_failed);
}

TEST_CASE("a mailed code is a second step after the password, also with another mailed code") {
  Phones p{backends().front()};
  const auto ada = p.w.user();
  const auto mailbox = p.add(p.w.principal(ada), "email", "");
  const auto begun = p.w.auth().kernel().begin_login(
      ada.user.id, {LoginMethod::password, LoginMethod::email_code}, somewhere);
  REQUIRE_OK(begun);
  REQUIRE(std::holds_alternative<LoginChallenge>(*begun));
  const auto& asked = std::get<LoginChallenge>(*begun);
  CHECK(asked.methods.front().type == "email");
  CHECK_OK(p.w.room.send_code(asked.token, mailbox, somewhere));
  CHECK(is_session(p.prove(asked.token, mailbox, p.last("email"))));
}

TEST_CASE("a channel is told whether the account has used the network before") {
  Phones p{backends().front()};
  const auto phone = p.add(p.w.principal(p.w.user()));
  const auto known = [&](const ClientContext& from) {
    const auto ticket = p.w.challenge(ada_address, from).token.clone();
    CHECK_OK(p.w.room.send_code(ticket, phone, from));
    return p.channels.phone.sent.back().from_known_network;
  };
  const ClientContext stranger{.address = "198.51.100.9", .user_agent = "tests"};
  CHECK(known(home));
  CHECK_FALSE(known(stranger));
}

TEST_CASE("a mailed code is no second step after a mailed link") {
  on_each_store([](const Backend& backend) {
    Phones p{backend};
    const auto ada = p.w.user();
    const auto mailbox = p.add(p.w.principal(ada), "email", "");
    const auto begun = p.w.auth().kernel().begin_login(ada.user.id, {mail_link}, somewhere);
    REQUIRE_OK(begun);
    REQUIRE(std::holds_alternative<LoginChallenge>(*begun));
    const auto& asked = std::get<LoginChallenge>(*begun);
    REQUIRE(asked.methods.size() == 1);
    CHECK(asked.methods[0].type == "recovery_code");
    CHECK_ERROR(p.w.room.send_code(asked.token, mailbox, somewhere), ErrorCode::invalid_code);

    // After the password it is one, and proves no more than one factor.
    const auto ticket = p.w.asked();
    CHECK_OK(p.w.room.send_code(ticket, mailbox, somewhere));
    CHECK(p.channels.mailbox.sent.back().to == ada_address);
    const auto passed = p.prove(ticket, mailbox, p.last("email"));
    REQUIRE(is_session(passed));
    const auto who = p.w.auth().sessions().authenticate_token(
        std::get<TokenPair>(passed->outcome).access_token.expose_secret());
    REQUIRE_OK(who);
    CHECK(p.w.methods_of(who->session) == "password email_factor");
    CHECK(assurance_of({LoginMethod::password, by_mail}) == Assurance::aal1);
  });
}

TEST_CASE("the owner is told which kind of factor was added or removed") {
  on_each_store([](const Backend& backend) {
    Phones p{backend};
    auto principal = p.w.principal(p.w.user());
    const auto told = [&](std::string_view subject, std::string_view text) {
      CHECK(p.w.mails_of(subject) == 1);
      const auto mail = p.w.t.mailer().delivered().back();
      CHECK(mail.subject.find(subject) != std::string::npos);
      for (const auto* const part : {&mail.text, &mail.html}) {
        CHECK_MESSAGE(part->find(text) != std::string::npos, *part);
        CHECK((part->find(" app") != std::string::npos) ==
              (subject.find(" app ") != std::string_view::npos));
        CHECK(part->find("Mine") == std::string::npos);
        CHECK(part->find("4915123456789") == std::string::npos);
      }
      principal = p.w.renewed(principal);
    };
    const auto phone = p.add(principal);
    told("a phone was added", "A phone (+49...89) was added");
    const auto mailbox = p.add(principal, "email", "");
    told("codes by mail were added", "sent to this mailbox");
    const auto app = p.w.add(principal);
    told("an authenticator app was added", "An authenticator app was added");
    CHECK_OK(p.w.room.remove(principal, phone, home));
    told("a phone was removed", "A phone (+49...89) was removed");
    CHECK_OK(p.w.room.remove(principal, mailbox, home));
    told("codes by mail were removed", "Codes by mail were removed");
    CHECK_OK(p.w.room.remove(principal, app.id, home));
    told("an authenticator app was removed", "An authenticator app was removed");
  });
}

TEST_CASE("no request without a first factor has a code sent") {
  Phones p{backends().front()};
  const auto phone = p.add(p.w.principal(p.w.user()));
  const auto sent = p.channels.phone.sent.size();
  CHECK_ERROR(p.w.room.send_code(Secret{std::string_view{"mfa_x"}}, phone, somewhere),
              ErrorCode::token_invalid);
  const auto ticket = p.w.asked();
  CHECK_ERROR(p.w.room.send_code(ticket, FactorId{}, somewhere), ErrorCode::invalid_code);
  p.w.t.clock().advance(10min);
  CHECK_ERROR(p.w.room.send_code(ticket, phone, somewhere), ErrorCode::token_invalid);
  CHECK(p.channels.phone.sent.size() == sent);
}

TEST_CASE("a phone of one account is nothing to another") {
  Phones p{backends().front()};
  const auto phone = p.add(p.w.principal(p.w.user()));
  p.add(p.w.principal(p.w.user("bob@example.org")), "sms", "+49 1512 0000001");
  CHECK_ERROR(p.w.room.send_code(p.w.asked("bob@example.org"), phone, somewhere),
              ErrorCode::invalid_code);
}

TEST_CASE("a kind that is switched off is not asked for, and keeps the second factor on") {
  on_each_store([](const Backend& backend) {
    Phones p{backend};
    auto principal = p.w.principal(p.w.user());
    static_cast<void>(p.add(principal));
    principal = p.w.renewed(principal);
    const auto app = p.w.add(principal);
    principal = p.w.renewed(principal);
    // As after a start without prefixes.
    p.channels.phone.is_off = true;
    const auto asked = p.w.challenge();
    REQUIRE(asked.methods.size() == 2);
    CHECK(asked.methods[0].type == "totp");
    CHECK_OK(p.w.room.remove(principal, app.id, home));
    CHECK(p.w.stored(principal.user.id).second_factor);
    CHECK(p.w.room.overview(p.w.stored(principal.user.id)).recovery_codes_left == 10);
    CHECK(p.w.challenge().methods.size() == 1);
    p.channels.phone.is_off = false;
    CHECK(p.w.challenge().methods.size() == 2);
  });
}

TEST_CASE("a phone that nothing reaches is not asked for, and keeps the second factor on") {
  on_each_store([](const Backend& backend) {
    Phones p{backend};
    const auto principal = p.w.principal(p.w.user());
    const auto phone = p.add(principal);
    // As after a start with other prefixes.
    p.channels.phone.prefix = "+43";
    const auto asked = p.w.challenge();
    CHECK(asked.methods.size() == 1);
    CHECK(asked.methods.front().type == "recovery_code");
    CHECK(p.w.stored(principal.user.id).second_factor);
    const auto sent = p.channels.phone.sent.size();
    CHECK_ERROR(p.w.room.send_code(asked.token, phone, somewhere), ErrorCode::invalid_code);
    CHECK(p.channels.phone.sent.size() == sent);
    p.channels.phone.prefix = "+49";
    CHECK(p.w.challenge().methods.size() == 2);
  });
}

TEST_CASE("what the settings promise has to be sent by something") {
  World w{backends().front(), {.types = {"totp", "sms"}}};
  CHECK_THROWS_WITH_AS(static_cast<void>(routes(w.room)),
                       "SECOND_FACTORS: nothing sends codes for sms; set SMS_PREFIXES, and over "
                       "PostgreSQL SMS_URL",
                       std::invalid_argument);
}

}  // namespace
}  // namespace coffeeauth::second_factor
