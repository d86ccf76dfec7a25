// The feature in one line of standard::open(), and its command.

#include "coffeeauth/second_factor/bundle.hpp"

#include <sstream>
#include <stdexcept>
#include <string>

#include "coffeeauth/memory/memory.hpp"
#include "coffeeauth/sql/database.hpp"
#include "coffeeauth/sql/query.hpp"
#include "coffeeauth/standard/standard.hpp"
#include "coffeeauth/testing/fast_hasher.hpp"
#include "coffeeauth/testing/recording_mailer.hpp"
#include "features/second_factor/tests/world.hpp"
#include "tests/temporary_folder.hpp"

namespace coffeeauth::second_factor {
namespace {

standard::Accounts opened(coffeeauth::testing::FastHasher& hasher, Mailer& mailer,
                          std::shared_ptr<standard::Bundle> room,
                          std::string database_url = "memory:") {
  return standard::open({.database_url = std::move(database_url),
                         .secret_key = Secret{std::string(32, 'k')},
                         .bundles = {std::move(room)},
                         .hasher = &hasher,
                         .mailer = &mailer});
}

TEST_CASE("the bundle brings its routes and its tables") {
  const coffeeauth::testing::TemporaryFolder folder;
  coffeeauth::testing::FastHasher hasher;
  coffeeauth::testing::RecordingMailer mailer;
  for (const auto& url : {std::string{"memory:"}, sql::sqlite_url(folder.file("users.db"))}) {
    CAPTURE(url);
    auto accounts = opened(hasher, mailer, bundle(), url);
    CHECK(accounts.api().openapi().find("/api/auth/second-factor") != std::string::npos);
    if (url == "memory:") continue;
    CHECK(
        sql::query(accounts.store(),
                   {"SELECT count(*) FROM feature_migrations WHERE feature = 'second_factor'", "n"})
            .front()
            .number(0) == 1);
  }
}

TEST_CASE("options that cannot be are refused in the name of the bundle") {
  coffeeauth::testing::FastHasher hasher;
  coffeeauth::testing::RecordingMailer mailer;
  std::string said;
  try {
    static_cast<void>(opened(hasher, mailer, bundle({.ticket_attempts = 0})));
  } catch (const std::invalid_argument& refusal) {
    said = refusal.what();
  }
  CHECK(said.starts_with("bundles: second_factor: MFA_TICKET_ATTEMPTS: "));
}

TEST_CASE("reset-second-factor takes everything of the account with that address") {
  auto store = memory::make_memory_store();
  const auto room = bundle();
  auto& feature = dynamic_cast<SecondFactor&>(room->open(*store, {}));
  coffeeauth::testing::TestAuth t{{.store = std::move(store), .features = {&feature}}};
  const auto ada = t.logged_in_user();
  t.store().transact([&](Transaction& tx) {
    REQUIRE(tx.users()
                .update_user(ada.user.id, std::nullopt, {.second_factor = true}, t.clock().now())
                .user);
  });
  const auto commands = room->commands();
  REQUIRE(commands.size() == 1);
  CHECK(commands.front().name == "reset-second-factor");
  std::ostringstream said;
  const auto run = [&](const std::string& address) {
    const standard::CommandInput input{.options = {{"--email", address}}, .out = said};
    commands.front().run(t.auth(), input);
  };
  CHECK_THROWS_AS(run("ada"), std::runtime_error);
  CHECK_THROWS_AS(run("bob@example.org"), std::runtime_error);
  CHECK(t.auth().users().get(ada.user.id)->second_factor);
  run("ada@example.org");
  CHECK(said.str().find(ada.user.id.str()) != std::string::npos);
  CHECK_FALSE(t.auth().users().get(ada.user.id)->second_factor);
  CHECK(t.events().count(second_factor_reset) == 1);
  CHECK(said.str().starts_with("removed all second factors"));
  said.str("");
  run("ada@example.org");
  CHECK(said.str().starts_with("there was no second factor"));
}

TEST_CASE("switched off by a setting, it says at the start whom that keeps out") {
  CHECK(bundle()->why_off({}).empty());
  CHECK(bundle({.enabled = false})->why_off({}).starts_with("SECOND_FACTOR is false: "));
  CHECK(bundle({.enabled = false, .policy = Policy::admins})
            ->why_off({})
            .find("SECOND_FACTOR_POLICY") != std::string::npos);
  CHECK(bundle({.enabled = false})->why_off({.by_options = true}).empty());
}

TEST_CASE("a bundle belongs to one Auth") {
  auto store = memory::make_memory_store();
  const auto room = bundle();
  static_cast<void>(room->open(*store, {}));
  CHECK_THROWS_AS(static_cast<void>(room->open(*store, {})), std::logic_error);
}

}  // namespace
}  // namespace coffeeauth::second_factor
