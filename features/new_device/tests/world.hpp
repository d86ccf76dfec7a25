#pragma once
/// World: a TestAuth with the room, over each Store in turn.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/new_device/new_device.hpp"
#include "coffeeauth/testing/doctest.hpp"
#include "coffeeauth/testing/test_auth.hpp"
#include "tests/contract/room_backends.hpp"

namespace coffeeauth::new_device {

using namespace std::chrono_literals;

using Backend = testing::RoomBackend<DeviceStore>;
[[nodiscard]] const std::vector<Backend>& backends();

using testing::email;
using testing::password;

inline constexpr std::string_view firefox =
    "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0";
inline constexpr std::string_view safari =
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Safari/605.1.15";
inline ClientContext from(std::string_view address, std::string_view user_agent = firefox) {
  return {.address = std::string{address}, .user_agent = std::string{user_agent}};
}

/// An account that has logged in once, from `home`.
class World {
 public:
  explicit World(const Backend& backend, NewDeviceOptions options = {}, Config config = {},
                 std::vector<Feature*> further = {});

  /// Mails to the account so far that tell of a new device.
  [[nodiscard]] std::size_t told();
  [[nodiscard]] Result<LoginOutcome> log_in(const ClientContext& client) {
    return t.auth().sessions().log_in(email("ada@example.org"), password("correct horse battery"),
                                      client);
  }
  /// Logs in, and says how many mails that brought.
  [[nodiscard]] std::size_t told_of(const ClientContext& client);

 private:
  std::unique_ptr<Store> store_;

 public:
  std::unique_ptr<DeviceStore> devices;
  NewDevice room;
  testing::TestAuth t;
  testing::LoggedInUser ada;
};

/// Runs `test` over each kind of Store, in a subcase of its name.
template <class Test>
void on_each_store(Test test) {
  testing::on_each_backend(backends(), test);
}

}  // namespace coffeeauth::new_device
