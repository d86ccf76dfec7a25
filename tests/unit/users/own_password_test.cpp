// What somebody who is logged in proves once more, and what a change of their password stops.

#include "fixture.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace coffeeauth;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view ada_address = "ada@example.org";

struct Ada : Fixture {
  explicit Ada(Config config = {}) : Fixture{.t = testing::TestAuth{std::move(config)}} {}

  User ada = verified_user(ada_address);
  TokenPair tokens = log_in(ada_address).value();
  Principal principal = who(tokens).value();

  SessionService& sessions() { return auth().sessions(); }
  Result<TokenPair> change(std::string_view current = good, std::string_view next = other_good) {
    return sessions().change_password(principal, password(current), password(next), client);
  }
  Result<ReauthenticationOutcome> prove(std::string_view secret = good) {
    return sessions().reauthenticate(principal, password(secret), client);
  }
  Session own_session() { return sessions().list(ada.id).front(); }
  /// Whether the account still is as it was before a change that did not happen.
  void check_untouched() {
    CHECK_OK(who(tokens));
    CHECK_ERROR(log_in(ada_address, other_good), ErrorCode::invalid_credentials);
    CHECK_OK(log_in(ada_address));
    CHECK(t.events().count(EventKind::password_changed) == 0);
    CHECK(t.store().outbox().depth().pending == 0);
  }
  void set_active(bool active) {
    t.store().transact([&](Transaction& tx) {
      static_cast<void>(tx.users().update_user(ada.id, {}, {.is_active = active}, t.clock().now()));
    });
  }
};

}  // namespace

TEST_CASE("a changed password ends every session but the one that changed it") {
  Ada f;
  const auto phone = f.log_in(ada_address).value();
  const auto laptop = f.log_in(ada_address).value();
  f.verified_user("bob@example.org");
  const auto bobs = f.log_in("bob@example.org").value();
  REQUIRE_OK(f.who(phone));

  const auto next = f.change().value();
  CHECK(next.expires_in == 10min);
  for (const auto* const other : {&phone, &laptop}) {
    CHECK_ERROR(f.who(*other), ErrorCode::token_invalid);
    CHECK_ERROR(f.refresh(*other), ErrorCode::token_invalid);
  }
  CHECK(f.who(next).value().session == f.principal.session);
  CHECK(f.sessions().list(f.ada.id).size() == 1);
  CHECK_OK(f.who(bobs));

  CHECK_ERROR(f.log_in(ada_address), ErrorCode::invalid_credentials);
  CHECK_OK(f.log_in(ada_address, other_good));
}

TEST_CASE("the session that changed a password goes on with its next pair alone") {
  Ada f;
  const auto next = f.change().value();
  CHECK_ERROR(f.who(f.tokens), ErrorCode::token_invalid);
  const auto after = f.refresh(next).value();
  CHECK_OK(f.who(after));
  CHECK_ERROR(f.refresh(f.tokens), ErrorCode::token_invalid);
}

TEST_CASE("a token that was spent just before the change is not answered in its grace") {
  Ada f;
  const auto spent = std::exchange(f.tokens, f.refresh(f.tokens).value());
  const auto next = f.change().value();
  CHECK_ERROR(f.refresh(spent), ErrorCode::token_invalid);
  // A copy of it was tried after the owner had another: the session is over, as after any reuse.
  CHECK_ERROR(f.refresh(next), ErrorCode::token_invalid);
}

TEST_CASE("changing the password is a proof of who one is") {
  Ada f;
  f.t.clock().advance(11min);
  REQUIRE_ERROR(f.sessions().require_recent(f.principal), ErrorCode::reauthentication_required);
  REQUIRE_OK(f.change());
  CHECK_OK(f.sessions().require_recent(f.principal));
  CHECK(f.own_session().authenticated_at == f.t.clock().now());
}

TEST_CASE("a wrong current password changes nothing, and is a failed login") {
  Ada f;
  CHECK_ERROR(f.change(other_good, "another horse entirely"), ErrorCode::invalid_credentials);
  CHECK(f.t.events().count(EventKind::login_failed) == 1);
  CHECK(f.t.events().last(EventKind::login_failed)->user == f.ada.id);
  f.check_untouched();
}

