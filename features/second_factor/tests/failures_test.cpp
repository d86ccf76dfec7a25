// Wrong codes: how many are compared, who has to wait, and who is told.

#include <string>
#include <vector>

#include "features/second_factor/tests/world.hpp"

namespace coffeeauth::second_factor {
namespace {

/// Ada with an app, and guesses at its codes.
struct Guessed {
  explicit Guessed(const Backend& backend, SecondFactorOptions options = {})
      : w(backend, std::move(options)), ada(w.user()), app(w.add(w.principal(ada), &codes)) {}

  /// A login of its own for each guess.
  Result<Passed> guess(const ClientContext& client = somewhere) {
    return w.prove(w.asked(ada_address, client), app, w.wrong_code(app), TrustDevice::no, client);
  }
  Result<Passed> right(const ClientContext& client = somewhere) {
    return w.prove(w.asked(ada_address, client), app, w.code(app), TrustDevice::no, client);
  }
  /// Guesses from ever other networks, each after its wait, until one is refused for good; how many
  /// were compared.
  std::size_t guess_until_locked() {
    std::size_t compared = 0;
    for (int i = 0; i < 1'000; ++i) {
      const ClientContext client{.address = "198.51.100." + std::to_string(i % 50)};
      const auto said = guess(client);
      if (said.error().code == ErrorCode::invalid_code) ++compared;
      if (said.error().code == locked) return compared;
      if (said.error().code == ErrorCode::rate_limited) {
        REQUIRE(said.error().retry_after);
        w.t.clock().advance(*said.error().retry_after);
      }
    }
    return compared;
  }

