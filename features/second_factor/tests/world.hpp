#pragma once
/// World: a TestAuth with the room, over each Store in turn, and authenticator apps in software.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/second_factor/codes.hpp"
#include "coffeeauth/second_factor/second_factor.hpp"
#include "coffeeauth/testing/doctest.hpp"
#include "coffeeauth/testing/test_auth.hpp"
#include "tests/contract/room_backends.hpp"

namespace coffeeauth::second_factor {

using namespace std::chrono_literals;
using coffeeauth::testing::email;
using coffeeauth::testing::LoggedInUser;
using coffeeauth::testing::password;

using Backend = coffeeauth::testing::RoomBackend<FactorStore>;
[[nodiscard]] const std::vector<Backend>& backends();

/// A network that no account has used before.
inline const ClientContext somewhere{.address = "203.0.113.7", .user_agent = "Firefox/130 Linux"};
/// Where World::user() logged in first.
inline const ClientContext home{.address = "192.0.2.1", .user_agent = "tests"};
/// What World::user() logs in with.
inline constexpr std::string_view first_password = "correct horse battery";
inline constexpr std::string_view ada_address = "ada@example.org";

/// An authenticator app.
struct App {
  FactorId id;
  Secret secret;
};

/// Whether a World has rate limits.
enum class Requests { uncounted, counted };

class World {
 public:
  explicit World(const Backend& backend, SecondFactorOptions options = {},
                 std::vector<Feature*> beside = {}, Requests requests = Requests::uncounted);

  [[nodiscard]] Auth& auth() { return t.auth(); }
  [[nodiscard]] LoggedInUser user(std::string_view address = ada_address, Role role = Role::user) {
    return t.logged_in_user(address, role);
  }
  [[nodiscard]] Principal principal(const LoggedInUser& user);
  /// The principal as it is after changes of the account that leave its session.
  [[nodiscard]] Principal renewed(Principal principal);
  [[nodiscard]] User stored(const UserId& user);
  /// What the session has proved.
  [[nodiscard]] std::string methods_of(const SessionId& session);

  /// An app that waits to be confirmed.
  [[nodiscard]] App enrol(const Principal& principal, std::string_view label = "Phone");
  /// An app that is confirmed; the next step has begun after it.
  [[nodiscard]] App add(const Principal& principal, std::vector<std::string>* codes = nullptr);
  /// What it shows, so many steps from now.
  [[nodiscard]] Secret code(const App& app, std::int64_t steps = 0);
  /// Six digits that it does not show in these minutes.
  [[nodiscard]] Secret wrong_code(const App& app);

  [[nodiscard]] Result<LoginOutcome> log_in(std::string_view address = ada_address,
                                            const ClientContext& client = somewhere,
                                            std::string_view device_token = {});
  /// Logs in with the password, and gives the challenge.
  [[nodiscard]] LoginChallenge challenge(std::string_view address = ada_address,
                                         const ClientContext& client = somewhere);
  /// Logs in with the password, and gives the token of the challenge.
  [[nodiscard]] Secret asked(std::string_view address = ada_address,
                             const ClientContext& client = somewhere);
  [[nodiscard]] Result<Passed> prove(const Secret& ticket, const App& app, const Secret& code,
                                     TrustDevice trust = TrustDevice::no,
                                     const ClientContext& client = somewhere);
  [[nodiscard]] Result<Passed> prove(const Secret& ticket, std::string_view typed);
  /// Logs in with password and app, and trusts the device.
  [[nodiscard]] std::string trusted(const App& app, std::string_view address = ada_address);

  /// How many mails have gone out whose subject has those words.
  [[nodiscard]] std::size_t mails_of(std::string_view words);

 private:
  std::unique_ptr<Store> store_;
  std::unique_ptr<OneTimeCodes> codes_;

 public:
  std::unique_ptr<FactorStore> rows;
  SecondFactor room;
  coffeeauth::testing::TestAuth t;
};

/// Whether the outcome is a session.
[[nodiscard]] bool is_session(const Result<Passed>& passed);
[[nodiscard]] bool is_session(const Result<LoginOutcome>& outcome);

/// Runs `test` over each kind of Store, in a subcase of its name.
template <class Test>
void on_each_store(Test test) {
  coffeeauth::testing::on_each_backend(backends(), test);
}

}  // namespace coffeeauth::second_factor
