// The room while the secret key is changed: apps and recovery codes go on, and what is hashed under
// a key that is gone is void.

#include <string>
#include <utility>
#include <vector>

#include "coffeeauth/crypto/crypto.hpp"
#include "coffeeauth/rewrap.hpp"
#include "features/second_factor/tests/world.hpp"

namespace coffeeauth::second_factor {
namespace {

constexpr std::string_view old_key = "INSECURE: known to all, for tests only";
constexpr std::string_view new_key = "INSECURE: the key after, for tests only";

SecretKeys ring(std::string_view current, std::string_view previous = {}) {
  std::vector<Secret> others;
  if (!previous.empty()) others.emplace_back(previous);
  return {Secret{current}, std::move(others)};
}

/// Another process over the Store of a World, with keys of its own.
struct Process {
  Process(World& w, SecretKeys keys)
      : codes(crypto::make_openssl_one_time_codes()),
        room(*w.rows, *codes, {}),
        auth(w.auth().config(), std::move(keys), w.auth().parts(), {&room}) {}

  Secret asked() {
    auto outcome = auth.sessions().log_in(email(ada_address), password(first_password), somewhere);
    REQUIRE_OK(outcome);
    REQUIRE(std::holds_alternative<LoginChallenge>(*outcome));
    return std::get<LoginChallenge>(*outcome).token.clone();
  }
  Result<Passed> prove(const Secret& ticket, const Proof& proof) {
    return room.prove(ticket, proof, TrustDevice::no, somewhere);
  }

  std::unique_ptr<OneTimeCodes> codes;
  SecondFactor room;
  Auth auth;
};

RewrapPart part_of(const RewrapReport& report) {
  for (const auto& part : report.parts) {
    if (part.name == "totp_secrets") return part;
  }
  FAIL("no such part");
  return {};
}

TEST_CASE("the secret of an app survives the change of the secret key and the end of the old one") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    std::vector<std::string> codes;
    const auto app = w.add(w.principal(w.user()), &codes);
    const auto by_app = [&](Process& process) {
      w.t.clock().advance(30s);
      return process.prove(process.asked(), FactorCode{.factor = app.id, .code = w.code(app)});
    };
    Process both{w, ring(new_key, old_key)};
    CHECK(is_session(by_app(both)));
    // The old key is what it hangs on. A process that lacks it logs nobody in, but reads tickets.
    Process lost{w, ring(new_key)};
    w.t.clock().advance(30s);
    CHECK_ERROR(lost.prove(both.asked(), FactorCode{.factor = app.id, .code = w.code(app)}),
                ErrorCode::invalid_code);

    auto part = part_of(rewrap(both.auth.services()));
    CHECK(part.seen == 1);
    CHECK(part.resealed == 1);
    CHECK(part.unreadable == 0);
    part = part_of(rewrap(both.auth.services()));
    CHECK(part.seen == 1);
    CHECK(part.resealed == 0);

    Process after{w, ring(new_key)};
    CHECK(is_session(by_app(after)));
    CHECK(is_session(
        after.prove(after.asked(), TypedRecoveryCode{Secret{std::string_view{codes[0]}}})));
    part = part_of(rewrap(w.auth().services()));
    CHECK_MESSAGE(part.unreadable == 1, "the old key alone reads it no longer");
  });
}

TEST_CASE("tickets and devices are good under both secret keys") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    const auto app = w.add(w.principal(w.user()));
    const auto device = w.trusted(app);
    const auto ticket = w.asked();
    Process both{w, ring(new_key, old_key)};
    CHECK(is_session(both.prove(ticket, FactorCode{.factor = app.id, .code = w.code(app)})));
    const auto by_device = [&](Process& process) {
      return is_session(
          process.auth.sessions().log_in(email(ada_address), password(first_password), somewhere,
                                         {.device_token = Secret{std::string_view{device}}}));
    };
    CHECK(by_device(both));
    static_cast<void>(rewrap(both.auth.services()));
    Process after{w, ring(new_key)};
    CHECK_FALSE(by_device(after));
  });
}

TEST_CASE("the old secret key is needed for as long as a device may be trusted") {
  World w{backends().front()};
  Process both{w, ring(new_key, old_key)};
  const auto needed_until = rewrap(both.auth.services()).previous_needed_until;
  CHECK(needed_until >= w.t.clock().now() + 24h * 90);
}

TEST_CASE("many secrets are sealed anew in batches") {
  World w{backends().front()};
  for (int i = 0; i < 205; ++i) {
    const auto who = w.principal(w.user("user" + std::to_string(i) + "@example.org"));
    static_cast<void>(w.enrol(who));
  }
  Process both{w, ring(new_key, old_key)};
  const auto part = part_of(rewrap(both.auth.services()));
  CHECK(part.seen == 205);
  CHECK(part.resealed == 205);
}

}  // namespace
}  // namespace coffeeauth::second_factor
