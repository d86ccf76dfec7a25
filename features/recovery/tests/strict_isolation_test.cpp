// What happens once, under SERIALIZABLE: many with one link, each of whom asks again when told to.
#include <algorithm>
#include <string>

#include "features/recovery/tests/change.hpp"
#include "lib/testing/contract/race.hpp"

namespace coffeeauth::recovery {
namespace {

const Backend& strict_backend() {
  const auto& all = backends();
  return *std::find_if(all.begin(), all.end(), [](const Backend& b) { return b.is_serializable; });
}

// As a client is told to by 503. What was made by a try that said so would be nobody's, and counted
// as such.
template <class Ask>
bool wins(Ask ask) {
  constexpr int enough = 1'000;
  for (int tries = 1;; ++tries) {
    try {
      return ask().has_value();
    } catch (const TransactionConflict&) {
      if (tries == enough) throw;
    }
  }
}

template <class Ask>
std::size_t winners(Ask ask) {
  const auto won = testing::race(strict_backend().harness().threads(),
                                 [&](std::size_t i) { return wins([&] { return ask(i); }); });
  return testing::count_of(won, true);
}

TEST_CASE("of many who spend one link under SERIALIZABLE one wins, and its password is the one") {
  for (testing::Rounds rounds{strict_backend().harness()}; rounds.next();) {
    World w{strict_backend()};
    static_cast<void>(w.user());
    const auto token = w.asked_reset();
    const auto chosen = [](std::size_t i) { return "a passphrase of thread " + std::to_string(i); };
    CHECK(winners([&](std::size_t i) {
            return w.recovery.reset(token.clone(), password(chosen(i)), somewhere);
          }) == 1);
    static_cast<void>(World::mail_to(w.mails(), "ada@example.org", "A new password was set"));
    std::size_t good = 0;
    for (std::size_t i = 0; i < strict_backend().harness().threads(); ++i) {
      good += w.can_log_in("ada@example.org", chosen(i)) ? 1 : 0;
      w.t.clock().advance(24h);
    }
    CHECK(good == 1);
  }
}

TEST_CASE("of many who confirm one change under SERIALIZABLE one wins, and of many who undo it") {
  for (testing::Rounds rounds{strict_backend().harness()}; rounds.next();) {
    World w{strict_backend()};
    const Change change{w, "new@example.org"};
    const auto token = change.token("new@example.org");
    CHECK(winners([&](std::size_t) { return w.recovery.confirm_email_change(token, somewhere); }) ==
          1);
    const auto undo =
        World::token_in(World::mail_to(w.mails(), "ada@example.org", "was changed to"), "und_");
    CHECK(winners([&](std::size_t) { return w.recovery.undo_email_change(undo, somewhere); }) == 1);
    static_cast<void>(World::mail_to(w.mails(), "ada@example.org", "has no password now"));
    CHECK(w.auth().users().get(change.ada.user.id).value().email == email("ada@example.org"));
  }
}

TEST_CASE("of a code and a link that confirm one change under SERIALIZABLE one wins") {
  for (testing::Rounds rounds{strict_backend().harness()}; rounds.next();) {
    World w{strict_backend()};
    const Change change{w, "new@example.org"};
    const auto token = change.token("new@example.org");
    const auto code = change.code("new@example.org");
    CHECK(winners([&](std::size_t i) {
            return i % 2 == 0 ? w.recovery.confirm_email_change(token, somewhere)
                              : w.recovery.confirm_email_change(change.who, code, somewhere);
          }) == 1);
    static_cast<void>(World::mail_to(w.mails(), "ada@example.org", "was changed to"));
  }
}

}  // namespace
}  // namespace coffeeauth::recovery
