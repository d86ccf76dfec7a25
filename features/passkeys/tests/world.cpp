#include "features/passkeys/tests/world.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "coffeeauth/base64url.hpp"
#include "coffeeauth/passkeys/memory.hpp"
#include "coffeeauth/passkeys/sql.hpp"

namespace coffeeauth::passkeys {
namespace {

std::vector<Feature*> with_room(Feature& room, std::vector<Feature*> beside) {
  beside.insert(beside.begin(), &room);
  return beside;
}

}  // namespace

const std::vector<Backend>& backends() {
  static const auto all =
      coffeeauth::testing::room_backends(migrations, make_memory_passkeys, make_sql_passkeys);
  return all;
}

SoftwareAuthenticator authenticator(const std::string& credential_id) {
  static const auto keys = make_sodium_keys();
  return {*keys, SigningAlgorithm::eddsa, credential_id};
}

testing::Ceremony ceremony_of(std::string_view options) {
  const auto challenge = nlohmann::json::parse(options).at("challenge").get<std::string>();
  return {.challenge = base64url_decode(challenge).value()};
}

std::string answer_creation(SoftwareAuthenticator& by, std::string_view options) {
  const auto handle = nlohmann::json::parse(options).at("user").at("id").get<std::string>();
  by.user_handle = base64url_decode(handle).value();
  return by.create(ceremony_of(options)).json();
}

std::string answer_request(SoftwareAuthenticator& by, std::string_view options) {
  if (by.sign_count != 0) ++by.sign_count;
  return by.get(ceremony_of(options)).json();
}

World::World(const Backend& backend, PasskeyOptions options, std::vector<Feature*> beside)
    : store_(backend.harness().fresh()),
      keys_(make_sodium_public_keys()),
      rows(backend.rows_over(*store_)),
      room(*rows, *keys_, std::move(options)),
      t({.store = std::move(store_), .features = with_room(room, std::move(beside))}) {}

Principal World::principal(const coffeeauth::testing::LoggedInUser& user) {
  auto found = auth().sessions().authenticate(user.authorization);
  REQUIRE_OK(found);
  return *std::move(found);
}

Principal World::renewed(Principal principal) {
  principal.user = auth().users().get(principal.user.id).value();
  return principal;
}

Result<Passkey> World::add(const Principal& principal, SoftwareAuthenticator& by) {
  const auto options = room.creation_options(principal);
  REQUIRE_OK(options);
  return room.add(principal, answer_creation(by, *options), "my key", somewhere);
}

SecondStep& World::second_step() {
  const auto& all = auth().kernel().second_steps();
  REQUIRE(all.size() == 1);
  return *all.front();
}

std::size_t World::mails_of(std::string_view words) {
  t.deliver_mail();
  const auto all = t.mailer().delivered();
  return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const Mail& mail) {
    return mail.subject.find(words) != std::string::npos;
  }));
}

void World::give_second_factor(const UserId& user, const SessionId& keeps) {
  t.store().transact([&](Transaction& tx) {
    const UserPatch patch{.second_factor = true, .keeps_session = keeps};
    REQUIRE(tx.users().update_user(user, std::nullopt, patch, t.clock().now()).user);
  });
}

}  // namespace coffeeauth::passkeys
