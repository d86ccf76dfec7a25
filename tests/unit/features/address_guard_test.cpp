// An address that a feature keeps for somebody is taken, for everybody else.

#include "tests/unit/features/room.hpp"

using namespace coffeeauth;
using features::Room;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view freed = "freed@example.org";

/// A room that keeps addresses until its test lets them go.
struct Guarded {
  Room room;
  std::map<std::string, UserId> kept;
  int asked = 0;
  Fixture f;

  explicit Guarded(Config config = {})
      : f{.t = testing::TestAuth{{.config = std::move(config), .features = {&guarding()}}}} {}

  void keep(const UserId& user) { kept.insert_or_assign(std::string{freed}, user); }

 private:
  Room& guarding() {
    room.holds = [this](Transaction& tx, const EmailAddress& address, UtcTime now) {
      ++asked;
      CHECK(now == f.t.clock().now());
      // It can look into the Store that the change is made in.
      static_cast<void>(tx.users().find_credentials(email(freed)));
      const auto found = kept.find(std::string{address.canonical()});
      return found == kept.end() ? std::nullopt : std::optional{found->second};
    };
    return room;
  }
};

}  // namespace

TEST_CASE("a sign-up with a kept address is answered as with a taken one") {
  Guarded g;
  auto& f = g.f;
  const auto ada = f.verified_user("ada@example.org");
  g.keep(ada.id);
  f.t.clock().advance(2min);

  const auto hashes = f.t.hasher().hashes();
  const auto answered = f.sign_up("Freed@example.org", other_good).value();
  CHECK(f.t.hasher().hashes() - hashes == 1);
  CHECK(f.t.events().count(EventKind::sign_up_for_existing) == 1);
  CHECK(answered.expires_at == f.sign_up("ada@example.org", other_good).value().expires_at);
  // As with a taken address, and a free one: what was typed waits for a code that nobody is sent.
  CHECK_ERROR(f.log_in(freed, other_good), ErrorCode::email_not_verified);
  // What came there tells that somebody tried, and has no code to verify with.
  CHECK(f.mails_to(freed) == 1);
  CHECK_FALSE(f.t.mailer().last_code_for(email(freed)));

  g.kept.clear();
  f.t.clock().advance(2min);
  REQUIRE_OK(f.sign_up(freed, other_good));
  REQUIRE_OK(f.verify(freed, f.mailed_code(freed)));
  CHECK_OK(f.log_in(freed, other_good));
}

TEST_CASE("a service that tells of taken addresses tells of kept ones") {
  Config config;
  config.codes.sign_up_reveals_existing = true;
  Guarded g{config};
  g.keep(g.f.verified_user("ada@example.org").id);
  CHECK_ERROR(g.f.sign_up(freed), ErrorCode::email_taken);
  g.kept.clear();
  CHECK_OK(g.f.sign_up(freed));
}

TEST_CASE("an administrator gives a kept address to whom it is kept for, and to nobody else") {
  Guarded g;
  auto& f = g.f;
  const auto boss = f.admin("boss@example.org");
  const auto ada = f.verified_user("ada@example.org");
  const auto bob = f.verified_user("bob@example.org");
  g.keep(ada.id);
  const auto move = [&](const User& user) {
    return f.auth().admin().update_user(user.id, {.email = email(freed)}, {}, boss.id, f.client);
  };

  CHECK_ERROR(move(bob), ErrorCode::email_taken);
  CHECK(f.auth().users().get(bob.id).value() == bob);
  CHECK_ERROR(f.auth().admin().create_admin(
                  {.email = email("FREED@example.org"), .password = password(good)}),
              ErrorCode::email_taken);
  CHECK_FALSE(f.t.store().users().find_credentials(email(freed)));
  CHECK(move(ada).value().email == email(freed));
}

TEST_CASE("a change that gives no address asks no guard") {
  Guarded g;
  auto& f = g.f;
  const auto boss = f.admin("boss@example.org");
  const auto ada = f.verified_user("ada@example.org");
  const auto before = g.asked;
  REQUIRE_OK(
      f.auth().admin().update_user(ada.id, {.first_name = "Augusta"}, {}, boss.id, f.client));
  CHECK(g.asked == before);
}

TEST_CASE("features are told by the kernel for whom another one keeps an address") {
  Guarded g;
  auto& f = g.f;
  const auto ada = f.verified_user("ada@example.org");
  g.keep(ada.id);
  f.t.store().transact([&](Transaction& tx) {
    CHECK(g.room.kernel->address_holder(tx, email(freed)) == ada.id);
    CHECK_FALSE(g.room.kernel->address_holder(tx, email("other@example.org")));
  });
}

TEST_CASE("the first guard that keeps an address says for whom") {
  Room first{"first"};
  Room second{"second"};
  const auto one = UserId::parse("019bc0f5-2b7d-7c3a-9f52-0b6a4f1d2e90").value();
  std::optional<UserId> held;
  first.holds = [&](Transaction&, const EmailAddress&, UtcTime) { return held; };
  second.holds = [&](Transaction&, const EmailAddress&, UtcTime) { return std::optional{one}; };
  Fixture f{.t = testing::TestAuth{{.features = {&first, &second}}}};
  const auto holder = [&] {
    return f.t.store().transact(
        [&](Transaction& tx) { return first.kernel->address_holder(tx, email(freed)); });
  };
  CHECK(holder() == one);
  held = UserId{};
  CHECK(holder() == UserId{});
}
