// A reset of an account with a second factor.
#include <string>
#include <vector>

#include "features/recovery/tests/asker.hpp"
#include "features/recovery/tests/change.hpp"
#include "lib/testing/contract/race.hpp"

namespace coffeeauth::recovery {
namespace {

TEST_CASE("with a second factor the link alone sets no password, but asks for the factor") {
  on_each_store([](const Backend& backend) {
    Protected p{backend};
    const auto link = p.w.asked_reset();
    CHECK_ERROR(p.reset(link, "short"), ErrorCode::validation_failed);
    CHECK_MESSAGE(p.asker.asked.empty(), "a weak password is told of before");
    REQUIRE(is_asked(p.reset(link)));
    CHECK_MESSAGE(is_asked(p.reset(link)), "what is asked leaves the link unspent");
    CHECK(p.is_password(first_password));
    CHECK(p.w.mails().empty());
    const auto& asked = p.asker.asked.back();
    CHECK(asked.purpose == password_reset);
    CHECK(asked.done == std::vector<std::string>{"email_link"});
    CHECK(link.expose_secret().find(asked.subject) == std::string_view::npos);

    const auto token = p.asker.answered();
    CHECK_ERROR(p.reset(link), invalid_link);
    CHECK_ERROR(p.reset(token, "short"), ErrorCode::validation_failed);
    CHECK(is_done(p.reset(token)));
    CHECK(p.is_password(new_password));
    CHECK_ERROR(p.reset(token, "yet another passphrase"), invalid_link);
    CHECK(p.w.t.events().count(password_reset_done) == 1);
    static_cast<void>(World::mail_to(p.w.mails(), "ada@example.org", "A new password was set"));
    CHECK(p.w.auth().sessions().list(p.ada.user.id).empty());
  });
}

TEST_CASE("with a second factor the code alone sets no password, and is spent with its link") {
  on_each_store([](const Backend& backend) {
    Protected p{backend};
    const auto mail = p.w.reset_mail();
    const auto code = World::code_in(mail, ResetCode::digits);
    const std::string wrong = code == "00000000" ? "00000001" : "00000000";
    CHECK_ERROR(p.reset_by_code(wrong), ErrorCode::invalid_code);
    CHECK(p.asker.asked.empty());
    REQUIRE(is_asked(p.reset_by_code(code)));
    CHECK(p.asker.asked.back().done == std::vector<std::string>{"email_code"});
    const auto token = p.asker.answered();
    CHECK_ERROR(p.reset_by_code(code), ErrorCode::invalid_code);
    CHECK_ERROR(p.reset(World::token_in(mail, "rst_")), invalid_link);
    CHECK(is_done(p.reset(token)));
    CHECK(p.is_password(new_password));
  });
}

TEST_CASE("a right code that is asked for the factor has cost a guess") {
  Protected p{backends().front()};
  const auto code = World::code_in(p.w.reset_mail(), ResetCode::digits);
  for (int i = 0; i < 5; ++i) CHECK(is_asked(p.reset_by_code(code)));
  CHECK_ERROR(p.reset_by_code(code), ErrorCode::invalid_code);
}

TEST_CASE("whoever lacks the second factor learns nothing of the present password") {
  Protected p{backends().front()};
  const auto link = p.w.asked_reset();
  for (const auto text : {first_password, new_password}) {
    REQUIRE(is_asked(p.reset(link, text)));
  }
  const auto token = p.asker.answered();
  const auto refused = p.reset(token, first_password);
  CHECK_ERROR(refused, ErrorCode::validation_failed);
  CHECK(refused.error().fields.front().code == "unchanged");
  CHECK(is_done(p.reset(token)));
}

void prove_at_once(const Backend& backend) {
  for (testing::Rounds rounds{backend.harness()}; rounds.next();) {
    Protected p{backend};
    const auto link = p.w.asked_reset();
    REQUIRE(is_asked(p.reset(link)));
    const auto asked = p.asker.asked.back();
    const auto tokens = testing::race(backend.harness().threads(), [&](std::size_t) {
      for (;;) {
        try {
          const auto kept = p.asker.answer(asked);
          if (!kept) return std::string{kept.error().code.word()};
          return std::string{std::get<Secret>(*kept).expose_secret()};
        } catch (const TransactionConflict&) {
          // Asks again, as a client is told to by 503.
        }
      }
    });
    std::size_t good = 0;
    for (const auto& token : tokens) {
      if (token == invalid_link.word()) continue;
      ++good;
      CHECK(is_done(p.reset(Secret{std::string_view{token}})));
    }
    CHECK(good == 1);
    CHECK_ERROR(p.reset(link), invalid_link);
  }
}

TEST_CASE("of many who prove the factor for one link at once one gets a new link") {
  on_each_store(prove_at_once);
}

TEST_CASE("of many who prove the factor for one link under SERIALIZABLE one gets a new link") {
  for (const auto& backend : backends()) {
    if (backend.is_serializable) prove_at_once(backend);
  }
}

TEST_CASE("proving the factor makes no link live longer") {
  on_each_store([](const Backend& backend) {
    for (const bool late : {false, true}) {
      Protected p{backend};
      const auto link = p.w.asked_reset();
      p.w.t.clock().advance(20min);
      REQUIRE(is_asked(p.reset(link)));
      const auto token = p.asker.answered();
      p.w.t.clock().advance(late ? 10min : 10min - 1ms);
      if (late) {
        CHECK_ERROR(p.reset(token), invalid_link);
      } else {
        CHECK(is_done(p.reset(token)));
      }
    }
  });
}

TEST_CASE("a factor that is proved too late gives no link") {
  Protected p{backends().front()};
  const auto link = p.w.asked_reset();
  REQUIRE(is_asked(p.reset(link)));
  p.w.t.clock().advance(30min);
  CHECK_ERROR(p.asker.answer(p.asker.asked.back()), invalid_link);
}

TEST_CASE("what changes or replaces a reset before its factor is proved ends it") {
  on_each_store([](const Backend& backend) {
    Protected p{backend};
    static_cast<void>(p.w.t.logged_in_user("boss@example.org", Role::admin));
    static_cast<void>(p.w.mails());
    const auto promote = [&](Role role) {
      CHECK_OK(p.w.auth().admin().update_user(p.ada.user.id, {.role = role}, std::nullopt,
                                              p.ada.user.id, somewhere));
    };
    REQUIRE(is_asked(p.reset(p.w.asked_reset())));
    promote(Role::admin);
    auto asked = p.asker.asked.back();
    CHECK_FALSE(p.asker.answer(asked));
    // As if whoever goes on had not looked.
    ++asked.version;
    CHECK_ERROR(p.asker.answer(asked), invalid_link);

    p.w.t.clock().advance(2min);
    REQUIRE(is_asked(p.reset(p.w.asked_reset())));
    const auto before = p.asker.asked.back();
    p.w.t.clock().advance(2min);
    const auto newer = p.w.asked_reset();
    CHECK_ERROR(p.asker.answer(before), invalid_link);
    REQUIRE(is_asked(p.reset(newer)));
    const auto token = p.asker.answered();
    promote(Role::user);
    CHECK_ERROR(p.reset(token), invalid_link);
    CHECK(p.is_password(first_password));
  });
}

TEST_CASE("a newer mail replaces what was proved for the older one") {
  on_each_store([](const Backend& backend) {
    Protected p{backend};
    REQUIRE(is_asked(p.reset(p.w.asked_reset())));
    const auto token = p.asker.answered();
    p.w.t.clock().advance(2min);
    const auto newer = p.w.asked_reset();
    CHECK_ERROR(p.reset(token), invalid_link);
    CHECK(is_asked(p.reset(newer)));
  });
}

TEST_CASE("a factor is proved for the link that was asked about, and for its account") {
  Protected p{backends().front()};
  const auto bob = p.w.user("bob@example.org");
  REQUIRE(is_asked(p.reset(p.w.asked_reset())));
  const auto asked = p.asker.asked.back();
  auto wrong = asked;
  wrong.user = bob.user.id;
  wrong.version = p.w.auth().users().get(bob.user.id).value().security_version;
  CHECK_ERROR(p.asker.answer(wrong), invalid_link);
  for (const auto& subject : {std::string{}, std::string(64, '0'), asked.subject.substr(1)}) {
    wrong = asked;
    wrong.subject = subject;
    CHECK_ERROR(p.asker.answer(wrong), invalid_link);
  }
  CHECK_OK(p.asker.answer(asked));
}

TEST_CASE("where no factor is wanted for a reset the mailbox sets the password") {
  on_each_store([](const Backend& backend) {
    auto options = usual_options();
    options.requires_second_factor = false;
    Protected p{backend, options};
    CHECK(is_done(p.reset(p.w.asked_reset())));
    CHECK(p.asker.asked.empty());
    CHECK_MESSAGE(p.is_password(new_password), "the login asks all the same");
  });
}

TEST_CASE("without a room that asks for it, whoever has a second factor sets no password") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    const auto ada = w.user();
    give_factor(w, ada.user.id);
    const auto link = w.asked_reset();
    const auto reset = [&] {
      return w.recovery.reset(link.clone(), password(new_password), somewhere);
    };
    CHECK_ERROR(reset(), ErrorCode::second_factor_required);
    CHECK_MESSAGE(w.t.events().count(password_reset_done) == 0, "nothing has changed");
    CHECK_ERROR(reset(), ErrorCode::second_factor_required);
  });
}

TEST_CASE("the reset of an administrator or operator asks for the factor, too") {
  Protected p{backends().front(), usual_options()};
  CHECK_OK(p.w.recovery.send_reset(p.ada.user.id, std::nullopt, somewhere));
  const auto mail = World::mail_to(p.w.mails(), "ada@example.org", "An administrator sent you");
  CHECK(is_asked(p.reset(World::token_in(mail, "rst_"))));
  const auto made = p.w.recovery.make_reset_link(p.ada.user.id, std::nullopt, somewhere);
  REQUIRE_OK(made);
  const std::string url{made->url.expose_secret()};
  CHECK(is_asked(p.reset(Secret{std::string_view{url}.substr(url.find("rst_"))})));
}

}  // namespace
}  // namespace coffeeauth::recovery