TEST_CASE("whatever a password is asked for, wrong ones count as one") {
  Ada f;
  const ClientContext thief{.address = "198.51.100.7"};
  auto& sessions = f.sessions();
  const std::vector<std::function<Result<void>(std::string_view)>> ways{
      [&](std::string_view secret) -> Result<void> {
        const auto done = tokens_of(sessions.log_in(email(ada_address), password(secret), thief));
        return done ? Result<void>{} : done.error();
      },
      [&](std::string_view secret) -> Result<void> {
        const auto done = sessions.reauthenticate(f.principal, password(secret), thief);
        return done ? Result<void>{} : done.error();
      },
      [&](std::string_view secret) -> Result<void> {
        const auto done = sessions.change_password(f.principal, password(secret),
                                                   password("another horse entirely"), thief);
        return done ? Result<void>{} : done.error();
      },
      [&](std::string_view secret) {
        return f.auth().users().delete_account(f.ada.id, password(secret), thief);
      }};
  for (std::size_t i = 0; i < 10; ++i) {
    CHECK_ERROR(ways[i % ways.size()](other_good), ErrorCode::invalid_credentials);
  }
  for (const auto& way : ways) {
    CHECK_ERROR(way(other_good), ErrorCode::rate_limited);
    CHECK_ERROR(way(good), ErrorCode::rate_limited);
  }
  CHECK_OK(f.log_in(ada_address));
}

TEST_CASE("a right password clears the count, also where the change is refused") {
  Ada f;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 9; ++i) {
      REQUIRE_ERROR(f.change(other_good, good), ErrorCode::invalid_credentials);
    }
    REQUIRE_ERROR(f.change(good, good), ErrorCode::validation_failed);
  }
  CHECK_OK(f.change());
}

TEST_CASE("a new password has to be another one, and good enough") {
  Ada f;
  struct Refused {
    std::string_view next;
    std::string_view code;
  };
  for (const auto& each : {Refused{good, "unchanged"}, Refused{"short", "too_short"},
                           Refused{"12345678", "too_common"}, Refused{ada_address, "too_similar"},
                           Refused{"        ", "invisible"}}) {
    CAPTURE(each.next);
    const auto refused = f.change(good, each.next);
    REQUIRE_ERROR(refused, ErrorCode::validation_failed);
    REQUIRE(refused.error().fields.size() == 1);
    const auto& fault = refused.error().fields.front();
    CHECK(fault.field == "new_password");
    CHECK(fault.code == each.code);
    CHECK(fault.message.find(each.next) == std::string::npos);
  }
  // Whoever has not shown the present one is told nothing of the new one.
  CHECK_ERROR(f.change(other_good, "short"), ErrorCode::invalid_credentials);
  f.check_untouched();
}

TEST_CASE("spellings of one password are no other password") {
  Ada f;
  // The same after NFKC.
  CHECK_ERROR(f.change(good, "correct\u00A0horse battery"), ErrorCode::validation_failed);
}

TEST_CASE("who was disabled, deleted or logged out meanwhile proves and changes nothing") {
  Ada f;
  SUBCASE("disabled") { f.set_active(false); }
  SUBCASE("disabled, and enabled again") {
    f.set_active(false);
    f.set_active(true);
  }
  SUBCASE("deleted") {
    REQUIRE_OK(f.auth().users().delete_account(f.ada.id, password(good), f.client));
  }
  SUBCASE("logged out") { f.sessions().log_out(f.tokens.refresh_token.expose_secret(), f.client); }
  const auto before = f.t.store().users().find_credentials(f.ada.id);
  CHECK_ERROR(f.change(), ErrorCode::token_invalid);
  CHECK_ERROR(f.prove(), ErrorCode::token_invalid);
  CHECK_ERROR(f.sessions().require_recent(f.principal), ErrorCode::token_invalid);
  const auto after = f.t.store().users().find_credentials(f.ada.id);
  REQUIRE(static_cast<bool>(before) == static_cast<bool>(after));
  if (before) CHECK(before->password_hash == after->password_hash);
  CHECK(f.t.events().count(EventKind::password_changed) == 0);
  CHECK(f.t.events().count(EventKind::reauthenticated) == 0);
  f.t.deliver_mail();
  CHECK(f.t.mailer().count_for(email(ada_address)) == 1);  // the code of the sign-up
}

