#pragma once
/// World: a TestAuth with the room, over each Store in turn.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/jobs/worker.hpp"
#include "coffeeauth/sms/testing.hpp"
#include "coffeeauth/sms/text_messages.hpp"
#include "coffeeauth/testing/doctest.hpp"
#include "coffeeauth/testing/test_auth.hpp"
#include "tests/contract/room_backends.hpp"

namespace coffeeauth::sms {

using namespace std::chrono_literals;

using Backend = testing::RoomBackend<BudgetStore>;
[[nodiscard]] const std::vector<Backend>& backends();

[[nodiscard]] inline PhoneNumber number(std::string_view text) {
  return PhoneNumber::parse(text).value();
}
inline ClientContext from(std::string_view address) {
  return {.address = std::string{address}, .user_agent = "tests"};
}

/// A room that may send to Germany and Austria, with one user.
class World {
 public:
  explicit World(const Backend& backend,
                 SmsOptions options = {.prefixes = "+49, +43", .host = "example.org"});

  /// What send() says of a code to that number.
  [[nodiscard]] SmsOutcome send(std::string_view to,
                                const ClientContext& client = from("192.0.2.1"),
                                bool enrols = false);
  /// Delivers what is due.
  void deliver();

 private:
  std::unique_ptr<Store> store_;

 public:
  std::unique_ptr<BudgetStore> budgets;
  TextMessages room;
  testing::TestAuth t;
  testing::LoggedInUser ada;
  RecordingSms phone;
};

/// Runs `test` over each kind of Store, in a subcase of its name.
template <class Test>
void on_each_store(Test test) {
  testing::on_each_backend(backends(), test);
}

}  // namespace coffeeauth::sms
