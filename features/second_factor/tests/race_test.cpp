// What many do at once happens once.

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "features/second_factor/tests/channels.hpp"
#include "features/second_factor/tests/passed_on.hpp"
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

/// Rows that keep each ticket, however many an account has.
class KeptTickets final : public PassedOn {
 public:
  using PassedOn::PassedOn;
  void put_ticket(const Ticket& ticket, std::size_t /*max_live*/) override {
    rows->put_ticket(ticket, 10'000);
  }
};

class TicketKeeper final : public FactorStore {
 public:
  explicit TicketKeeper(std::unique_ptr<FactorStore> inner) : inner_(std::move(inner)) {}
  std::unique_ptr<Factors> in(Transaction& transaction) override {
    return std::make_unique<KeptTickets>(inner_->in(transaction));
  }

 private:
  std::unique_ptr<FactorStore> inner_;
};

/// The same kind of Store, where of many logins that have begun each can be finished.
Backend keeping_tickets(const Backend& backend) {
  auto kept = backend;
  kept.rows_over = [inner = backend.rows_over](Store& store) -> std::unique_ptr<FactorStore> {
    return std::make_unique<TicketKeeper>(inner(store));
  };
  return kept;
}

std::vector<Secret> many_asked(World& w, std::size_t times) {
  std::vector<Secret> tickets;
  for (std::size_t i = 0; i < times; ++i) tickets.push_back(w.asked());
  return tickets;
}

const std::string invalid_code{ErrorCode::invalid_code.word()};

/// More attempts than any policy of a race would let through.
SecondFactorOptions many_attempts() {
  return {.ticket_attempts = 10, .failures = 100, .failures_stop = 1'000};
}

void right_codes_at_once(const Backend& backend) {
  for (Rounds rounds{backend.harness()}; rounds.next();) {
    World w{keeping_tickets(backend), many_attempts()};
    const auto ada = w.user();
    const auto app = w.add(w.principal(ada));
    const auto threads = backend.harness().threads();
    const auto tickets = many_asked(w, threads);
    const auto code = w.code(app);
    const auto all = race(threads, [&](std::size_t i) {
      return answered([&] { return w.prove(tickets[i], app, code); });
    });
    CHECK(count_of(all, std::string{"session"}) == 1);
    // Whoever is told to try again has an attempt less.
    if (!backend.is_serializable) CHECK(count_of(all, invalid_code) == threads - 1);
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
      World w{keeping_tickets(backend), many_attempts()};
      std::vector<std::string> codes;
      const auto principal = w.principal(w.user());
      static_cast<void>(w.add(principal, &codes));
      const auto threads = backend.harness().threads();
      const auto tickets = many_asked(w, threads);
      const auto all = race(threads, [&](std::size_t i) {
        return answered([&] { return w.prove(tickets[i], codes[0]); });
      });
      CHECK(count_of(all, std::string{"session"}) == 1);
      CHECK(count_of(all, invalid_code) == threads - 1);
      CHECK(w.room.overview(principal.user).recovery_codes_left == 9);
    }
  });
}

/// Sends a thousand wrong codes at once, over these tickets, and checks that ten were compared.
template <class Guess>
void ten_are_compared(const Backend& backend, const std::vector<Secret>& tickets,
                      const Guess& guess) {
  constexpr std::size_t guesses = 1'000;
  const auto threads = backend.harness().threads();
  const auto each = race(threads, [&](std::size_t thread) {
    std::vector<std::string> said;
    for (auto i = thread; i < guesses; i += threads) {
      said.push_back(answered([&] { return guess(i, tickets[i % tickets.size()]); }));
    }
    return said;
  });
  std::vector<std::string> all;
  for (const auto& said : each) all.insert(all.end(), said.begin(), said.end());
  CHECK(count_of(all, invalid_code) == 10);
  CHECK(count_of(all, std::string{ErrorCode::rate_limited.word()}) == guesses - 10);
}

TEST_CASE("of a thousand wrong codes at once ten are compared") {
  on_each_store([](const Backend& backend) {
    for (Rounds rounds{backend.harness()}; rounds.next();) {
      World w{keeping_tickets(backend), {.ticket_attempts = 10}};
      const auto app = w.add(w.principal(w.user()));
      const auto wrong = w.wrong_code(app);
      ten_are_compared(backend, many_asked(w, 125), [&](std::size_t, const Secret& ticket) {
        return w.prove(ticket, app, wrong);
      });
    }
  });
}

TEST_CASE("of a thousand wrong codes of an app and a phone at once ten are compared") {
  on_each_store([](const Backend& backend) {
    Channels channels;
    World w{keeping_tickets(backend),
            {.types = {"totp", "sms"}, .ticket_attempts = 10, .code_attempts_per_day = 1'000},
            {&channels}};
    auto principal = w.principal(w.user());
    const auto app = w.add(principal);
    principal = w.renewed(principal);
    const auto phone =
        w.room.enrol_target(principal, {.type = "sms", .target = "+49 1512 3456789"}, home);
    REQUIRE_OK(phone);
    const auto& sent = channels.phone.sent;
    const Secret code{std::string_view{sent.back().code}};
    REQUIRE_OK(w.room.confirm(principal, phone->id, code, home));
    const auto tickets = many_asked(w, 125);
    for (const auto& ticket : tickets) REQUIRE_OK(w.room.send_code(ticket, phone->id, somewhere));
    const auto wrong = w.wrong_code(app);
    REQUIRE(std::none_of(sent.begin(), sent.end(),
                         [&](const auto& one) { return wrong.expose_secret() == one.code; }));
    ten_are_compared(backend, tickets, [&](std::size_t i, const Secret& ticket) {
      if (i % 2 == 0) return w.prove(ticket, app, wrong);
      return w.room.prove(ticket, FactorCode{.factor = phone->id, .code = wrong.clone()},
                          TrustDevice::no, somewhere);
    });
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
