#include "coffeeauth/testing/doctest.hpp"

#include <array>
#include <string>

#include "coffeeauth/testing/contract/store.hpp"
#include "lib/testing/contract/each_alone.hpp"
#include "lib/testing/contract/race.hpp"

namespace coffeeauth::testing {
namespace {

constexpr const char* shared_mail = "ada@example.org";

Language language(const std::string& tag) { return Language::restore(tag); }

NewUser candidate_in(const std::string& tag, std::uint64_t n) {
  auto made = candidate(n, shared_mail, hash(n));
  made.language = language(tag);
  return made;
}

/// With the live code 1, whoever signed up.
Activation activate_by(const Trial& t, const std::optional<ChosenPassword>& chosen = {}) {
  const auto id = t.store->users().find_credentials(address(shared_mail))->user.id;
  t.alone.put_code(id, code(1));
  return t.alone.activate(id, code(1), chosen);
}

void of_accounts(StoreHarness& harness) {
  SUBCASE(
      "languages: an account has the one that it was made or patched with, until it is forgotten") {
    const Trial t{harness};
    auto made = user(1);
    made.language = language("zh-Hant-TW");
    CHECK(t.alone.create(made).user->language == made.language);
    t.alone.create(user(2));
    CHECK(t.get(made.id).language == made.language);
    CHECK(t.get(nth<UserId>(2)).language.empty());
    CHECK(t.store->users().find_credentials(made.id)->user.language == made.language);
    CHECK(t.store->users().find_credentials(made.email)->user.language == made.language);
    CHECK(t.store->users().list({.order = UserOrder::email}).front().language == made.language);
    REQUIRE(t.alone.open(session(1, made.id)) == OpenSessionOutcome::opened);
    CHECK(t.store->sessions().find_live(nth<SessionId>(1), noon)->user.language == made.language);

    const auto patched = t.alone.update(made.id, {.language = language("pt-BR")});
    CHECK(patched.changed);
    CHECK(patched.before->language == made.language);
    CHECK(t.get(made.id).language == language("pt-BR"));
    CHECK(t.get(made.id).version == 2);
    CHECK(t.get(made.id).security_version == 1);
    CHECK_FALSE(t.alone.update(made.id, {.language = language("pt-BR")}).changed);
    t.alone.update(made.id, {.first_name = "Augusta"});
    CHECK(t.get(made.id).language == language("pt-BR"));
    CHECK(t.alone.update(made.id, {.language = Language{}}).changed);
    CHECK(t.get(made.id).language.empty());
  }

  SUBCASE("languages: an account that is taken over has that of who takes it over") {
    for (const auto* tag : {"de", ""}) {
      const Trial t{harness};
      t.alone.sign_up(candidate_in("fr", 1));
      auto boss = admin(2);
      boss.email = address(shared_mail);
      boss.language = language(tag);
      CHECK(t.alone.take_over(boss).user->language == boss.language);
      CHECK(t.get(nth<UserId>(1)).language == boss.language);
    }
  }

  SUBCASE("languages: an account whose address must be proved again keeps its own") {
    const Trial t{harness};
    auto made = user(1);
    made.email = address(shared_mail);
    made.language = language("de");
    t.alone.create(made);
    t.alone.sign_up(candidate_in("fr", 2));
    t.alone.update(made.id, {.is_verified = false});
    CHECK(t.get(made.id).language == language("de"));
    REQUIRE(activate_by(t).outcome == ActivationOutcome::activated);
    CHECK(t.get(made.id).language == language("de"));
    // Neither does a new password tell another one.
    t.alone.update(made.id, {.is_verified = false});
    REQUIRE(activate_by(t, {{hash(9), true}}).outcome == ActivationOutcome::activated);
    CHECK(t.get(made.id).language == language("de"));
  }
}

void of_sign_ups(StoreHarness& harness) {
  SUBCASE("languages: a further sign-up does not change that of the account") {
    for (const bool has_owner : {false, true}) {
      const Trial t{harness};
      auto first = candidate_in("de", 1);
      if (has_owner) {
        first.is_verified = true;
        t.alone.create(first);
      } else {
        CHECK(t.alone.sign_up(first).user.language == language("de"));
      }
      CHECK(t.alone.sign_up(candidate_in("fr", 2)).user.language == language("de"));
      auto again = candidate_in("it", 3);
      again.password_hash = hash(1);
      CHECK(t.alone.sign_up(again).user.language == language("de"));
      CHECK(t.get(first.id).language == language("de"));
      CHECK(t.get(first.id).version == 1);
    }
  }

  SUBCASE("languages: an activated account has that of the sign-up whose password it has") {
    {
      const Trial t{harness};
      t.alone.sign_up(candidate_in("de", 1));
      CHECK(activate_by(t).user->language == language("de"));
    }
    const Trial t{harness};
    t.alone.sign_up(candidate_in("de", 1));
    t.alone.sign_up(candidate_in("", 2));
    t.alone.sign_up(candidate_in("fr", 3));
    auto again = candidate_in("it", 4);
    again.password_hash = hash(1);
    t.alone.sign_up(again);
    CHECK(activate_by(t, {{hash(1)}}).user->language == language("it"));
    CHECK(t.get(nth<UserId>(1)).language == language("it"));
    // What was not said replaces what a stranger said.
    const Trial silent{harness};
    silent.alone.sign_up(candidate_in("fr", 1));
    silent.alone.sign_up(candidate_in("", 2));
    CHECK(activate_by(silent, {{hash(2)}}).user->language.empty());
  }

  SUBCASE("languages: whoever proves the mailbox with another password has none yet") {
    const Trial t{harness};
    t.alone.sign_up(candidate_in("fr", 1));
    const auto done = activate_by(t, {{hash(9), true}});
    REQUIRE(done.outcome == ActivationOutcome::activated);
    CHECK(done.user->language.empty());
    CHECK(t.get(nth<UserId>(1)).language.empty());
  }

  SUBCASE("languages: of many sign-ups at once, each keeps its own") {
    constexpr std::array tags{"de", "fr", "it", "es", "pt-BR", "nl", "pl", "da"};
    for (Rounds rounds{harness, {.threads = tags.size()}}; rounds.next();) {
      const Trial t{harness};
      const auto outcomes = race(tags.size(), [&](std::size_t i) {
        return t.alone.sign_up(candidate_in(tags.at(i), i + 1), tags.size()).outcome;
      });
      CHECK(count_of(outcomes, SignUpOutcome::created) == 1);
      CHECK(activate_by(t, {{hash(3)}}).user->language == language("it"));
    }
  }
}

}  // namespace

void language_contract(StoreHarness& harness) {
  of_accounts(harness);
  of_sign_ups(harness);
}

}  // namespace coffeeauth::testing
