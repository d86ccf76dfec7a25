#include "features/second_factor/tests/world.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "coffeeauth/crypto/crypto.hpp"
#include "coffeeauth/second_factor/memory.hpp"
#include "coffeeauth/second_factor/sql.hpp"

namespace coffeeauth::second_factor {
namespace {

std::vector<Feature*> with_room(Feature& room, std::vector<Feature*> beside) {
  beside.insert(beside.begin(), &room);
  return beside;
}

/// The room's own counters are what is tested; those of passwords would end a test first.
Config config_for(Requests requests) {
  Config config;
  config.limits.enabled = requests == Requests::counted;
  return config;
}

/// As apps read what users type (RFC 4648 6).
Secret from_base32(const Secret& text) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string bytes;
  unsigned bits = 0;
  unsigned count = 0;
  for (const char c : text.expose_secret()) {
    const auto at = alphabet.find(c);
    REQUIRE(at != std::string_view::npos);
    bits = (bits << 5U) | static_cast<unsigned>(at);
    count += 5;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>((bits >> count) & 0xFFU);
    bits &= (1U << count) - 1U;
  }
  return Secret{std::string_view{bytes}};
}

}  // namespace

const std::vector<Backend>& backends() {
  static const auto all =
      coffeeauth::testing::room_backends(migrations, make_memory_factors, make_sql_factors);
  return all;
}

World::World(const Backend& backend, SecondFactorOptions options, std::vector<Feature*> beside,
             Requests requests)
    : store_(backend.harness().fresh()),
      codes_(crypto::make_openssl_one_time_codes()),
      rows(backend.rows_over(*store_)),
      room(*rows, *codes_, std::move(options)),
      t({.config = config_for(requests),
         .store = std::move(store_),
         .features = with_room(room, std::move(beside))}) {}

Principal World::principal(const LoggedInUser& user) {
  auto found = auth().sessions().authenticate(user.authorization, Gates::open);
  REQUIRE_OK(found);
  return *std::move(found);
}

Principal World::renewed(Principal principal) {
  principal.user = stored(principal.user.id);
  return principal;
}

User World::stored(const UserId& user) { return auth().users().get(user).value(); }

std::string World::methods_of(const SessionId& session) {
  const auto live = auth().parts().store.sessions().find_live(session, t.clock().now());
  REQUIRE(live);
  return live->session.methods;
}

App World::enrol(const Principal& principal, std::string_view label) {
  const auto made = room.enrol(principal, label, home);
  REQUIRE_OK(made);
  return {.id = made->id, .secret = from_base32(made->secret)};
}

App World::add(const Principal& principal, std::vector<std::string>* codes) {
  auto app = enrol(principal);
  const auto confirmed = room.confirm(principal, app.id, code(app), home);
  REQUIRE_OK(confirmed);
  if (codes != nullptr) {
    REQUIRE(confirmed->recovery_codes);
    for (const auto& one : confirmed->recovery_codes->codes) {
      codes->emplace_back(one.expose_secret());
    }
  }
  t.clock().advance(30s);
  return app;
}

Secret World::code(const App& app, std::int64_t steps) {
  return totp_at(*codes_, app.secret, step_of(t.clock().now()) + steps);
}

Secret World::wrong_code(const App& app) {
  std::set<std::string> right;
  for (std::int64_t steps = -5; steps <= 5; ++steps) {
    const auto shown = code(app, steps);
    right.emplace(shown.expose_secret());
  }
  auto wrong = std::string{"000000"};
  while (right.contains(wrong)) ++wrong.back();
  return Secret{std::string_view{wrong}};
}

Result<LoginOutcome> World::log_in(std::string_view address, const ClientContext& client,
                                   std::string_view device_token) {
  return auth().sessions().log_in(email(address), password(first_password), client,
                                  {.device_token = Secret{device_token}});
}

LoginChallenge World::challenge(std::string_view address, const ClientContext& client) {
  auto outcome = log_in(address, client);
  REQUIRE_OK(outcome);
  REQUIRE(std::holds_alternative<LoginChallenge>(*outcome));
  return std::get<LoginChallenge>(*std::move(outcome));
}

Secret World::asked(std::string_view address, const ClientContext& client) {
  return challenge(address, client).token.clone();
}

Result<Passed> World::prove(const Secret& ticket, const App& app, const Secret& code,
                            TrustDevice trust, const ClientContext& client) {
  return room.prove(ticket, FactorCode{.factor = app.id, .code = code.clone()}, trust, client);
}

Result<Passed> World::prove(const Secret& ticket, std::string_view typed) {
  return room.prove(ticket, TypedRecoveryCode{Secret{typed}}, TrustDevice::no, somewhere);
}

std::string World::trusted(const App& app, std::string_view address) {
  const auto passed = prove(asked(address), app, code(app), TrustDevice::yes);
  REQUIRE_OK(passed);
  REQUIRE(passed->device_token);
  t.clock().advance(30s);
  return std::string{passed->device_token->expose_secret()};
}

std::size_t World::mails_of(std::string_view words) {
  t.deliver_mail();
  const auto all = t.mailer().delivered();
  return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const Mail& mail) {
    return mail.subject.find(words) != std::string::npos;
  }));
}

bool is_session(const Result<Passed>& passed) {
  return passed && std::holds_alternative<TokenPair>(passed->outcome);
}
bool is_session(const Result<LoginOutcome>& outcome) {
  return outcome && std::holds_alternative<TokenPair>(*outcome);
}

}  // namespace coffeeauth::second_factor
