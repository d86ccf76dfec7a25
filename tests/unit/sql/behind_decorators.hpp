#pragma once
/// An embedder's own table in the transactions of the services, behind decorators of every making.

#include "coffeeauth/testing/doctest.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "coffeeauth/kernel.hpp"
#include "coffeeauth/ports/forwarding.hpp"
#include "coffeeauth/sql/query.hpp"
#include "coffeeauth/testing/test_auth.hpp"

namespace coffeeauth::sql::testing {

struct KeptStore {
  std::unique_ptr<Store> kept;
};

/// A decorator as an embedder writes one: owns the Store behind it, and counts what it commits.
class CountingStore final : private KeptStore, public ForwardingStore {
 public:
  CountingStore(std::unique_ptr<Store> given, int& commits)
      : KeptStore{std::move(given)}, ForwardingStore(*kept), commits_(commits) {}

  std::unique_ptr<Transaction> begin() override {
    return std::make_unique<Counting>(inner().begin(), commits_);
  }

 private:
  class Counting final : public ForwardingTransaction {
   public:
    Counting(std::unique_ptr<Transaction> inner, int& commits)
        : ForwardingTransaction(std::move(inner)), commits_(commits) {}
    void commit() override {
      inner().commit();
      ++commits_;
    }

   private:
    int& commits_;
  };

  int& commits_;
};

/// Writes a row of its own beside each sign-up, and reads it back for each token.
class Guests final : public Feature, private Recorder, private ClaimsSource {
 public:
  /// Whether the row is followed by an exception.
  bool throws = false;

  std::string_view name() const noexcept override { return "guests"; }
  Contributions attach(Kernel& kernel) override {
    kernel_ = &kernel;
    return {.recorders = {this}, .claims = {this}};
  }
  static std::int64_t count(Store& store) {
    return query(store, {"SELECT count(*) FROM app_guests", "n"}).front().number(0);
  }

 private:
  void record(Transaction& tx, const Event& event) override {
    if (event.kind != EventKind::signed_up) return;
    query(tx, {"INSERT INTO app_guests (user_id, seat) VALUES ($1, 'window')"},
          {event.user->str()});
    if (throws) throw std::runtime_error("after its row");
  }
  Claims claims_of(const LiveSession& live) override {
    const auto rows =
        query(kernel_->store(), {"SELECT seat FROM app_guests WHERE user_id = $1", "t"},
              {live.user.id.str()});
    return rows.empty() ? Claims{} : Claims{{"seat", rows.front().text(0)}};
  }

  Kernel* kernel_ = nullptr;
};

/// An Auth over its FaultyStore, over an embedder's decorator, over a SQL store.
struct Layers {
  explicit Layers(std::unique_ptr<Store> sql)
      : world({.store = std::make_unique<CountingStore>(std::move(sql), commits),
               .features = {&guests}}) {
    world.store().transact([](Transaction& tx) {
      query(tx, {"CREATE TABLE app_guests (user_id VARCHAR(36) PRIMARY KEY REFERENCES users (id) "
                 "ON DELETE CASCADE, seat TEXT NOT NULL)"});
    });
  }

  void sign_up() {
    static_cast<void>(world.auth().users().sign_up(
        {.email = ada, .password = Password::parse("plum tart & 47 spoons").value()}, {}));
  }
  /// What there is: `users rows mails`.
  [[nodiscard]] std::string state() {
    auto& store = world.store();
    return std::to_string(store.users().count({}, 10).value_or(10)) + " " +
           std::to_string(Guests::count(store)) + " " +
           std::to_string(store.outbox().depth().pending);
  }

  const EmailAddress ada = EmailAddress::parse("ada@example.org").value();
  int commits = 0;
  Guests guests;
  coffeeauth::testing::TestAuth world;
};

inline void check_rows_behind_decorators(Layers& layers) {
  auto& world = layers.world;
  CHECK(&world.store().innermost() != &world.store());
  const auto before = layers.commits;

  // Neither the commit that fails nor the exception leaves anything.
  world.faults().fail_next_commit();
  CHECK_THROWS_AS(layers.sign_up(), Unavailable);
  CHECK(layers.state() == "0 0 0");
  layers.guests.throws = true;
  CHECK_THROWS_AS(layers.sign_up(), std::runtime_error);
  layers.guests.throws = false;
  CHECK(layers.state() == "0 0 0");
  CHECK(layers.commits == before);

  // An answer that is lost is that of a commit: all of it happened.
  world.faults().lose_next_answer();
  CHECK_THROWS_AS(layers.sign_up(), Unavailable);
  CHECK(layers.state() == "1 1 1");
  CHECK(layers.commits == before + 1);
}

inline void check_claims_behind_decorators(Layers& layers) {
  const auto eve = layers.world.logged_in_user("eve@example.org");
  layers.world.store().transact([&](Transaction& tx) {
    query(tx, {"INSERT INTO app_guests (user_id, seat) VALUES ($1, 'window')"},
          {eve.user.id.str()});
  });
  auto& sessions = layers.world.auth().sessions();
  const auto next = sessions.refresh(eve.tokens.refresh_token.expose_secret(), {});
  REQUIRE_OK(next);
  const auto who = sessions.authenticate_token(next->access_token.expose_secret());
  REQUIRE_OK(who);
  REQUIRE(who->claims.contains("seat"));
  CHECK(std::get<std::string>(who->claims.at("seat")) == "window");
}

/// A transaction that the embedder began, through one more decorator that is on the outside.
inline void check_own_transaction_behind_decorators(Layers& layers) {
  layers.sign_up();
  CHECK(layers.state() == "1 1 1");
  ForwardingStore outer{layers.world.store()};
  auto& kernel = layers.world.auth().kernel();
  const auto stands_up = [&](Transaction& tx) {
    query(tx, {"UPDATE app_guests SET seat = 'aisle'"});
    kernel.enqueue(tx, mail_kind::sign_up_for_existing, {.to = layers.ada}, std::nullopt);
  };
  const auto seat = [&] {
    return query(outer, {"SELECT seat FROM app_guests", "t"}).front().text(0);
  };

  const auto refused = outer.transact([&](Transaction& tx) -> Result<void> {
    stands_up(tx);
    return ErrorCode::not_found;
  });
  CHECK_ERROR(refused, ErrorCode::not_found);
  CHECK(seat() == "window");
  CHECK(layers.state() == "1 1 1");
  outer.transact(stands_up);
  CHECK(seat() == "aisle");
  CHECK(layers.state() == "1 1 2");
}

}  // namespace coffeeauth::sql::testing
