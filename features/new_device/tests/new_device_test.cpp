// The room through an Auth: who is told of what, and what goes with what.

#include <stdexcept>

#include "coffeeauth/jobs/scheduler.hpp"
#include "coffeeauth/rewrap.hpp"

#include "features/new_device/tests/world.hpp"
#include "lib/testing/contract/race.hpp"

namespace coffeeauth::new_device {
namespace {

const ClientContext home = from("192.0.2.1", "tests");
const ClientContext elsewhere = from("198.51.100.7", safari);

/// Asks for a second step of everybody who comes from an address, until it is told to let them.
class Doorman final : public Feature, private LoginStep {
 public:
  std::string_view name() const noexcept override { return "doorman"; }
  Contributions attach(Kernel& kernel) override {
    kernel_ = &kernel;
    return {.login_steps = {this}};
  }
  Result<LoginOutcome> let_pass(const UserId& user, const ClientContext& client) {
    stopped_at.clear();
    return kernel_->begin_login(user, {LoginMethod::password}, client);
  }

  std::string stopped_at;

 private:
  Result<std::optional<LoginChallenge>> ask(const PendingLogin& login) override {
    if (login.client.address != stopped_at) return std::optional<LoginChallenge>{};
    return std::optional{LoginChallenge{.code = ErrorCode::forbidden, .token = Secret{"a ticket"}}};
  }

  Kernel* kernel_ = nullptr;
};

std::string refusal_of(NewDeviceOptions options) {
  const auto store = backends().front().harness().fresh();
  const auto devices = backends().front().rows_over(*store);
  try {
    const NewDevice room{*devices, options};
    return {};
  } catch (const std::invalid_argument& refused) {
    return refused.what();
  }
}

}  // namespace

TEST_CASE("a login from a new device is told of once, with when and from where") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    CHECK_MESSAGE(w.told() == 0, "the first login");
    CHECK(w.told_of(home) == 0);
    REQUIRE(w.told_of(elsewhere) == 1);
    const auto mail = w.t.mailer().last_to(email("ada@example.org")).value();
    for (const auto& body : {mail.text, mail.html}) {
      CAPTURE(body);
      for (const std::string_view part :
           {"Hello Ada", "Safari, macOS", "198.51.100.7", "UTC", "Reset it immediately"}) {
        CAPTURE(part);
        CHECK(body.find(part) != std::string::npos);
      }
    }
    CHECK_MESSAGE(mail.text.find("://") == std::string::npos, "there is no page to lead to");
    CHECK(w.told_of(elsewhere) == 0);
    CHECK(w.t.events().count(device_login) == 1);
    CHECK(w.t.events().last(device_login)->user == w.ada.user.id);
    CHECK(w.t.events().last(device_login)->client.address == "198.51.100.7");
  });
}

TEST_CASE("a device is a network and a kind of client, whatever its version") {
  World w{backends().front()};
  CHECK(w.told_of(from("192.0.2.1", firefox)) == 1);
  CHECK(w.told_of(from("192.0.2.1", "Mozilla/5.0 (X11; Linux i686; rv:9.0) Firefox/200.0")) == 0);
  CHECK_MESSAGE(w.told_of(from("::ffff:192.0.2.1", firefox)) == 0, "another spelling of it");
  CHECK(w.told_of(from("192.0.2.2", firefox)) == 1);
  CHECK(w.told_of(from("192.0.2.1", safari)) == 1);
  CHECK_MESSAGE(w.told_of(from("192.0.2.1", "")) == 1, "one that does not say what it is");
  CHECK(w.told_of(from("192.0.2.1", "")) == 0);
  CHECK(w.told_of(from("2001:db8:1:2::1", firefox)) == 1);
  CHECK_MESSAGE(w.told_of(from("2001:db8:1:2:ffff::9", firefox)) == 0, "the same /64");
  CHECK(w.told_of(from("2001:db8:1:3::1", firefox)) == 1);
  CHECK_MESSAGE(w.told_of(from("", firefox)) == 1, "an address that nobody knows");
}

/// An account from before the room, and logins with it.
struct OlderAccount {
  explicit OlderAccount(const Backend& backend)
      : without{{}, backend.harness().fresh()}, devices(backend.rows_over(store())) {
    static_cast<void>(without.logged_in_user());
  }

