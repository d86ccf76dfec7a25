// What is asked about an address takes the turn of the address before it looks at any account: on a
// database that locks rows, requests for an account would else queue where others do not.

#include <vector>

#include "fixture.hpp"
#include "tests/broken/decorated_store.hpp"

namespace coffeeauth {
namespace {

/// What transactions have asked of the Store, each ended by a line of its own.
std::vector<std::string> asked;

struct ToldCodes final : broken::Codes {
  using broken::Codes::Part;
  SignUp sign_up(const NewUser& user, std::size_t max_pending) override {
    asked.emplace_back("sign_up");
    return broken::Codes::sign_up(user, max_pending);
  }
  void admit_network(const UserId& user, const AddressDigest& network, std::size_t max_networks,
                     UtcTime now) override {
    asked.emplace_back("admit_network");
    broken::Codes::admit_network(user, network, max_networks, now);
  }
  CodeVerdict try_code(const UserId& user, const AddressDigest& network, const CodeGuess& code,
                       const GuessLimits& limits, UtcTime now) override {
    asked.emplace_back("try_code");
    return broken::Codes::try_code(user, network, code, limits, now);
  }
};

struct ToldSessions final : broken::Sessions {
  using broken::Sessions::Part;
  bool put_login_code(const UserId& user, const NewLoginCode& code, std::size_t max_per_day,
                      UtcTime now) override {
    asked.emplace_back("put_login_code");
    return broken::Sessions::put_login_code(user, code, max_per_day, now);
  }
  bool try_login_code(const UserId& user, const LoginGuess& guess, const GuessLimits& limits,
                      UtcTime now) override {
    asked.emplace_back("try_login_code");
    return broken::Sessions::try_login_code(user, guess, limits, now);
  }
};

struct ToldKeys final : broken::Keys {
  using broken::Keys::Part;
  bool acquire_lease(std::string_view name, const LeaseId& holder, UtcTime now,
                     UtcTime until) override {
    if (name.starts_with("turn-")) asked.emplace_back(name);
    return broken::Keys::acquire_lease(name, holder, now, until);
  }
};

struct Told : broken::Sound {
  using CodesPart = ToldCodes;
  using SessionsPart = ToldSessions;
  using KeysPart = ToldKeys;
};

struct Turns : Fixture {
  Turns() : Fixture{{{}, std::make_unique<broken::DecoratedStore<Told>>()}} {
    REQUIRE_OK(sign_up("pending@example.com"));
    static_cast<void>(verified_user("verified@example.com"));
  }

  /// The turn that `ask` took before anything else.
  template <class Ask>
  static std::string turn_of(Ask ask) {
    asked.clear();
    ask();
    REQUIRE_FALSE(asked.empty());
    return asked.front();
  }
};

TEST_CASE_FIXTURE(Turns,
                  "whatever is asked about an address takes its turn first, account or not") {
  for (const auto* address :
       {"pending@example.com", "verified@example.com", "nobody@example.com"}) {
    CAPTURE(address);
    const auto turn = turn_of([&] { resend(address); });
    CHECK(turn.starts_with("turn-"));
    CHECK(turn == turn_of([&] { static_cast<void>(verify(address, "000000")); }));
    CHECK(turn == turn_of([&] {
            static_cast<void>(auth().sessions().send_login_code(email(address), client));
          }));
    CHECK(turn == turn_of([&] {
            static_cast<void>(auth().sessions().log_in(email(address), password(other_good),
                                                       code("000000"), client));
          }));
    CHECK(turn == turn_of([&] { static_cast<void>(sign_up(address, other_good)); }));
  }
}

TEST_CASE_FIXTURE(Turns, "addresses have turns of their own") {
  CHECK(turn_of([&] { resend("one@example.com"); }) != turn_of([&] { resend("two@example.com"); }));
}

}  // namespace
}  // namespace coffeeauth
