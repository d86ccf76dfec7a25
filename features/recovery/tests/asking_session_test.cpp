// A change of address waits for as long as the session that asked for it lives.

#include <chrono>
#include <functional>
#include <thread>

#include "features/recovery/tests/change.hpp"

namespace coffeeauth::recovery {
namespace {

/// The waiting change of somebody who is logged in twice, and asked in the first session.
struct TwoSessions {
  explicit TwoSessions(const Backend& backend)
      : w(backend),
        change(w, "new@example.org"),
        other(std::get<TokenPair>(
            w.auth()
                .sessions()
                .log_in(email("ada@example.org"), password(first_password), somewhere)
                .value())),
        elsewhere(
            w.auth().sessions().authenticate_token(other.access_token.expose_secret()).value()) {}

  [[nodiscard]] SessionService& sessions() { return w.auth().sessions(); }
  [[nodiscard]] const UserId& ada() const { return change.ada.user.id; }
  [[nodiscard]] EmailAddress address() { return w.auth().admin().get_user(ada()).value().email; }
  void check_dead() {
    CHECK_FALSE(w.recovery.pending_email(ada()));
    CHECK_ERROR(w.recovery.confirm_email_change(change.token("new@example.org"), somewhere),
                invalid_link);
    CHECK_ERROR(
        w.recovery.confirm_email_change(elsewhere, change.code("new@example.org"), somewhere),
        ErrorCode::invalid_code);
    CHECK(address() == email("ada@example.org"));
  }

  World w;
  Change change;
  TokenPair other;
  Principal elsewhere;
};

TEST_CASE("a change of address dies with the session that asked for it, however that ends") {
  const std::vector<std::function<void(TwoSessions&)>> endings{
      // The owner, who does not know the session.
      [](TwoSessions& t) { t.sessions().end_others(t.ada(), t.elsewhere.session, somewhere); },
      [](TwoSessions& t) { CHECK_OK(t.sessions().end(t.ada(), t.change.who.session, somewhere)); },
      [](TwoSessions& t) {
        CHECK_OK(t.sessions().change_password(t.elsewhere, password(first_password),
                                              password(new_password), somewhere));
      },
      [](TwoSessions& t) {
        const auto token = t.w.asked_reset();
        CHECK_OK(t.w.recovery.reset(token.clone(), password(new_password), somewhere));
      },
      // An administrator.
      [](TwoSessions& t) {
        CHECK(t.w.auth().admin().end_sessions(t.ada(), t.ada(), somewhere).value() == 2);
      },
      // Whoever asked.
      [](TwoSessions& t) {
        t.sessions().log_out(t.change.ada.tokens.refresh_token.expose_secret(), somewhere);
      },
  };
  for (const auto& end : endings) {
    CAPTURE(&end - endings.data());
    for (const auto& backend : backends()) {
      CAPTURE(backend.name);
      TwoSessions t{backend};
      end(t);
      t.check_dead();
    }
  }
}

TEST_CASE("a change of address outlives every session but the one that asked for it") {
  on_each_store([](const Backend& backend) {
    TwoSessions t{backend};
    t.sessions().end_others(t.ada(), t.change.who.session, somewhere);
    CHECK(t.w.recovery.pending_email(t.ada()) == email("new@example.org"));
    CHECK_OK(t.w.recovery.confirm_email_change(t.change.token("new@example.org"), somewhere));
    CHECK(t.address() == email("new@example.org"));
  });
}

TEST_CASE("a change of address is confirmed by its code in another session of the same user") {
  on_each_store([](const Backend& backend) {
    TwoSessions t{backend};
    CHECK_OK(t.w.recovery.confirm_email_change(t.elsewhere, t.change.code("new@example.org"),
                                               somewhere));
    CHECK_OK(t.sessions().refresh(t.change.ada.tokens.refresh_token.expose_secret(), somewhere));
    CHECK_ERROR(t.sessions().refresh(t.other.refresh_token.expose_secret(), somewhere),
                ErrorCode::token_invalid);
  });
}

TEST_CASE("a change that is confirmed while its session ends does not come after that end") {
  on_each_store([](const Backend& backend) {
    TwoSessions t{backend};
    const auto token = t.change.token("new@example.org");
    auto ending = t.w.t.store().begin();
    CHECK(ending->sessions().end_session(t.change.who.session, t.ada()));
    std::optional<Result<User>> confirmed;
    std::thread confirming{
        [&] { confirmed.emplace(t.w.recovery.confirm_email_change(token, somewhere)); }};
    // Until it waits for what has not been committed. Were it slower, it would only see the end.
    std::this_thread::sleep_for(200ms);
    ending->commit();
    ending.reset();
    confirming.join();
    CHECK_ERROR(confirmed.value(), invalid_link);
    CHECK(t.address() == email("ada@example.org"));
  });
}

TEST_CASE(
    "a change that is confirmed while its session is proved anew takes nothing from the proof") {
  on_each_store([](const Backend& backend) {
    TwoSessions t{backend};
    const auto token = t.change.token("new@example.org");
    t.w.t.clock().advance(1min);
    const auto now = t.w.t.clock().now();
    auto proving = t.w.t.store().begin();
    CHECK(proving->sessions().mark_authenticated(t.change.who.session, "password totp", now));
    std::optional<Result<User>> confirmed;
    std::thread confirming{
        [&] { confirmed.emplace(t.w.recovery.confirm_email_change(token, somewhere)); }};
    // Until it has read the session as it was before, and waits for its row.
    std::this_thread::sleep_for(200ms);
    proving->commit();
    proving.reset();
    confirming.join();
    CHECK_OK(confirmed.value());
    const auto live = t.w.t.store().sessions().find_live(t.change.who.session, now);
    REQUIRE(live);
    CHECK(live->session.authenticated_at == now);
    CHECK(live->session.methods == "password totp");
  });
}

}  // namespace
}  // namespace coffeeauth::recovery
