#pragma once
/// World: a TestAuth with the room, over each Store in turn, and passkeys in software.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/passkeys/passkeys.hpp"
#include "coffeeauth/testing/doctest.hpp"
#include "coffeeauth/testing/test_auth.hpp"
#include "features/passkeys/testing/software_authenticator.hpp"
#include "tests/contract/room_backends.hpp"

namespace coffeeauth::passkeys {

using namespace std::chrono_literals;
using testing::SoftwareAuthenticator;

using Backend = coffeeauth::testing::RoomBackend<PasskeyStore>;
[[nodiscard]] const std::vector<Backend>& backends();

inline PasskeyOptions usual_options() { return {.public_url = "https://example.org"}; }
inline const ClientContext somewhere{.address = "203.0.113.7", .user_agent = "Firefox/130 Linux"};

/// A passkey in software of that credential id, by Ed25519.
[[nodiscard]] SoftwareAuthenticator authenticator(
    const std::string& credential_id = "a credential");

/// What a browser makes of options.
[[nodiscard]] testing::Ceremony ceremony_of(std::string_view options);
/// The authenticator's answer to the options of a new passkey, whose handle it keeps.
[[nodiscard]] std::string answer_creation(SoftwareAuthenticator& by, std::string_view options);
/// Its answer to the options of a login, a second step or a step-up. Each is a use, which is
/// counted if it counts.
[[nodiscard]] std::string answer_request(SoftwareAuthenticator& by, std::string_view options);

class World {
 public:
  explicit World(const Backend& backend, PasskeyOptions options = usual_options(),
                 std::vector<Feature*> beside = {});

  [[nodiscard]] Auth& auth() { return t.auth(); }
  [[nodiscard]] coffeeauth::testing::LoggedInUser user(
      std::string_view address = "ada@example.org") {
    return t.logged_in_user(address);
  }
  [[nodiscard]] Principal principal(const coffeeauth::testing::LoggedInUser& user);
  /// The principal as it is after changes of the account that leave its session.
  [[nodiscard]] Principal renewed(Principal principal);

  /// Registers the passkey of an authenticator.
  [[nodiscard]] Result<Passkey> add(const Principal& principal, SoftwareAuthenticator& by);
  [[nodiscard]] Result<LoginOutcome> log_in(SoftwareAuthenticator& by) {
    return room.log_in(answer_request(by, room.login_options()), somewhere);
  }
  /// The room's way to prove a second factor.
  [[nodiscard]] SecondStep& second_step();
  /// How many mails have gone out whose subject has those words.
  [[nodiscard]] std::size_t mails_of(std::string_view words);
  /// Gives the account a second factor.
  void give_second_factor(const UserId& user, const SessionId& keeps);

 private:
  std::unique_ptr<Store> store_;
  std::unique_ptr<PublicKeyVerifier> keys_;

 public:
  std::unique_ptr<PasskeyStore> rows;
  PasskeyService room;
  coffeeauth::testing::TestAuth t;
};

/// Ada, with a passkey.
struct WithPasskey {
  explicit WithPasskey(const Backend& backend, PasskeyOptions options = usual_options(),
                       std::uint32_t sign_count = 0, bool is_synced = false)
      : w(backend, std::move(options)), ada(w.principal(w.user())) {
    key.sign_count = sign_count;
    if (is_synced) key.flags |= testing::backup_eligible | testing::backed_up;
    const auto added = w.add(ada, key);
    REQUIRE_OK(added);
    passkey = *added;
  }

  World w;
  Principal ada;
  SoftwareAuthenticator key = authenticator();
  Passkey passkey;
};

/// Runs `test` over each kind of Store, in a subcase of its name.
template <class Test>
void on_each_store(Test test) {
  coffeeauth::testing::on_each_backend(backends(), test);
}

}  // namespace coffeeauth::passkeys
