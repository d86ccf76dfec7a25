// Passkeys as a login, as a second step and to authenticate again, over each Store.

#include <algorithm>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "features/passkeys/tests/world.hpp"

namespace coffeeauth::passkeys {
namespace {

using Json = nlohmann::json;

constexpr auto copied = "may have been copied";

TEST_CASE("a passkey is registered, listed, and logs in") {
  on_each_store([](const Backend& backend) {
    WithPasskey p{backend};
    CHECK(p.passkey.name == "my key");
    CHECK(p.w.mails_of("a passkey was added") == 1);
    const auto own = p.w.room.list(p.ada.user.id);
    CHECK(own.rp_id == "example.org");
    CHECK(own.user_handle);
    CHECK(own.passkeys == std::vector{p.passkey});
    CHECK(p.w.t.events().last(passkey_added)->details == std::vector{credential_changed});

    p.w.t.clock().advance(1min);
    const auto before = p.w.auth().sessions().list(p.ada.user.id).size();
    const auto outcome = p.w.log_in(p.key);
    REQUIRE_OK(outcome);
    CHECK(std::holds_alternative<TokenPair>(*outcome));
    CHECK(p.w.auth().sessions().list(p.ada.user.id).size() == before + 1);
    CHECK(p.w.room.list(p.ada.user.id).passkeys.front().last_used_at == p.w.t.clock().now());
    CHECK(p.w.t.events().count(passkey_used) == 1);
  });
}

TEST_CASE("a login by passkey is both factors") {
  WithPasskey p{backends().front()};
  p.w.give_second_factor(p.ada.user.id, p.ada.session);
  const auto outcome = p.w.log_in(p.key);
  REQUIRE_OK(outcome);
  CHECK(std::holds_alternative<TokenPair>(*outcome));
  const auto sessions = p.w.auth().sessions().list(p.ada.user.id);
  CHECK(std::any_of(sessions.begin(), sessions.end(), [](const Session& session) {
    return session.methods == "passkey user_verified";
  }));
}

TEST_CASE("what was accepted is refused when it is sent again") {
  on_each_store([](const Backend& backend) {
    WithPasskey p{backend};
    const auto assertion = answer_request(p.key, p.w.room.login_options());
    CHECK_OK(p.w.room.log_in(assertion, somewhere));
    CHECK_ERROR(p.w.room.log_in(assertion, somewhere), passkey_rejected);
    CHECK(p.w.t.events().last(passkey_rejected_event)->details ==
          std::vector{EventDetail{"check", "spent"}});

    auto other = authenticator("another credential");
    const auto registration = answer_creation(other, p.w.room.creation_options(p.ada).value());
    const auto added = p.w.room.add(p.ada, registration, "", somewhere);
    REQUIRE_OK(added);
    CHECK_ERROR(p.w.room.add(p.ada, registration, "", somewhere), passkey_exists);
    REQUIRE_OK(p.w.room.remove(p.ada, added->id, somewhere));
    CHECK_ERROR(p.w.room.add(p.ada, registration, "", somewhere), passkey_rejected);
  });
}

TEST_CASE("a challenge is good for what it was asked for alone") {
  WithPasskey p{backends().front()};
  auto& room = p.w.room;
  const auto bob = p.w.principal(p.w.user("bob@example.org"));
  const auto asked = [&] {
    return std::vector<std::string>{room.login_options(), room.reauthentication_options(p.ada),
                                    p.w.second_step().options(p.ada.user.id, "mfa_1").value(),
                                    room.creation_options(p.ada).value()};
  }();
  for (std::size_t i = 0; i < asked.size(); ++i) {
    CAPTURE(i);
    const auto assertion = answer_request(p.key, asked[i]);
    if (i != 0) CHECK_ERROR(room.log_in(assertion, somewhere), passkey_rejected);
    if (i != 1) CHECK_ERROR(room.reauthenticate(p.ada, assertion, somewhere), passkey_rejected);
    if (i != 2) {
      CHECK_ERROR(p.w.second_step().prove(p.ada.user.id, "mfa_1", assertion, somewhere),
                  passkey_rejected);
    }
    auto other = authenticator("another credential");
    const auto registration = other.create(ceremony_of(asked[i])).json();
    if (i != 3) CHECK_ERROR(room.add(p.ada, registration, "", somewhere), passkey_rejected);
  }
  const auto ticket = answer_request(p.key, asked[2]);
  CHECK_ERROR(p.w.second_step().prove(p.ada.user.id, "mfa_2", ticket, somewhere), passkey_rejected);
  CHECK_ERROR(p.w.second_step().prove(bob.user.id, "mfa_1", ticket, somewhere), passkey_rejected);
  CHECK_OK(p.w.second_step().prove(p.ada.user.id, "mfa_1", ticket, somewhere));
  auto other = authenticator("another credential");
  CHECK_ERROR(room.add(bob, other.create(ceremony_of(asked[3])).json(), "", somewhere),
              passkey_rejected);
}

TEST_CASE("a challenge of one session is nothing to another of the same user") {
  WithPasskey p{backends().front()};
  const auto again = p.w.log_in(p.key);
  REQUIRE_OK(again);
  const auto other = p.w.auth().sessions().authenticate_token(
      std::get<TokenPair>(*again).access_token.expose_secret());
  REQUIRE_OK(other);
  const auto assertion = answer_request(p.key, p.w.room.reauthentication_options(p.ada));
  CHECK_ERROR(p.w.room.reauthenticate(*other, assertion, somewhere), passkey_rejected);
  CHECK_OK(p.w.room.reauthenticate(p.ada, assertion, somewhere));
  auto second = authenticator("the second");
  const auto registration = answer_creation(second, p.w.room.creation_options(p.ada).value());
  CHECK_ERROR(p.w.room.add(*other, registration, "", somewhere), passkey_rejected);
  CHECK_OK(p.w.room.add(p.ada, registration, "", somewhere));
}

TEST_CASE("a challenge is over after its lifetime") {
  WithPasskey p{backends().front()};
  const auto assertion = answer_request(p.key, p.w.room.login_options());
  p.w.t.clock().advance(10min);
  CHECK_ERROR(p.w.room.log_in(assertion, somewhere), passkey_rejected);
  const auto refused = p.w.t.events().last(passkey_rejected_event);
  CHECK(refused->details == std::vector{EventDetail{"check", "challenge"}});
  // Whoever counts failures of the service by their reasons must not count what strangers send.
  CHECK(refused->reason.empty());
}

TEST_CASE("a login needs the user to be verified, and to be named") {
  WithPasskey p{backends().front()};
  auto touched = p.key.get(ceremony_of(p.w.room.login_options()));
  touched.authenticator_data.flags = testing::user_present;
  CHECK_ERROR(p.w.room.log_in(touched.json(), somewhere), passkey_rejected);
  auto unnamed = p.key.get(ceremony_of(p.w.room.login_options()));
  unnamed.user_handle.reset();
  CHECK_ERROR(p.w.room.log_in(unnamed.json(), somewhere), passkey_rejected);
  auto another = p.key.get(ceremony_of(p.w.room.login_options()));
  another.user_handle = std::string(32, 'x');
  CHECK_ERROR(p.w.room.log_in(another.json(), somewhere), passkey_rejected);
}

TEST_CASE("an account that may not log in may not by passkey") {
  WithPasskey p{backends().front()};
  p.w.t.store().transact([&](Transaction& tx) {
    REQUIRE(tx.users()
                .update_user(p.ada.user.id, std::nullopt, {.is_active = false}, p.w.t.clock().now())
                .user);
  });
  CHECK_ERROR(p.w.log_in(p.key), ErrorCode::account_disabled);
}

TEST_CASE("a credential is one account's, and an account has so many") {
  on_each_store([](const Backend& backend) {
    auto options = usual_options();
    options.max = 2;
    WithPasskey p{backend, options};
    const auto bob = p.w.principal(p.w.user("bob@example.org"));
    auto same = authenticator();
    CHECK_ERROR(p.w.add(bob, same), passkey_exists);
    auto second = authenticator("the second");
    auto third = authenticator("the third");
    CHECK_OK(p.w.add(p.ada, second));
    CHECK_ERROR(p.w.add(p.ada, third), limit_reached);
    CHECK_OK(p.w.add(bob, third));
    CHECK(p.w.room.list(bob.user.id).user_handle != p.w.room.list(p.ada.user.id).user_handle);
  });
}

TEST_CASE("a counter that has not grown is refused on the only device, and told of once") {
  on_each_store([](const Backend& backend) {
    WithPasskey p{backend, usual_options(), 5};
    CHECK_OK(p.w.log_in(p.key));
    p.key.sign_count = 5;
    const auto copy = answer_request(p.key, p.w.room.login_options());
    CHECK_ERROR(p.w.room.log_in(copy, somewhere), passkey_rejected);
    CHECK_ERROR(p.w.room.log_in(copy, somewhere), passkey_rejected);
    CHECK(p.w.mails_of(copied) == 1);
    CHECK(p.w.t.events().last(passkey_counter_regressed)->details ==
          std::vector{EventDetail{"passkey", "refused"}});
    p.key.sign_count = 100;
    CHECK_OK(p.w.log_in(p.key));
  });
}

TEST_CASE("a counter that has not grown is told of where there may be copies") {
  on_each_store([](const Backend& backend) {
    WithPasskey p{backend, usual_options(), 5, true};
    p.key.sign_count = 3;
    CHECK_OK(p.w.log_in(p.key));
    CHECK(p.w.mails_of(copied) == 1);
    CHECK(p.w.t.events().last(passkey_counter_regressed)->details ==
          std::vector{EventDetail{"passkey", "accepted"}});
  });
}

TEST_CASE("a passkey authenticates its session again") {
  WithPasskey p{backends().front()};
  p.w.t.clock().advance(1h);
  CHECK_ERROR(p.w.auth().sessions().require_recent(p.ada), ErrorCode::reauthentication_required);
  const auto assertion = answer_request(p.key, p.w.room.reauthentication_options(p.ada));
  const auto outcome = p.w.room.reauthenticate(p.ada, assertion, somewhere);
  REQUIRE_OK(outcome);
  CHECK(std::holds_alternative<Reauthenticated>(*outcome));
  CHECK_OK(p.w.auth().sessions().require_recent(p.ada));
  CHECK_ERROR(p.w.room.reauthenticate(p.ada, assertion, somewhere), passkey_rejected);

  const auto bob = p.w.principal(p.w.user("bob@example.org"));
  const auto hers = answer_request(p.key, p.w.room.reauthentication_options(bob));
  CHECK_ERROR(p.w.room.reauthenticate(bob, hers, somewhere), passkey_rejected);
}

TEST_CASE("a passkey is a second step, with and without its user verified") {
  on_each_store([](const Backend& backend) {
    WithPasskey p{backend};
    auto& step = p.w.second_step();
    const auto& user = p.ada.user.id;
    CHECK(p.w.t.store().transact([&](Transaction& tx) { return step.list(tx, user); }).size() == 1);
    for (const bool is_verified : {true, false}) {
      auto assertion = p.key.get(ceremony_of(step.options(user, "mfa_1").value()));
      if (!is_verified) assertion.authenticator_data.flags = testing::user_present;
      assertion.user_handle.reset();
      const auto proof = step.prove(user, "mfa_1", assertion.json(), somewhere);
      REQUIRE_OK(proof);
      CHECK(proof->methods.size() == (is_verified ? 2 : 1));
      const auto spend = [&] {
        return p.w.t.store().transact([&](Transaction& tx) { return proof->spend(tx); });
      };
      CHECK_OK(spend());
      CHECK_ERROR(spend(), passkey_rejected);
    }
  });
}

TEST_CASE("of two second steps with one counter, the one that comes late is told of") {
  on_each_store([](const Backend& backend) {
    WithPasskey p{backend, usual_options(), 5};
    auto& step = p.w.second_step();
    const auto& user = p.ada.user.id;
    // Of the passkey and of its copy.
    const auto prove = [&](std::string_view ticket) {
      p.key.sign_count = 5;
      return step.prove(user, ticket, answer_request(p.key, step.options(user, ticket).value()),
                        somewhere);
    };
    const auto first = prove("mfa_1");
    const auto second = prove("mfa_2");
    REQUIRE_OK(first);
    REQUIRE_OK(second);
    const auto spend = [&](const SecondProof& proof) {
      return p.w.t.store().transact([&](Transaction& tx) { return proof.spend(tx); });
    };
    CHECK_OK(spend(*first));
    CHECK_ERROR(spend(*second), passkey_rejected);
    CHECK(p.w.t.events().count(passkey_counter_regressed) == 0);
    CHECK(second->refused().code == passkey_rejected);
    CHECK(p.w.t.events().count(passkey_counter_regressed) == 1);
    CHECK(p.w.mails_of(copied) == 1);
  });
}

TEST_CASE("a passkey of another domain is kept, and asked for by nothing") {
  on_each_store([](const Backend& backend) {
    WithPasskey p{backend};
    CHECK(p.passkey.rp_id == "example.org");
    auto elsewhere = p.passkey;
    elsewhere.id = PasskeyId::make(p.w.t.clock().now(), p.w.t.random());
    elsewhere.rp_id = "example.com";
    elsewhere.credential_id = "another";
    elsewhere.credential_digest = digest_of_credential("another");
    const auto& user = p.ada.user.id;
    auto& step = p.w.second_step();
    const auto listed = [&] {
      return p.w.t.store().transact([&](Transaction& tx) { return step.list(tx, user); });
    };
    p.w.t.store().transact([&](Transaction& tx) {
      CHECK(p.w.rows->in(tx)->create(elsewhere, 9) == CreateOutcome::created);
    });
    const auto options = Json::parse(step.options(user, "mfa_1").value());
    CHECK(options.at("allowCredentials").size() == 1);
    CHECK(p.w.room.list(user).passkeys.size() == 2);
    REQUIRE(listed().size() == 1);
    CHECK(listed().front().usable);
    CHECK_OK(p.w.room.remove(p.w.renewed(p.ada), p.passkey.id, somewhere));
    REQUIRE(listed().size() == 1);
    CHECK_FALSE(listed().front().usable);
  });
}

TEST_CASE("without the last passkey logins need no second step") {
  on_each_store([](const Backend& backend) {
    WithPasskey p{backend};
    auto second = authenticator("the second");
    const auto other = p.w.add(p.ada, second);
    REQUIRE_OK(other);
    p.w.give_second_factor(p.ada.user.id, p.ada.session);
    auto ada = p.w.renewed(p.ada);
    CHECK_OK(p.w.room.remove(ada, p.passkey.id, somewhere));
    CHECK_ERROR(p.w.room.remove(ada, p.passkey.id, somewhere), ErrorCode::not_found);
    CHECK(p.w.renewed(ada).user.second_factor);
    CHECK_ERROR(p.w.log_in(p.key), passkey_rejected);
    CHECK_OK(p.w.room.remove(ada, other->id, somewhere));
    CHECK_FALSE(p.w.renewed(ada).user.second_factor);
    CHECK(p.w.mails_of("a passkey was removed") == 2);
  });
}

TEST_CASE("a session that has ended, or whose account has changed, adds and removes nothing") {
  WithPasskey p{backends().front()};
  auto second = authenticator("the second");
  const auto registration = answer_creation(second, p.w.room.creation_options(p.ada).value());
  p.w.give_second_factor(p.ada.user.id, p.ada.session);
  CHECK_ERROR(p.w.room.add(p.ada, registration, "", somewhere), ErrorCode::token_invalid);
  CHECK_ERROR(p.w.room.remove(p.ada, p.passkey.id, somewhere), ErrorCode::token_invalid);
  const auto ada = p.w.renewed(p.ada);
  p.w.auth().sessions().end_others(ada.user.id, SessionId{}, somewhere);
  CHECK_ERROR(p.w.room.add(ada, registration, "", somewhere), ErrorCode::token_invalid);
  CHECK(p.w.room.list(ada.user.id).passkeys.size() == 1);
}

TEST_CASE("what a thief added goes with what is undone, and all with the second factors") {
  on_each_store([](const Backend& backend) {
    WithPasskey p{backend};
    p.w.t.clock().advance(5min);
    const auto since = p.w.t.clock().now();
    auto thiefs = authenticator("a thief's");
    REQUIRE_OK(p.w.add(p.ada, thiefs));
    p.w.give_second_factor(p.ada.user.id, p.ada.session);
    const auto happens = [&](Event event) {
      event.user = p.ada.user.id;
      p.w.t.store().transact(
          [&](Transaction& tx) { p.w.auth().kernel().record(tx, std::move(event)); });
    };
    happens({.kind = EventKind::user_updated});
    CHECK(p.w.room.list(p.ada.user.id).passkeys.size() == 2);
    happens({.kind = EventKind::user_updated, .undone_since = since});
    CHECK(p.w.room.list(p.ada.user.id).passkeys == std::vector{p.passkey});
    CHECK(p.w.renewed(p.ada).user.second_factor);
    happens({.kind = EventKind::user_updated, .details = {second_factors_removed}});
    CHECK(p.w.room.list(p.ada.user.id).passkeys.empty());
    CHECK_FALSE(p.w.renewed(p.ada).user.second_factor);
  });
}

TEST_CASE("a passkey is renamed by its owner") {
  WithPasskey p{backends().front()};
  const auto bob = p.w.principal(p.w.user("bob@example.org"));
  CHECK_ERROR(p.w.room.rename(bob.user.id, p.passkey.id, "mine"), ErrorCode::not_found);
  CHECK_ERROR(p.w.room.rename(p.ada.user.id, p.passkey.id, std::string(200, 'x')),
              ErrorCode::validation_failed);
  const auto renamed = p.w.room.rename(p.ada.user.id, p.passkey.id, " phone ");
  REQUIRE_OK(renamed);
  CHECK(renamed->name == "phone");
}

TEST_CASE("options differ for strangers in the challenge alone") {
  WithPasskey p{backends().front()};
  auto one = Json::parse(p.w.room.login_options());
  auto other = Json::parse(p.w.room.login_options());
  CHECK(one != other);
  one.erase("challenge");
  other.erase("challenge");
  CHECK(one == other);
  CHECK(one.at("allowCredentials").empty());
  CHECK(one.at("userVerification") == "required");
  CHECK(one.at("rpId") == "example.org");
  CHECK(one.at("timeout") == 300'000);
}

TEST_CASE("options of a new passkey name those that there are, and the account by its handle") {
  WithPasskey p{backends().front()};
  const auto options = Json::parse(p.w.room.creation_options(p.ada).value());
  CHECK(options.at("excludeCredentials").size() == 1);
  CHECK(options.at("user").at("name") == "ada@example.org");
  CHECK(options.at("user").at("id") ==
        Json::parse(p.w.room.creation_options(p.ada).value()).at("user").at("id"));
  CHECK(options.at("attestation") == "none");
  Json algorithms = Json::array();
  for (const auto& one : options.at("pubKeyCredParams")) algorithms.push_back(one.at("alg"));
  CHECK(algorithms == Json{-8, -7, -257});
}

TEST_CASE("when passkeys are disabled, none is accepted, and none is a second step") {
  auto options = usual_options();
  options.enabled = false;
  World w{backends().front(), options};
  const auto ada = w.principal(w.user());
  CHECK_FALSE(w.second_step().is_usable());
  CHECK_ERROR(w.second_step().options(ada.user.id, "mfa_1"), ErrorCode::not_found);
  auto key = authenticator();
  CHECK_ERROR(w.log_in(key), passkey_rejected);
  CHECK_ERROR(w.add(ada, key), passkey_rejected);
}

}  // namespace
}  // namespace coffeeauth::passkeys