TEST_CASE("a password that changes while another change is made stays") {
  const PasswordHash interloper{"$set meanwhile"};
  std::set<std::string_view> seen;
  // Slow is the call before the transaction begins, among others.
  for (std::size_t n = 1; n <= 3; ++n) {
    CAPTURE(n);
    Ada other;
    bool interfered = false;
    other.t.faults().slow_call(n, [&] {
      interfered = true;
      other.t.store().transact([&](Transaction& tx) {
        static_cast<void>(tx.users().update_user(
            other.ada.id, {},
            {.password_hash = interloper, .keeps_session = other.principal.session},
            other.t.clock().now()));
      });
    });
    const auto changed = other.change();
    REQUIRE(interfered);
    REQUIRE_FALSE(changed);
    seen.insert(changed.error().code.word());
    CHECK(other.t.store().users().find_credentials(other.ada.id)->password_hash == interloper);
    CHECK(other.t.events().count(EventKind::password_changed) == 0);
  }
  CHECK(seen == std::set<std::string_view>{"invalid_credentials", "version_conflict"});
}

TEST_CASE("of many changes at once one is made, and its session is the one that is left") {
  Ada f;
  std::vector<Principal> owners;
  for (int i = 0; i < 6; ++i) owners.push_back(f.who(f.log_in(ada_address).value()).value());
  std::vector<std::optional<TokenPair>> changed(owners.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < owners.size(); ++i) {
    threads.emplace_back([&, i] {
      auto done = f.sessions().change_password(
          owners[i], password(good), password("new password " + std::to_string(i)), f.client);
      if (done) changed[i] = *std::move(done);
    });
  }
  for (auto& thread : threads) thread.join();
  std::size_t made = 0;
  for (std::size_t i = 0; i < owners.size(); ++i) {
    if (!changed[i]) continue;
    ++made;
    CHECK(f.who(*changed[i]).value().session == owners[i].session);
    CHECK(f.sessions().list(f.ada.id).size() == 1);
    CHECK_OK(f.log_in(ada_address, "new password " + std::to_string(i)));
  }
  CHECK(made == 1);
}

TEST_CASE("the owner is told of a changed password in its transaction, and of nothing secret") {
  Ada f;
  f.client.user_agent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
  REQUIRE(f.t.store().outbox().depth().pending == 0);
  f.t.faults().fail_next_commit();
  CHECK_THROWS_AS(static_cast<void>(f.change()), Unavailable);
  f.check_untouched();

  const auto next = f.change().value();
  CHECK(f.t.store().outbox().depth().pending == 1);
  const auto told = f.t.events().last(EventKind::password_changed).value();
  CHECK(told.user == f.ada.id);
  CHECK(told.session == f.principal.session);
  CHECK(told.client.address == f.client.address);

  f.t.deliver_mail();
  const auto mail = f.t.mailer().last_to(email(ada_address)).value();
  CHECK(mail.subject.find("your password was changed") != std::string::npos);
  CHECK(mail.text.find("Hello Ada,") != std::string::npos);
  CHECK(mail.text.find("Device: Firefox, Linux") != std::string::npos);
  CHECK(mail.text.find("IP address: 192.0.2.1") != std::string::npos);
  const auto hash = f.t.store().users().find_credentials(f.ada.id)->password_hash;
  for (const std::string_view secret :
       {good, other_good, next.access_token.expose_secret(), next.refresh_token.expose_secret(),
        std::string_view{hash.phc()}, f.tokens.refresh_token.expose_secret()}) {
    CHECK(mail.text.find(secret) == std::string::npos);
    CHECK(mail.html.find(secret) == std::string::npos);
  }
}