  World w;
  LoggedInUser ada;
  std::vector<std::string> codes;
  App app;
};

TEST_CASE("ten wrong codes are compared before the first wait, over all logins and networks") {
  on_each_store([](const Backend& backend) {
    Guessed g{backend};
    for (int i = 0; i < 10; ++i) {
      const ClientContext client{.address = "198.51.100." + std::to_string(i)};
      CHECK_ERROR(g.guess(client), ErrorCode::invalid_code);
    }
    const auto refused = g.guess();
    CHECK_ERROR(refused, ErrorCode::rate_limited);
    CHECK(refused.error().retry_after == 60s);
    CHECK_ERROR(g.right(), ErrorCode::rate_limited);
    const auto shown = g.w.room.overview(g.w.stored(g.ada.user.id));
    CHECK(shown.locked_until == g.w.t.clock().now() + 60s);
    CHECK_FALSE(shown.is_locked);

    g.w.t.clock().advance(60s);
    CHECK_ERROR(g.guess(), ErrorCode::invalid_code);
    CHECK(g.guess().error().retry_after == 120s);
    g.w.t.clock().advance(120s);
    CHECK(is_session(g.right()));
    g.w.t.clock().advance(30s);
    // From here it has logged in now, so that this network counts by itself.
    const ClientContext elsewhere{.address = "198.51.100.99"};
    // A right code has cleared them.
    CHECK_ERROR(g.guess(elsewhere), ErrorCode::invalid_code);
  });
}

TEST_CASE("whoever has to wait keeps the attempts of the ticket") {
  Guessed g{backends().front()};
  for (int i = 0; i < 10; ++i) CHECK_ERROR(g.guess(), ErrorCode::invalid_code);
  const auto ticket = g.w.asked();
  for (int i = 0; i < 20; ++i) {
    CHECK_ERROR(g.w.prove(ticket, g.app, g.w.code(g.app)), ErrorCode::rate_limited);
  }
  g.w.t.clock().advance(60s);
  CHECK(is_session(g.w.prove(ticket, g.app, g.w.code(g.app))));
}

TEST_CASE("a hundred wrong codes lock the codes, and the owner gets in all the same") {
  on_each_store([](const Backend& backend) {
    Guessed g{backend};
    CHECK(g.guess_until_locked() == 100);
    CHECK_ERROR(g.right(), locked);
    CHECK(g.w.room.overview(g.w.stored(g.ada.user.id)).is_locked);
    g.w.t.clock().advance(24h * 30);
    // No wait lifts it.
    CHECK_ERROR(g.right(), locked);

    CHECK_MESSAGE(is_session(g.right(home)), "a network that was used before counts by itself");
    g.w.t.clock().advance(30s);
    CHECK_ERROR(g.right(), locked);
    CHECK(is_session(g.w.prove(g.w.asked(), g.codes[0])));
    CHECK_MESSAGE(is_session(g.right({.address = "192.0.2.99"})), "a recovery code lifts it");
  });
}

TEST_CASE("the lock of networks that were used before is shown, too") {
  on_each_store([](const Backend& backend) {
    Guessed g{backend, {.failures = 3, .failures_stop = 4}};
    for (int i = 0; i < 3; ++i) CHECK_ERROR(g.guess(home), ErrorCode::invalid_code);
    const auto waiting = g.w.room.overview(g.w.stored(g.ada.user.id));
    CHECK(waiting.locked_until == g.w.t.clock().now() + 60s);
    CHECK_FALSE(waiting.is_locked);
    g.w.t.clock().advance(60s);
    CHECK_ERROR(g.guess(home), ErrorCode::invalid_code);
    CHECK(g.w.room.overview(g.w.stored(g.ada.user.id)).is_locked);
  });
}

TEST_CASE("what proves a second factor beyond guessing lifts the lock, whatever it was for") {
  on_each_store([](const Backend& backend) {
    Guessed g{backend, {.failures = 3, .failures_stop = 3}};
    for (int i = 0; i < 3; ++i) CHECK_ERROR(g.guess(), ErrorCode::invalid_code);
    CHECK_ERROR(g.right(), locked);
    // As the room of passkeys tells it.
    g.w.t.store().transact([&](Transaction& tx) {
      g.w.auth().kernel().record(tx, {.kind = EventKind{"passkey_used"},
                                      .user = g.ada.user.id,
                                      .details = {guesses_forgiven}});
    });
    CHECK(is_session(g.right()));
  });
}

TEST_CASE("a ticket and a network more refill nothing") {
  on_each_store([](const Backend& backend) {
    Guessed g{backend, {.failures = 3}};
    for (int i = 0; i < 3; ++i) CHECK_ERROR(g.guess(), ErrorCode::invalid_code);
    CHECK_ERROR(g.guess({.address = "2001:db8::1"}), ErrorCode::rate_limited);
    // As it is stored, for any process.
    const auto counted = g.w.t.store().transact([&](Transaction& tx) {
      return g.w.rows->in(tx)->attempts(g.ada.user.id, false, {.free = 3}, g.w.t.clock().now());
    });
    CHECK(counted.failures == 3);
    CHECK(counted.verdict == AttemptVerdict::wait);
  });
}

TEST_CASE("the fifth wrong code in a row is told, and a lock once a day") {
  on_each_store([](const Backend& backend) {
    Guessed g{backend};
    for (int i = 0; i < 4; ++i) CHECK_ERROR(g.guess(), ErrorCode::invalid_code);
    CHECK(g.w.mails_of("wrong codes") == 0);
    CHECK_ERROR(g.guess(), ErrorCode::invalid_code);
    CHECK(g.w.mails_of("wrong codes") == 1);
    CHECK_ERROR(g.guess(), ErrorCode::invalid_code);
    CHECK(g.w.mails_of("wrong codes") == 1);

    static_cast<void>(g.guess_until_locked());
    for (int i = 0; i < 100; ++i) CHECK_ERROR(g.guess(), locked);
    CHECK(g.w.mails_of("are locked") == 1);
    CHECK(g.w.t.events().count(second_factor_locked) == 101);
    g.w.t.clock().advance(24h);
    CHECK_ERROR(g.guess(), locked);
    CHECK(g.w.mails_of("are locked") == 2);
  });
}

TEST_CASE("recovery codes are not counted for the account, but for their ticket") {
  Guessed g{backends().front(), {.failures = 3}};
  for (int i = 0; i < 20; ++i) {
    CHECK_ERROR(g.w.prove(g.w.asked(), "7ZB2-K9QF-0M4X-WT6H-AE3P-R8CD"), ErrorCode::invalid_code);
  }
  CHECK(is_session(g.right()));
}

TEST_CASE("an administrator's reset lifts the lock with all the rest") {
  Guessed g{backends().front()};
  static_cast<void>(g.guess_until_locked());
  CHECK_OK(g.w.room.reset(g.ada.user.id, std::nullopt, somewhere));
  CHECK(is_session(g.w.log_in()));
  CHECK_FALSE(g.w.room.overview(g.w.stored(g.ada.user.id)).is_locked);
}

}  // namespace
}  // namespace coffeeauth::second_factor
