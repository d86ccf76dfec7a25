// The mailbox is one factor.

#include "features/email_login/tests/asker.hpp"

namespace coffeeauth::email_login {
namespace {

bool is_asked(const Result<LoginOutcome>& outcome) {
  return outcome && std::holds_alternative<LoginChallenge>(*outcome);
}

TEST_CASE("who has a second factor is asked for it, and link and code are spent with that") {
  on_each_store([](const Backend& backend) {
    for (const bool by_link : {true, false}) {
      CAPTURE(by_link);
      Asker asker;
      World w{backend, usual_options(), {&asker}};
      const auto ada = w.user();
      give_factor(w, ada.user.id);
      const auto mail = w.asked();
      CHECK(is_asked(w.log_in(by_link ? mail.by_link() : mail.by_code())));
      CHECK(asker.asked.back() == LoginMethods{by_link ? email_link : LoginMethod::email_code});
      CHECK_ERROR(w.log_in(mail.by_link()), invalid_link);
      CHECK_ERROR(w.log_in(mail.by_code()), ErrorCode::invalid_code);
      const auto in = asker.answer(ada.user.id, proved_factor);
      REQUIRE_OK(in);
      CHECK(std::holds_alternative<TokenPair>(*in));
    }
  });
}

TEST_CASE("a code to the same mailbox completes no login by mail") {
  Asker asker;
  World w{backends().front(), usual_options(), {&asker}};
  const auto ada = w.user();
  give_factor(w, ada.user.id);
  for (const bool by_link : {true, false}) {
    CAPTURE(by_link);
    const auto mail = w.asked();
    CHECK(is_asked(w.log_in(by_link ? mail.by_link() : mail.by_code())));
    CHECK_ERROR(asker.answer(ada.user.id, mailed_factor), ErrorCode::second_factor_required);
    w.t.clock().advance(1min);
  }
}

TEST_CASE("codes of second factors go to the account's own mailbox, at the owner's pace") {
  on_each_store([](const Backend& backend) {
    World w{backend, {.enabled = false}};
    const auto ada = w.user();
    const auto& channels = w.auth().kernel().code_channels();
    REQUIRE(channels.size() == 1);
    auto& mailbox = *channels.front();
    CHECK(mailbox.type() == "email");
    CHECK(mailbox.field().empty());
    CHECK(mailbox.method() == email_factor);
    const auto target = mailbox.target(ada.user, {});
    REQUIRE_OK(target);
    CHECK(target->address == "ada@example.org");
    CHECK(target->hint == "a...@example.org");

    static_cast<void>(w.mails());
    const auto send = [&](std::string_view code) {
      return w.t.store().transact([&](Transaction& tx) {
        return mailbox.send(tx,
                            {.user = ada.user.id,
                             .to = target->address,
                             .code = code,
                             .expires_at = w.t.clock().now() + 5min},
                            somewhere);
      });
    };
    CHECK(send("001234").outcome == CodeOutcome::queued);
    const auto paced = send("005678");
    CHECK(paced.outcome == CodeOutcome::paced);
    CHECK(paced.retry_after == 60s);
    const auto mails = w.mails();
    REQUIRE(mails.size() == 1);
    CHECK(World::code_in(mails.front()) == "001234");
    w.t.clock().advance(1min);
    CHECK(send("005678").outcome == CodeOutcome::queued);
  });
}

TEST_CASE("without a room that asks, the door stays shut and the mail stays good") {
  World w{backends().front()};
  const auto ada = w.user();
  give_factor(w, ada.user.id);
  const auto mail = w.asked();
  CHECK_ERROR(w.log_in(mail.by_link()), ErrorCode::second_factor_required);
  CHECK_ERROR(w.log_in(mail.by_code()), ErrorCode::second_factor_required);
}

TEST_CASE("the token of a device reaches the steps") {
  Asker asker;
  World w{backends().front(), usual_options(), {&asker}};
  static_cast<void>(w.user());
  const auto mail = w.asked();
  const LoginOptions with{.device_token = Secret{std::string_view{"dev_of_a_test"}}};
  CHECK(is_in(w.login.log_in(mail.by_link(), somewhere, with)));
  CHECK(asker.device_tokens.back() == "dev_of_a_test");
}

}  // namespace
}  // namespace coffeeauth::email_login
