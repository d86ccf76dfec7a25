// Logins by the code of a mail, and guesses at it.

#include "features/email_login/tests/world.hpp"
#include "lib/testing/contract/race.hpp"

namespace coffeeauth::email_login {
namespace {

TEST_CASE("a code logs in once, with the token of who asked, and its link goes with it") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    static_cast<void>(w.user());
    const auto mail = w.asked();
    const auto stranger = w.login.ask(email("bob@example.org"), somewhere);
    auto typed = VerificationCode::parse(mail.code);
    REQUIRE_OK(typed);
    CHECK_ERROR(w.log_in(MailedCode{stranger.login_token.clone(), *std::move(typed)}),
                ErrorCode::invalid_code);
    CHECK(is_in(w.log_in(mail.by_code())));
    CHECK_ERROR(w.log_in(mail.by_code()), ErrorCode::invalid_code);
    CHECK_ERROR(w.log_in(mail.by_link()), invalid_link);
  });
}

TEST_CASE("five wrong guesses end a code, which nobody is told, and leave its link") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    static_cast<void>(w.user());
    const auto mail = w.asked();
    for (int i = 0; i < 5; ++i) {
      CHECK_ERROR(w.log_in(mail.by_code(mail.wrong())), ErrorCode::invalid_code);
    }
    CHECK_ERROR(w.log_in(mail.by_code()), ErrorCode::invalid_code);
    CHECK(is_in(w.log_in(mail.by_link())));
  });
}

TEST_CASE("the fifth guess can be right") {
  World w{backends().front()};
  static_cast<void>(w.user());
  const auto mail = w.asked();
  for (int i = 0; i < 4; ++i) {
    CHECK_ERROR(w.log_in(mail.by_code(mail.wrong())), ErrorCode::invalid_code);
  }
  CHECK(is_in(w.log_in(mail.by_code())));
}

TEST_CASE("of 64 who log in with one code at once one gets in") {
  auto options = usual_options();
  options.code_attempts = 10;
  on_each_store([&](const Backend& backend) {
    if (backend.is_serializable) return;
    World w{backend, options};
    static_cast<void>(w.user());
    const auto mail = w.asked();
    const auto won = testing::race(testing::race_threads,
                                   [&](std::size_t) { return is_in(w.log_in(mail.by_code())); });
    CHECK(testing::count_of(won, true) == 1);
  });
}

TEST_CASE("an account has so many guesses a day, whatever is mailed meanwhile") {
  auto options = usual_options();
  options.code_attempts = 10;
  options.pace = {.pause = 0s, .per_hour = 1'000, .per_day = 1'000};
  World w{backends().front(), options};
  static_cast<void>(w.user());
  const auto a_day = w.auth().kernel().config().codes.guesses_per_day;
  for (std::size_t guessed = 0; guessed < a_day;) {
    const auto mail = w.asked();
    for (int i = 0; i < 10 && guessed < a_day; ++i, ++guessed) {
      CHECK_ERROR(w.log_in(mail.by_code(mail.wrong())), ErrorCode::invalid_code);
    }
  }
  const auto late = w.asked();
  CHECK_ERROR(w.log_in(late.by_code()), ErrorCode::invalid_code);
  CHECK(is_in(w.log_in(late.by_link())));
  w.t.clock().advance(24h);
  CHECK(is_in(w.log_in(w.asked().by_code())));
}

TEST_CASE("what cannot be a login token is told apart from what means nothing") {
  World w{backends().front()};
  for (const auto* const text : {"", "lgt_", "lgn_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"}) {
    auto typed = VerificationCode::parse("123456");
    REQUIRE_OK(typed);
    CHECK_ERROR(w.log_in(MailedCode{Secret{std::string_view{text}}, *std::move(typed)}),
                ErrorCode::token_invalid);
  }
}

}  // namespace
}  // namespace coffeeauth::email_login