  Store& store() { return without.auth().parts().store; }
  std::size_t mails() { return store().outbox().depth().pending; }
  /// How many mails a login brought.
  std::size_t told_of(const ClientContext& client) {
    const auto before = mails();
    REQUIRE_OK(later.sessions().log_in(email("ada@example.org"), password("correct horse battery"),
                                       client));
    return mails() - before;
  }

  testing::TestAuth without;
  std::unique_ptr<DeviceStore> devices;
  NewDevice room{*devices};
  Auth later{without.auth().config(),
             Secret{"INSECURE: known to all, for tests only"},
             without.auth().parts(),
             {&room}};
};

TEST_CASE("an account that is older than the room is told of a network that it never used") {
  on_each_store([](const Backend& backend) {
    OlderAccount ada{backend};
    CHECK(ada.told_of(elsewhere) == 1);
    CHECK(ada.told_of(elsewhere) == 0);
    CHECK_MESSAGE(ada.told_of(home) == 1, "the room has not seen it");
  });
}

TEST_CASE("an account that is older than the room is told nothing of a network that it has used") {
  on_each_store([](const Backend& backend) {
    OlderAccount ada{backend};
    CHECK_MESSAGE(ada.told_of(from(home.address, safari)) == 0, "whatever the client");
    CHECK(ada.told_of(from("203.0.113.9")) == 1);
  });
}

TEST_CASE("an account that was moved in is told of its next login if it has logged in before") {
  World w{backends().front()};
  auto& store = w.t.store();
  for (const std::string_view address : {"moved@example.org", "unused@example.org"}) {
    const auto user = UserId::make(w.t.clock().now(), w.t.random());
    const auto hash = w.t.auth().passwords().hash(password("correct horse battery"));
    store.transact([&](Transaction& tx) {
      REQUIRE(tx.users()
                  .create_user({.id = user,
                                .email = email(address),
                                .first_name = {},
                                .last_name = {},
                                .is_verified = true,
                                .password_hash = hash,
                                .now = w.t.clock().now()})
                  .user);
      if (address.starts_with("unused")) return;
      // As a load of rows that say when, and not from where.
      NewSession session;
      session.session.id = SessionId::make(w.t.clock().now(), w.t.random());
      session.session.user_id = user;
      CHECK(tx.sessions().open_session(session, 1, 1).outcome == OpenSessionOutcome::opened);
    });
    REQUIRE_OK(
        w.t.auth().sessions().log_in(email(address), password("correct horse battery"), home));
    w.t.deliver_mail();
    CHECK(w.t.mailer().count_for(email(address)) == (address.starts_with("moved") ? 1 : 0));
  }
}

TEST_CASE("a session and its notice are written together, or neither") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    w.t.faults().fail_next_commit();
    CHECK_THROWS_AS(static_cast<void>(w.log_in(elsewhere)), Unavailable);
    CHECK(w.told() == 0);
    CHECK(w.t.events().count(device_login) == 0);
    CHECK_MESSAGE(w.told_of(elsewhere) == 1, "nor is it known");
  });
}

TEST_CASE("what a step has not let pass is told of when it does") {
  Doorman doorman;
  World w{backends().front(), {}, {}, {&doorman}};
  doorman.stopped_at = elsewhere.address;
  const auto asked = w.log_in(elsewhere);
  REQUIRE_OK(asked);
  CHECK(std::holds_alternative<LoginChallenge>(*asked));
  CHECK(w.told() == 0);
  REQUIRE_OK(doorman.let_pass(w.ada.user.id, elsewhere));
  CHECK(w.told() == 1);
  CHECK(w.told_of(elsewhere) == 0);
}

TEST_CASE("only a login is told of: no refresh, no proof and no failed try from anywhere") {
  World w{backends().front()};
  auto& sessions = w.t.auth().sessions();
  const auto principal = sessions.authenticate(w.ada.authorization).value();
  REQUIRE_OK(sessions.refresh(w.ada.tokens.refresh_token.expose_secret(), elsewhere));
  REQUIRE_OK(sessions.reauthenticate(principal, password("correct horse battery"), elsewhere));
  CHECK_ERROR(sessions.log_in(email("ada@example.org"), password("a wrong one"), elsewhere),
              ErrorCode::invalid_credentials);
  REQUIRE_OK(sessions.change_password(principal, password("correct horse battery"),
                                      password("a new and longer passphrase"), elsewhere));
  CHECK(w.told() == 0);
  CHECK(w.t.events().count(device_login) == 0);
}

