// Trusted devices: what they skip, how long, and when they are forgotten.

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "features/second_factor/tests/world.hpp"

namespace coffeeauth::second_factor {
namespace {

bool is_known(World& w, const std::string& device, std::string_view address = ada_address) {
  return is_session(w.log_in(address, somewhere, device));
}

TEST_CASE("a trusted device skips the second step, and nothing more") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    const auto ada = w.user();
    const auto app = w.add(w.principal(ada));
    const auto device = w.trusted(app);
    CHECK(device.starts_with("dev_"));
    CHECK(w.t.events().count(device_trusted) == 1);
    CHECK_ERROR(
        w.auth().sessions().log_in(email(ada_address), password("a wrong passphrase"), somewhere,
                                   {.device_token = Secret{std::string_view{device}}}),
        ErrorCode::invalid_credentials);
    const auto outcome = w.log_in(ada_address, somewhere, device);
    REQUIRE(is_session(outcome));
    const auto who = w.auth().sessions().authenticate_token(
        std::get<TokenPair>(*outcome).access_token.expose_secret());
    REQUIRE_OK(who);
    CHECK(w.methods_of(who->session) == "password trusted_device");
    CHECK_ERROR(w.auth().sessions().require_recent(*who), ErrorCode::reauthentication_required);

    const auto listed = w.room.devices(ada.user.id);
    REQUIRE(listed.size() == 1);
    CHECK(listed[0].address == somewhere.address);
    CHECK(listed[0].user_agent == somewhere.user_agent);
    CHECK(listed[0].last_used_at == w.t.clock().now());
    CHECK(to_hex(listed[0].digest.bytes()).find(device) == std::string::npos);
  });
}

TEST_CASE("a device is trusted for its time, which use does not prolong") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    const auto app = w.add(w.principal(w.user()));
    const auto device = w.trusted(app);
    w.t.clock().advance(24h * 29);
    CHECK(is_known(w, device));
    w.t.clock().advance(24h);
    CHECK_FALSE(is_known(w, device));
  });
}

TEST_CASE("a device is trusted for its account alone") {
  World w{backends().front()};
  const auto app = w.add(w.principal(w.user()));
  static_cast<void>(w.add(w.principal(w.user("bob@example.org"))));
  const auto device = w.trusted(app);
  CHECK_FALSE(is_known(w, device, "bob@example.org"));
  CHECK(is_known(w, device));
}

TEST_CASE("only a login can trust a device, and where the options let it") {
  World off{backends().front(), {.device_lifetime = 0s}};
  auto app = off.add(off.principal(off.user()));
  const auto asked = off.challenge();
  CHECK_FALSE(std::get<bool>(asked.further.at("can_trust_device")));
  auto passed = off.prove(asked.token, app, off.code(app), TrustDevice::yes);
  REQUIRE(is_session(passed));
  CHECK_FALSE(passed->device_token);

  for (const bool admins : {false, true}) {
    World w{backends().front(), {.devices_for_admins = admins}};
    app = w.add(w.principal(w.user(ada_address, Role::admin)));
    passed = w.prove(w.asked(), app, w.code(app), TrustDevice::yes);
    REQUIRE(is_session(passed));
    CHECK(passed->device_token.has_value() == admins);
  }
}

TEST_CASE("an account has so many devices") {
  World w{backends().front(), {.devices = 2}};
  const auto app = w.add(w.principal(w.user()));
  std::vector<std::string> all;
  for (int i = 0; i < 3; ++i) all.push_back(w.trusted(app));
  CHECK_FALSE(is_known(w, all[0]));
  CHECK(is_known(w, all[1]));
  CHECK(is_known(w, all[2]));
}

TEST_CASE("whoever trusted devices forgets one or all of them") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    auto principal = w.principal(w.user());
    const auto app = w.add(principal);
    principal = w.renewed(principal);
    const auto bob = w.principal(w.user("bob@example.org"));
    std::vector<std::string> all;
    for (int i = 0; i < 3; ++i) all.push_back(w.trusted(app));
    const auto newest = w.room.devices(principal.user.id).front().id;
    CHECK_ERROR(w.room.forget_device(bob, newest, home), ErrorCode::not_found);
    CHECK_OK(w.room.forget_device(principal, newest, home));
    CHECK_ERROR(w.room.forget_device(principal, newest, home), ErrorCode::not_found);
    CHECK_FALSE(is_known(w, all[2]));
    CHECK(is_known(w, all[1]));
    w.room.forget_devices(bob, home);
    CHECK(is_known(w, all[0]));
    w.room.forget_devices(principal, home);
    CHECK_FALSE(is_known(w, all[0]));
    CHECK_FALSE(is_known(w, all[1]));
    CHECK(w.t.events().count(device_forgotten) == 2);
    CHECK(w.t.events().last(device_forgotten)->count == 2);
  });
}

/// What is done to Ada, whose principal is as it is now.
using Change = std::function<void(World&, const Principal&, const App&)>;

void change_role(World& w, const UserId& user) {
  const auto boss = w.user("boss@example.org", Role::admin);
  CHECK_OK(w.auth().admin().update_user(user, {.role = Role::admin}, std::nullopt, boss.user.id,
                                        somewhere));
}

TEST_CASE("every change of what an account logs in with forgets its devices") {
  const std::vector<std::pair<std::string, Change>> changes{
      {"another app",
       [](World& w, const Principal& who, const App&) {
         const auto other = w.enrol(who);
         CHECK_OK(w.room.confirm(who, other.id, w.code(other), home));
       }},
      {"new recovery codes", [](World& w, const Principal& who,
                                const App&) { CHECK_OK(w.room.renew_recovery_codes(who, home)); }},
      {"off and on",
       [](World& w, const Principal& who, const App&) {
         CHECK_OK(w.room.require(who, false, home));
         CHECK_OK(w.room.require(w.renewed(who), true, home));
       }},
      {"another password",
       [](World& w, const Principal& who, const App&) {
         w.t.store().transact([&](Transaction& tx) {
           const NewPassword same{.hash = w.auth().passwords().hash(password(first_password))};
           REQUIRE_OK(w.auth().kernel().set_password(tx, who.user.id, same, home));
         });
       }},
      {"a passkey of another room",
       [](World& w, const Principal& who, const App&) {
         w.t.store().transact([&](Transaction& tx) {
           w.auth().kernel().record(tx, {.kind = EventKind{"passkey_added"},
                                         .user = who.user.id,
                                         .details = {credential_changed}});
         });
       }},
      {"a role", [](World& w, const Principal& who, const App&) { change_role(w, who.user.id); }}};
  for (const auto& [name, change] : changes) {
    CAPTURE(name);
    World w{backends().front(), {.devices_for_admins = true}};
    const auto principal = w.principal(w.user());
    const auto app = w.add(principal);
    const auto device = w.trusted(app);
    REQUIRE(is_known(w, device));
    change(w, w.renewed(principal), app);
    CHECK_FALSE(is_known(w, device));
  }
}

}  // namespace
}  // namespace coffeeauth::second_factor
