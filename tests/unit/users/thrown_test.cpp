// Code of an embedder's may throw anything, also what is no std::exception, and the process goes
// on.
#include "coffeeauth/jobs/worker.hpp"
#include "fixture.hpp"

using namespace coffeeauth;

namespace {

struct ThrowingEvents final : EventSink {
  void on(const Event&) override { throw 42; }
};

struct ThrowingTemplates final : MailTemplates {
  MailContent render(std::string_view, const MailParameters&) const override { throw 42; }
};

struct ThrowingMailer final : Mailer {
  Delivery deliver(const Mail&) override { throw 42; }
};

/// An Auth over the fixture's parts, but for what the embedder brings.
struct Embedder : Fixture {
  ThrowingEvents throwing_events;
  ThrowingTemplates throwing_templates;
  ThrowingMailer throwing_mailer;

  Auth make(EventSink& events, MailTemplates& templates, SignUpPolicy policy = {}) {
    const auto& parts = t.auth().parts();
    return Auth{t.auth().config(),
                Secret{"a key of thirty-two bytes at the least"},
                {.store = parts.store,
                 .cache = parts.cache,
                 .counters = parts.counters,
                 .clock = parts.clock,
                 .random = parts.random,
                 .hasher = parts.hasher,
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
