// What many do at once happens once.

#include <algorithm>
#include <string>
#include <vector>

#include "features/second_factor/tests/world.hpp"
#include "lib/testing/contract/race.hpp"

namespace coffeeauth::second_factor {
namespace {

using coffeeauth::testing::count_of;
using coffeeauth::testing::race;
using coffeeauth::testing::Rounds;

/// What one of many was answered: whoever loses a race too often is told by 503 to try again.
template <class Ask>
std::string answered(Ask ask) {
  for (;;) {
    try {
      const Result<Passed> passed = ask();
      return passed ? "session" : std::string{passed.error().code.word()};
    } catch (const TransactionConflict&) {
    }
  }
}

/// More attempts than any policy of a race would let through.
SecondFactorOptions many_attempts() { return {.failures = 100, .failures_stop = 1'000}; }

void right_codes_at_once(const Backend& backend) {
  for (Rounds rounds{backend.harness()}; rounds.next();) {
    World w{backend, many_attempts()};
    const auto ada = w.user();
    const auto app = w.add(w.principal(ada));
    const auto threads = backend.harness().threads();
    std::vector<Secret> tickets;
    for (std::size_t i = 0; i < threads; ++i) tickets.push_back(w.asked());
    const auto code = w.code(app);
    const auto all = race(threads, [&](std::size_t i) {
      return answered([&] { return w.prove(tickets[i], app, code); });
    });
    CHECK(count_of(all, std::string{"session"}) == 1);
    CHECK(w.auth().sessions().list(ada.user.id).size() == 2);
  }
}

TEST_CASE("of many right codes on as many tickets at once one opens a session") {
  on_each_store(right_codes_at_once);
}

TEST_CASE("of many right codes at once under SERIALIZABLE one opens a session") {
  for (const auto& backend : backends()) {
    if (backend.is_serializable) right_codes_at_once(backend);
  }
}

TEST_CASE("of many right codes on one ticket at once one opens a session") {
  on_each_store([](const Backend& backend) {
    for (Rounds rounds{backend.harness()}; rounds.next();) {
      World w{backend, {.ticket_attempts = 10, .failures = 100, .failures_stop = 1'000}};
      const auto app = w.add(w.principal(w.user()));
      const auto ticket = w.asked();
      const auto code = w.code(app);
      const auto all = race(backend.harness().threads(), [&](std::size_t) {
        return answered([&] { return w.prove(ticket, app, code); });
      });
      CHECK(count_of(all, std::string{"session"}) == 1);
    }
  });
}

TEST_CASE("of many uses of one recovery code at once one opens a session") {
  on_each_store([](const Backend& backend) {
    for (Rounds rounds{backend.harness()}; rounds.next();) {
      World w{backend};
      std::vector<std::string> codes;
      const auto principal = w.principal(w.user());
      static_cast<void>(w.add(principal, &codes));
      std::vector<Secret> tickets;
      for (int i = 0; i < 10; ++i) tickets.push_back(w.asked());
      const auto all = race(10, [&](std::size_t i) {
        return answered([&] { return w.prove(tickets[i], codes[0]); });
      });
      CHECK(count_of(all, std::string{"session"}) == 1);
      CHECK(w.room.overview(principal.user).recovery_codes_left == 9);
    }
  });
}

TEST_CASE("of a thousand wrong codes at once ten are compared") {
  on_each_store([](const Backend& backend) {
    for (Rounds rounds{backend.harness()}; rounds.next();) {
      World w{backend, {.ticket_attempts = 10}};
      const auto app = w.add(w.principal(w.user()));
      std::vector<Secret> tickets;
      for (int i = 0; i < 10; ++i) tickets.push_back(w.asked());
      const auto wrong = w.wrong_code(app);
      const auto threads = backend.harness().threads();
      const auto all = race(threads, [&](std::size_t i) {
        return answered([&] { return w.prove(tickets[i % 10], app, wrong); });
      });
      CHECK(count_of(all, std::string{ErrorCode::invalid_code.word()}) ==
            std::min<std::size_t>(10, threads));
      CHECK(count_of(all, std::string{"session"}) == 0);
    }
  });
}

TEST_CASE("of two who remove the last two apps at once, one turns the second factor off") {
  on_each_store([](const Backend& backend) {
    for (Rounds rounds{backend.harness()}; rounds.next();) {
      World w{backend};
      auto principal = w.principal(w.user());
      const auto first = w.add(principal);
      principal = w.renewed(principal);
      const auto second = w.enrol(principal);
      REQUIRE_OK(w.room.confirm(principal, second.id, w.code(second), home));
      const auto removed = race(2, [&](std::size_t i) {
        for (;;) {
          try {
            return w.room.remove(principal, i == 0 ? first.id : second.id, home).has_value();
          } catch (const TransactionConflict&) {
          }
        }
      });
      CHECK(count_of(removed, true) == 2);
      CHECK_FALSE(w.stored(principal.user.id).second_factor);
      CHECK(w.t.events().count(EventKind::second_factor_off) == 1);
    }
  });
}

TEST_CASE("of many who confirm one app at once one does, and the codes are made once") {
  on_each_store([](const Backend& backend) {
    for (Rounds rounds{backend.harness()}; rounds.next();) {
      World w{backend};
      const auto principal = w.principal(w.user());
      const auto app = w.enrol(principal);
      const auto code = w.code(app);
      const auto all = race(backend.harness().threads(), [&](std::size_t) {
        for (;;) {
          try {
            const auto done = w.room.confirm(principal, app.id, code, home);
            return done && done->recovery_codes;
          } catch (const TransactionConflict&) {
          }
        }
      });
      CHECK(count_of(all, true) == 1);
      CHECK(w.room.overview(w.stored(principal.user.id)).recovery_codes_left == 10);
    }
  });
}

}  // namespace
}  // namespace coffeeauth::second_factor