TEST_CASE("a new password of somebody who is not logged in makes every device new again") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    CHECK(w.told_of(elsewhere) == 1);
    const auto session = w.t.auth().sessions().list(w.ada.user.id).front().id;
    // The same password, so that the next logins need not know which it is.
    const auto set = [&](std::optional<SessionId> by, bool commits = true) {
      const auto hash = w.t.auth().passwords().hash(password("correct horse battery"));
      static_cast<void>(w.t.store().transact([&](Transaction& tx) -> Result<void> {
        CHECK_OK(w.t.auth().kernel().set_password(tx, w.ada.user.id,
                                                  {.hash = hash, .keeps_session = by}, elsewhere));
        if (!commits) return ErrorCode::internal;
        return {};
      }));
    };
    set(session);
    CHECK_MESSAGE(w.told_of(home) == 0, "changed by one of its sessions");
    CHECK(w.told_of(elsewhere) == 0);
    set(std::nullopt, false);
    CHECK(w.told_of(elsewhere) == 0);
    set(std::nullopt);
    CHECK_MESSAGE(w.told_of(elsewhere) == 1, "also of a network that the account has used");
    CHECK(w.told_of(elsewhere) == 0);
    CHECK(w.told_of(home) == 1);
    CHECK(w.told_of(home) == 0);
  });
}

TEST_CASE("an account that an administrator gives back has no known devices") {
  const auto ada = email("ada@example.org");
  const auto give_back = [&](World& w, bool by_code) {
    auto& auth = w.t.auth();
    REQUIRE_OK(auth.admin().update_user(w.ada.user.id, {.is_verified = false}, std::nullopt,
                                        w.ada.user.id, home));
    // The same password, so that the next logins need not know which it is.
    if (by_code) {
      static_cast<void>(auth.verification().resend_code(ada, home));
      w.t.deliver_mail();
      const auto digits = w.t.mailer().last_code_for(ada).value();
      REQUIRE_OK(auth.verification().verify({.email = ada,
                                             .code = VerificationCode::parse(digits).value(),
                                             .password = password("correct horse battery")},
                                            home));
    } else {
      REQUIRE_OK(
          auth.admin().create_admin({.email = ada, .password = password("correct horse battery")}));
    }
  };
  on_each_store([&](const Backend& backend) {
    for (const bool by_code : {true, false}) {
      CAPTURE(by_code);
      World w{backend};
      CHECK(w.told_of(elsewhere) == 1);
      CHECK(w.told_of(elsewhere) == 0);
      give_back(w, by_code);
      CHECK(w.told_of(elsewhere) == 1);
    }
  });
}

TEST_CASE("a day has so many notices, and what is not told of today is told of tomorrow") {
  World w{backends().front(), {.notices_per_day = 2}};
  CHECK(w.told_of(from("203.0.113.1")) == 1);
  CHECK(w.told_of(from("203.0.113.2")) == 1);
  CHECK(w.told_of(from("203.0.113.3")) == 0);
  CHECK_MESSAGE(w.t.events().count(device_login) == 3, "whoever listens hears of each");
  // A change of the password is told of however many came before.
  const auto principal = w.t.auth().sessions().authenticate(w.ada.authorization).value();
  const auto mails = w.t.mailer().delivered().size();
  REQUIRE_OK(w.t.auth().sessions().change_password(principal, password("correct horse battery"),
                                                   password("correct horse battery 2"), home));
  w.t.deliver_mail();
  CHECK(w.t.mailer().delivered().size() == mails + 1);
  w.t.clock().advance(24h);
  REQUIRE_OK(w.t.auth().sessions().log_in(
      email("ada@example.org"), password("correct horse battery 2"), from("203.0.113.3")));
  CHECK(w.told() == 3);
}

TEST_CASE("a notice that is left out leaves the device known, and the event") {
  Config config;
  config.notices.left_out = {std::string{login_mail}};
  World w{backends().front(), {}, config};
  CHECK(w.told_of(elsewhere) == 0);
  CHECK(w.told_of(elsewhere) == 0);
  CHECK(w.t.events().count(device_login) == 1);
}

