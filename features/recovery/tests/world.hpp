#pragma once
/// World: a TestAuth with the room, over each Store in turn.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/recovery/contract.hpp"
#include "coffeeauth/recovery/recovery.hpp"
#include "coffeeauth/testing/doctest.hpp"
#include "coffeeauth/testing/test_auth.hpp"
#include "tests/contract/room_backends.hpp"

namespace coffeeauth::recovery {

using namespace std::chrono_literals;

using Backend = testing::RoomBackend<TicketStore>;
[[nodiscard]] const std::vector<Backend>& backends();

inline RecoveryOptions usual_options() { return {.public_url = "https://accounts.example.org"}; }
/// Resets by link and by code.
inline RecoveryOptions with_codes() {
  auto options = usual_options();
  options.reset = ResetBy::both;
  return options;
}

class World {
 public:
  explicit World(const Backend& backend, RecoveryOptions options = usual_options(),
                 Config config = {}, std::vector<Feature*> beside = {});

  [[nodiscard]] Auth& auth() { return t.auth(); }
  /// A verified user, logged in.
  [[nodiscard]] testing::LoggedInUser user(std::string_view address = "ada@example.org") {
    return t.logged_in_user(address);
  }
  [[nodiscard]] Principal principal(const testing::LoggedInUser& user);
  /// The mails that were delivered since the last call.
  [[nodiscard]] std::vector<Mail> mails();
  /// The one mail of these that went to `address` and has `words` in it.
  [[nodiscard]] static Mail mail_to(const std::vector<Mail>& mails, std::string_view address,
                                    std::string_view words);
  /// The token in the link of a mail, of the kind with that prefix.
  [[nodiscard]] static Secret token_in(const Mail& mail, std::string_view prefix);
  /// A run of `count` digits that stands alone.
  [[nodiscard]] static std::string code_in(const Mail& mail, std::size_t count);
  [[nodiscard]] bool can_log_in(std::string_view address, std::string_view password);
  /// Asks for a reset and gives the mail that it brings.
  [[nodiscard]] Mail reset_mail(std::string_view address = "ada@example.org");
  /// Asks for a reset and gives the token that was mailed.
  [[nodiscard]] Secret asked_reset(std::string_view address = "ada@example.org");

 private:
  std::unique_ptr<Store> store_;
  std::unique_ptr<TicketStore> tickets_;

 public:
  Recovery recovery;
  testing::TestAuth t;

 private:
  std::size_t seen_ = 0;
};

using testing::email;
using testing::password;
inline const ClientContext somewhere{.address = "203.0.113.7", .user_agent = "Firefox/130 Linux"};
inline constexpr std::string_view new_password = "a new and longer passphrase";

/// Runs `test` over each kind of Store, in a subcase of its name.
template <class Test>
void on_each_store(Test test) {
  testing::on_each_backend(backends(), test);
}

}  // namespace coffeeauth::recovery
