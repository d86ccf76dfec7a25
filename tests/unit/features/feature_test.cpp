// What features bring, and what they are lent.

#include "coffeeauth/jobs/scheduler.hpp"
#include "coffeeauth/rewrap.hpp"
#include "tests/unit/features/room.hpp"

using namespace coffeeauth;
using features::Room;
using namespace std::chrono_literals;

TEST_CASE("claims of a source are in every token, and come back from it") {
  Room room;
  room.gives = {{"loyalty_tier", std::string{"gold"}},
                {"points", std::int64_t{120}},
                {"trial", false},
                {"groups", std::vector<std::string>{"tea", "coffee"}}};
  Fixture f{.t = testing::TestAuth{{.features = {&room}}}};
  f.verified_user("ada@example.org");

  const auto tokens = f.log_in("ada@example.org").value();
  CHECK(f.who(tokens).value().claims == room.gives);
  const auto before = room.gives;
  room.gives["loyalty_tier"] = std::string{"silver"};
  const auto next = f.refresh(tokens).value();
  CHECK(f.who(next).value().claims == room.gives);
  CHECK(f.who(tokens).value().claims == before);
}

TEST_CASE("no source gives a claim of the library's, nor one of another source") {
  Room room;
  Room other{"other"};
  Fixture f{.t = testing::TestAuth{{.features = {&room, &other}}}};
  f.verified_user("ada@example.org");

  for (const char* name : {"sub", "role", "ver", "sid", "exp", "nbf", "amr"}) {
    CAPTURE(name);
    room.gives = {{name, std::string{"mine"}}};
    CHECK_THROWS_AS(static_cast<void>(f.log_in("ada@example.org")), std::logic_error);
  }
  room.gives = {{"tier", std::int64_t{1}}};
  CHECK_OK(f.log_in("ada@example.org"));
  other.gives = {{"tier", std::int64_t{2}}};
  CHECK_THROWS_AS(static_cast<void>(f.log_in("ada@example.org")), std::logic_error);
  other.gives = {{"text", std::string(5'000, 'x')}};
  CHECK_THROWS_AS(static_cast<void>(f.log_in("ada@example.org")), std::logic_error);
}

TEST_CASE("a feature that was not passed to Auth says so when it is used") {
  class Orders final : public Feature {
   public:
    std::string_view name() const noexcept override { return "orders"; }
    Contributions attach(Kernel& given) override {
      kernel = given;
      return {};
    }
    AttachedKernel kernel{*this};
  };
  Orders orders;
  std::string said;
  try {
    static_cast<void>(orders.kernel->store());
  } catch (const std::logic_error& error) {
    said = error.what();
  }
  CHECK(said.starts_with("coffeeauth: the feature orders is used, but was not passed to Auth"));

  testing::TestAuth t{{.features = {&orders}}};
  CHECK(&*orders.kernel == &t.auth().kernel());
  CHECK_NOTHROW(static_cast<void>(orders.kernel->store()));
}

TEST_CASE("a feature's limit is counted by its name") {
  constexpr LimitScope scope{"teas"};
  Room room;
  room.limits = {{scope, {2, 1h}}};
  Fixture f{.t = testing::TestAuth{{.features = {&room}}}};

  CHECK(f.auth().limits().knows(scope));
  CHECK_OK(room.kernel->count(scope, "ada"));
  CHECK_OK(room.kernel->count(scope, "ada"));
  CHECK_ERROR(room.kernel->count(scope, "ada"), ErrorCode::rate_limited);
  CHECK_OK(room.kernel->count(scope, "bob"));
  CHECK_OK(f.auth().limits().check_address(scope, "192.0.2.1"));
  f.t.clock().advance(1h);
  CHECK_OK(room.kernel->count(scope, "ada"));
}

TEST_CASE("a limit that is there already is refused") {
  for (const LimitScope scope : {LimitScope::login, LimitScope{"token"}, LimitScope{"answer"}}) {
    Room room;
    room.limits = {{scope, {2, 1h}}};
    CHECK_THROWS_AS((testing::TestAuth{{.features = {&room}}}), std::invalid_argument);
  }
}

TEST_CASE(
    "a previous secret key is needed for the longest-lived digest of the core and of features") {
  const auto needed_for = [](std::chrono::seconds one, std::chrono::seconds another) {
    Room room;
    Room other{"other"};
    room.digests_live_for = one;
    other.digests_live_for = another;
    Fixture f{.t = testing::TestAuth{{.features = {&room, &other}}}};
    return rewrap(f.auth().services()).previous_needed_until - f.t.clock().now();
  };
  const auto of_core = Config{}.tokens.refresh_idle_lifetime;
  CHECK(needed_for(0s, 0s) == of_core);
  CHECK(needed_for(of_core - 1s, 1h) == of_core);
  CHECK(needed_for(of_core + 1s, 1h) == of_core + 1s);
  CHECK(needed_for(1h, 24h * 365 * 100) == 24h * 365 * 100);
  CHECK_THROWS_AS(needed_for(1h, 24h * 365 * 100 + 1s), std::invalid_argument);
  CHECK_THROWS_AS(needed_for(-1s, 0s), std::invalid_argument);
}

TEST_CASE("the scheduler runs a feature's clean-up to its end") {
  Room room;
  std::size_t left = 1'100;
  room.clean_ups = {{.name = "teas", .run = [&](Transaction&, std::size_t limit, UtcTime) {
                       const auto gone = std::min(left, limit);
                       left -= gone;
                       return gone;
                     }}};
  Fixture f{.t = testing::TestAuth{{.features = {&room}}}};
  jobs::Scheduler scheduler{f.auth().services()};

  CHECK(scheduler.run_once().of_features == 1'100);
  CHECK(left == 0);
}

TEST_CASE("a feature's clean-up that fails is told of by its name, and stops no other") {
  Room room;
  room.clean_ups = {{.name = "teas", .run = [](Transaction&, std::size_t, UtcTime) -> std::size_t {
                       throw Unavailable{"no teas"};
                     }}};
  Fixture f{.t = testing::TestAuth{{.features = {&room}}}};
  REQUIRE_OK(f.sign_up("ada@example.org"));
  f.t.clock().advance(49h);
  jobs::Scheduler scheduler{f.auth().services()};

  CHECK_THROWS_AS(static_cast<void>(scheduler.run_once()), Unavailable);
  CHECK(f.t.store().users().count({}) == 0);
  CHECK(f.t.events().count(EventKind::background_failed) == 1);
  CHECK(f.t.events().last(EventKind::background_failed)->part == "teas");
}

TEST_CASE("features without a name of their own are refused") {
  Room one;
  Room two;
  CHECK_THROWS_AS((testing::TestAuth{{.features = {&one, &two}}}), std::invalid_argument);
  CHECK_THROWS_AS((testing::TestAuth{{.features = {nullptr}}}), std::invalid_argument);
}

TEST_CASE("what a feature seals and digests means nothing elsewhere") {
  Room room;
  Fixture f{.t = testing::TestAuth{{.features = {&room}}}};
  const auto ours = room.kernel->sealer("room");
  const auto theirs = room.kernel->sealer("other");

  const auto sealed = ours->seal("ticket", "row 1", "a secret");
  CHECK(ours->open("ticket", "row 1", sealed)->expose_secret() == "a secret");
  CHECK_FALSE(ours->open("ticket", "row 2", sealed));
  CHECK_FALSE(ours->open("code", "row 1", sealed));
  CHECK_FALSE(theirs->open("ticket", "row 1", sealed));
  CHECK(ours->digest("ticket", {"a", "b"}) == ours->digest("ticket", {"a", "b"}));
  CHECK_FALSE(ours->digest("ticket", {"a", "b"}) == ours->digest("ticket", {"ab", ""}));
  CHECK_FALSE(ours->digest("ticket", {"a"}) == ours->digest("code", {"a"}));
  CHECK_FALSE(ours->digest("ticket", {"a"}) == theirs->digest("ticket", {"a"}));
}

TEST_CASE("a mail of a feature's goes with its transaction, and wakes the worker") {
  Room room;
  Fixture f{.t = testing::TestAuth{{.features = {&room}}}};
  const MailParameters to_ada{.to = email("ada@example.org")};
  const auto send = [&](bool keep) {
    return f.t.store().transact([&](Transaction& tx) -> Result<void> {
      room.kernel->enqueue(tx, mail_kind::sign_up_for_existing, to_ada, {});
      return keep ? Result<void>{} : Result<void>{ErrorCode::not_found};
    });
  };

  CHECK_ERROR(send(false), ErrorCode::not_found);
  CHECK(f.mails_to("ada@example.org") == 0);
  CHECK_OK(send(true));
  CHECK(f.mails_to("ada@example.org") == 1);
}

TEST_CASE("a change made beside the services is seen by the next request") {
  Room room;
  Fixture f{.t = testing::TestAuth{{.features = {&room}}}};
  const auto user = f.verified_user("ada@example.org");
  const auto tokens = f.log_in("ada@example.org").value();
  REQUIRE_OK(f.who(tokens));

  f.t.store().transact([&](Transaction& tx) {
    room.kernel->changes(tx, user.id);
    static_cast<void>(
        tx.users().update_user(user.id, {}, {.first_name = "Augusta"}, f.t.clock().now()));
    room.kernel->record(tx, {.kind = EventKind::user_updated, .user = user.id});
  });
  CHECK(f.who(tokens).value().user.first_name == "Augusta");
  REQUIRE(f.t.events().count(EventKind::user_updated) == 1);
  CHECK(f.t.events().last(EventKind::user_updated)->at == f.t.clock().now());
}
