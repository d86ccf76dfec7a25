// Code of an embedder's may throw anything, also what is no std::exception, and the process goes
// on.
#include <utility>

#include "coffeeauth/jobs/scheduler.hpp"
#include "coffeeauth/jobs/worker.hpp"
#include "fixture.hpp"

using namespace coffeeauth;

namespace {

struct ThrowingEvents final : EventSink {
  void on(const Event&) override { throw 42; }
};

struct ThrowingTemplates final : MailTemplates {
  std::optional<MailContent> render(std::string_view, const MailParameters&) const override {
    throw 42;
  }
};

struct ThrowingMailer final : Mailer {
  Delivery deliver(const Mail&) override { throw 42; }
};

/// Throws in its next transaction when it is told to.
struct ThrowingStore final : Store {
  explicit ThrowingStore(Store& inner) : inner_(inner) {}

  UserReads& users() override { return inner_.users(); }
  SessionReads& sessions() override { return inner_.sessions(); }
  OutboxReads& outbox() override { return inner_.outbox(); }
  KeyReads& keys() override { return inner_.keys(); }
  void ping() override { inner_.ping(); }
  std::unique_ptr<Transaction> begin() override {
    if (std::exchange(throws_next, false)) throw 42;
    return inner_.begin();
  }

  bool throws_next = false;

 private:
  Store& inner_;
};

/// Finds every hash too weak, and throws when it is to make a better one.
struct ThrowingHasher final : PasswordHasher {
  explicit ThrowingHasher(PasswordHasher& inner) : inner_(inner) {}

  PasswordHash hash(const Password& password, const PasswordSalt& salt) override {
    if (throws) throw 42;
    return inner_.hash(password, salt);
  }
  PasswordVerdict verify(const Password& password, const PasswordHash& stored) override {
    const auto verdict = inner_.verify(password, stored);
    return verdict == PasswordVerdict::match ? PasswordVerdict::match_needs_rehash : verdict;
  }
  std::optional<PasswordHash> hash_like(const Password& password,
                                        const PasswordHash& stored) override {
    return inner_.hash_like(password, stored);
  }
  bool needs_rehash(const PasswordHash&) const noexcept override { return true; }
  const PasswordHash& decoy() const noexcept override { return inner_.decoy(); }

  bool throws = false;

 private:
  PasswordHasher& inner_;
};

/// An Auth over the fixture's parts, but for what the embedder brings.
struct Embedder : Fixture {
  ThrowingEvents throwing_events;
  ThrowingTemplates throwing_templates;
  ThrowingMailer throwing_mailer;
  ThrowingStore store{t.auth().parts().store};
  ThrowingHasher hasher{t.auth().parts().hasher};

  Auth make(EventSink& events, MailTemplates& templates, SignUpPolicy policy = {}) {
    const auto& parts = t.auth().parts();
    return Auth{t.auth().config(),
                Secret{"a key of thirty-two bytes at the least"},
                {.store = store,
                 .cache = parts.cache,
                 .counters = parts.counters,
                 .clock = parts.clock,
                 .random = parts.random,
                 .hasher = hasher,
                 .keys = make_keys(),
                 .templates = templates,
                 .events = events,
                 .sign_up_policy = std::move(policy)}};
  }
  SigningKeyFactory& make_keys() { return t.auth().parts().keys; }
  MailTemplates& good_templates() { return t.auth().parts().templates; }

  auto sign_up_at(Auth& auth) {
    return auth.users().sign_up({.email = email("ada@example.org"), .password = password(good)},
                                client);
  }
};

}  // namespace

TEST_CASE_FIXTURE(Embedder, "what an event sink throws is nobody's trouble") {
  auto auth = make(throwing_events, good_templates());
  CHECK(sign_up_at(auth).has_value());
}

TEST_CASE_FIXTURE(Embedder, "a template or a mailer that throws anything leaves the mail waiting") {
  auto& templates = t.auth().parts().templates;
  for (const bool in_template : {true, false}) {
    CAPTURE(in_template);
    auto auth = make(t.events(), in_template ? throwing_templates : templates);
    REQUIRE(sign_up_at(auth).has_value());
    jobs::MailWorker worker{auth.services(), throwing_mailer};
    CHECK(worker.run_once() == 1);
    const auto waiting = t.store().outbox().list_jobs(JobState::pending, 10);
    REQUIRE_FALSE(waiting.empty());
    CHECK(waiting.front().last_error ==
          (in_template ? "the template failed" : "the mailer failed"));
    t.clock().advance(std::chrono::hours{2});
    static_cast<void>(worker.run_once());
  }
}

TEST_CASE_FIXTURE(Embedder, "what a sign-up policy throws stops that sign-up alone") {
  bool throwing = true;
  auto auth = make(t.events(), good_templates(), [&](const auto&, const auto&) -> Result<void> {
    if (throwing) throw 42;
    return {};
  });
  CHECK_THROWS_AS(static_cast<void>(sign_up_at(auth)), int);
  CHECK(t.store().outbox().depth().pending == 0);
  throwing = false;
  CHECK(sign_up_at(auth).has_value());
}

TEST_CASE_FIXTURE(Embedder, "keys are rotated and revoked whatever the event sink throws") {
  auto auth = make(throwing_events, good_templates());
  auth.tokens().require_signer();
  const auto made = auth.tokens().rotate_key(KeyStart::now);
  REQUIRE(made.has_value());
  CHECK(auth.tokens().revoke_key(made->kid).has_value());
}

TEST_CASE_FIXTURE(Embedder, "a login goes on when the better hash cannot be made or kept") {
  auto auth = make(t.events(), good_templates());
  const auto log_in_there = [&] {
    return auth.sessions().log_in(email("ada@example.org"), password(good), client);
  };
  REQUIRE(auth.admin()
              .create_admin({.email = email("ada@example.org"), .password = password(good)})
              .has_value());
  REQUIRE(log_in_there().has_value());
  SUBCASE("for what the hasher throws") { hasher.throws = true; }
  SUBCASE("for what the Store throws") { store.throws_next = true; }
  CHECK(log_in_there().has_value());
  CHECK_FALSE(store.throws_next);
}

TEST_CASE_FIXTURE(Embedder, "a scheduler ends whatever the Store throws when it lets go") {
  auto auth = make(t.events(), good_templates());
  jobs::Scheduler scheduler{auth.services()};
  CHECK(scheduler.run_once().acted);
  store.throws_next = true;
  scheduler.stop();
  CHECK_FALSE(store.throws_next);
}