TEST_CASE("a change whose answer was lost has happened, notice and all") {
  Ada f;
  f.t.faults().lose_next_answer();
  CHECK_THROWS_AS(static_cast<void>(f.change()), Unavailable);
  CHECK_ERROR(f.who(f.tokens), ErrorCode::token_invalid);
  CHECK_OK(f.log_in(ada_address, other_good));
  CHECK(f.mails_to(ada_address) == 2);
}

TEST_CASE("a session is recent for REAUTH_LIFETIME, and a refresh does not make it so again") {
  Config config;
  config.tokens.reauth_lifetime = 5min;
  Ada f{config};
  const auto& principal = f.principal;
  CHECK_OK(f.sessions().require_recent(principal));
  f.t.clock().advance(5min);
  CHECK_OK(f.sessions().require_recent(principal));
  f.t.clock().advance(1ms);
  CHECK_ERROR(f.sessions().require_recent(principal), ErrorCode::reauthentication_required);
  REQUIRE_OK(f.refresh(f.tokens));
  CHECK_ERROR(f.sessions().require_recent(principal), ErrorCode::reauthentication_required);
}

TEST_CASE("proving once more makes this session recent, and changes nothing else of it") {
  Ada f;
  const auto elsewhere = f.who(f.log_in(ada_address).value()).value();
  f.t.clock().advance(9min);
  const auto before = f.own_session();
  f.t.clock().advance(2min);
  const auto outcome = f.prove().value();
  const auto& proved = std::get<Reauthenticated>(outcome);

  CHECK(proved.authenticated_at == f.t.clock().now());
  CHECK(proved.expires_in == 10min);
  CHECK(f.sessions().authenticate_token(proved.access_token.expose_secret()).value().session ==
        f.principal.session);
  CHECK_OK(f.sessions().require_recent(f.principal));
  CHECK_ERROR(f.sessions().require_recent(elsewhere), ErrorCode::reauthentication_required);

  const auto listed = f.sessions().list(f.ada.id);
  const auto after = std::find_if(listed.begin(), listed.end(), [&](const Session& each) {
    return each.id == f.principal.session;
  });
  REQUIRE(after != listed.end());
  CHECK(after->authenticated_at == proved.authenticated_at);
  CHECK(after->methods == "password");
  CHECK(after->last_used_at == before.last_used_at);
  CHECK(after->idle_expires_at == before.idle_expires_at);
  CHECK_OK(f.refresh(f.tokens));

  CHECK(f.t.events().count(EventKind::reauthenticated) == 1);
  const auto told = f.t.events().last(EventKind::reauthenticated).value();
  CHECK(told.user == f.ada.id);
  CHECK(told.session == f.principal.session);
  CHECK(f.mails_to(ada_address) == 1);  // the code of the sign-up
}

TEST_CASE("a wrong password proves nothing, and is a failed login") {
  Ada f;
  f.t.clock().advance(11min);
  CHECK_ERROR(f.prove(other_good), ErrorCode::invalid_credentials);
  CHECK_ERROR(f.sessions().require_recent(f.principal), ErrorCode::reauthentication_required);
  CHECK(f.t.events().count(EventKind::reauthenticated) == 0);
  CHECK(f.t.events().count(EventKind::login_failed) == 1);
  CHECK(f.sessions().list(f.ada.id).size() == 1);
}

TEST_CASE("a proof that was not written is none") {
  Ada f;
  f.t.clock().advance(11min);
  f.t.faults().fail_next_commit();
  CHECK_THROWS_AS(static_cast<void>(f.prove()), Unavailable);
  CHECK_ERROR(f.sessions().require_recent(f.principal), ErrorCode::reauthentication_required);
  CHECK(f.t.events().count(EventKind::reauthenticated) == 0);
}

TEST_CASE("a password that nobody could compare is not held against the account") {
  Ada f;
  const ClientContext abroad{.address = "203.0.113.5"};
  for (int i = 0; i < 30; ++i) {
    f.t.hasher().fail_next(1);
    CHECK_THROWS_AS(
        static_cast<void>(f.sessions().reauthenticate(f.principal, password(other_good), abroad)),
        Unavailable);
  }
  CHECK_OK(f.sessions().reauthenticate(f.principal, password(good), abroad));
}
