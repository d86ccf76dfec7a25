// What happens once, under SERIALIZABLE: many with one mail, each of whom asks again when told to.
#include <algorithm>

#include "features/email_login/tests/world.hpp"
#include "lib/testing/contract/race.hpp"

namespace coffeeauth::email_login {
namespace {

const Backend& strict_backend() {
  const auto& all = backends();
  return *std::find_if(all.begin(), all.end(), [](const Backend& b) { return b.is_serializable; });
}

// As a client is told to by 503.
bool gets_in(World& w, const LoginProof& proof) {
  constexpr int enough = 1'000;
  for (int tries = 1;; ++tries) {
    try {
      return is_in(w.log_in(proof));
    } catch (const TransactionConflict&) {
      if (tries == enough) throw;
    }
  }
}

TEST_CASE("of many who log in with link or code of one mail under SERIALIZABLE one gets in") {
  auto options = usual_options();
  options.code_attempts = 10;
  for (testing::Rounds rounds{strict_backend().harness()}; rounds.next();) {
    World w{strict_backend(), options};
    static_cast<void>(w.user());
    const auto mail = w.asked();
    const auto won = testing::race(strict_backend().harness().threads(), [&](std::size_t i) {
      return gets_in(w, i % 2 == 0 ? mail.by_link() : mail.by_code());
    });
    CHECK(testing::count_of(won, true) == 1);
  }
}

}  // namespace
}  // namespace coffeeauth::email_login