TEST_CASE("of 64 logins at once from one new device one is told of") {
  on_each_store([](const Backend& backend) {
    Config config;
    config.limits.enabled = false;
    World w{backend, {}, config};
    const auto in = testing::race(testing::race_threads,
                                  [&](std::size_t) { return w.log_in(elsewhere).has_value(); });
    CHECK(testing::count_of(in, true) == testing::race_threads);
    CHECK(w.told() == 1);
  });
}

TEST_CASE("what is known stays known when the secret key is changed") {
  on_each_store([](const Backend& backend) {
    testing::TestAuth t{{}, backend.harness().fresh()};
    const auto devices = backend.rows_over(t.auth().parts().store);
    constexpr std::string_view before = "INSECURE: known to all, for tests only";
    constexpr std::string_view after = "INSECURE: the key after, for tests only";
    const auto told_of = [&](std::string_view current, std::string_view previous,
                             const ClientContext& client) {
      std::vector<Secret> others;
      if (!previous.empty()) others.emplace_back(previous);
      NewDevice room{*devices};
      Auth auth{t.auth().config(),
                SecretKeys{Secret{current}, std::move(others)},
                t.auth().parts(),
                {&room}};
      const auto sent = t.auth().parts().store.outbox().depth().pending;
      REQUIRE_OK(auth.sessions().log_in(email("ada@example.org"), password("correct horse battery"),
                                        client));
      return t.auth().parts().store.outbox().depth().pending - sent;
    };
    static_cast<void>(t.logged_in_user());
    CHECK(told_of(before, {}, home) == 0);
    CHECK(told_of(before, {}, elsewhere) == 1);
    CHECK_MESSAGE(told_of(before, after, elsewhere) == 0, "told of the next key");
    CHECK_MESSAGE(told_of(after, before, elsewhere) == 0, "uses it");
    CHECK_MESSAGE(told_of(before, after, elsewhere) == 0, "beside one that does not yet");
    std::vector<Secret> others;
    others.emplace_back(before);
    Auth rewrapping{t.auth().config(), SecretKeys{Secret{after}, std::move(others)},
                    t.auth().parts()};
    static_cast<void>(rewrap(rewrapping.services()));
    CHECK_MESSAGE(told_of(after, {}, elsewhere) == 0, "has only it");
    CHECK_MESSAGE(told_of(after, {}, home) == 1, "what was not seen meanwhile is new");
  });
}

TEST_CASE("the old secret key is needed for as long as a device is remembered") {
  for (const auto lifetime : {std::chrono::seconds{24h * 180}, std::chrono::seconds{24h * 700}}) {
    CAPTURE(lifetime.count());
    World w{backends().front(), {.lifetime = lifetime}};
    CHECK(rewrap(w.t.auth().services()).previous_needed_until == w.t.clock().now() + lifetime);
  }
  CHECK(NewDeviceOptions{}.lifetime == 24h * 180);
}

TEST_CASE("devices that were not seen for long are forgotten by the clean-up") {
  World w{backends().front(), {.lifetime = 48h}};
  CHECK(w.told_of(elsewhere) == 1);
  w.t.clock().advance(47h);
  CHECK(w.told_of(elsewhere) == 0);
  w.t.clock().advance(47h);
  jobs::Scheduler scheduler{w.t.auth().services()};
  static_cast<void>(scheduler.run_once());
  CHECK(w.told_of(elsewhere) == 0);
  CHECK_MESSAGE(w.told_of(home) == 1, "the first one was seen at the beginning");
}

TEST_CASE("options out of their range are refused by the name of the setting") {
  CHECK(refusal_of({}).empty());
  CHECK(refusal_of({.devices = 0}) == "KNOWN_DEVICES: must be 1 to 1000");
  CHECK(refusal_of({.lifetime = 23h}).starts_with("KNOWN_DEVICE_LIFETIME: must be a duration"));
  CHECK(refusal_of({.notices_per_day = 101}) == "NEW_DEVICE_NOTICES_PER_DAY: must be 1 to 100");
}

}  // namespace coffeeauth::new_device
