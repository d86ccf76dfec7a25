// How often codes are guessed at, and what a code of one address is for another.

#include <atomic>

#include "features/recovery/tests/change.hpp"
#include "features/recovery/tests/passed_on.hpp"
#include "lib/testing/contract/race.hpp"

namespace coffeeauth::recovery {
namespace {

Result<std::optional<LoginChallenge>> reset_with(World& w, std::string_view digits) {
  return w.recovery.reset(ResetCode{email("ada@example.org"), Secret{digits}},
                          password(new_password), somewhere);
}

std::string wrong_for(const std::string& code) {
  return code == "00000000" ? "00000001" : "00000000";
}

/// The rows of another TicketStore; counts the guesses that may be compared.
class CountedTickets final : public TicketStore {
 public:
  CountedTickets(std::unique_ptr<TicketStore> inner, std::atomic<std::size_t>& compared)
      : inner_(std::move(inner)), compared_(compared) {}
  std::unique_ptr<Tickets> in(Transaction& transaction) override {
    return std::make_unique<Rows>(inner_->in(transaction), transaction, compared_);
  }

 private:
  class Rows final : public PassedOn {
   public:
    Rows(std::unique_ptr<Tickets> inner, Transaction& tx, std::atomic<std::size_t>& compared)
        : PassedOn(std::move(inner)), tx_(tx), compared_(compared) {}
    std::optional<Ticket> count_guess(const UserId& user, TicketKind kind,
                                      const GuessLimits& limits, UtcTime now) override {
      auto ticket = PassedOn::count_guess(user, kind, limits, now);
      if (ticket) {
        // A try of the transaction that loses a conflict compares nothing.
        tx_.at_end([&counted = compared_](TransactionEnd end) {
          if (end != TransactionEnd::rolled_back) ++counted;
        });
      }
      return ticket;
    }

   private:
    Transaction& tx_;
    std::atomic<std::size_t>& compared_;
  };

  std::unique_ptr<TicketStore> inner_;
  std::atomic<std::size_t>& compared_;
};

/// The rows of another TicketStore; counts the changes of address that are dropped, and those of
/// them that are dropped by a transaction that has changed the account before.
class OrderedTickets final : public TicketStore {
 public:
  struct Seen {
    std::atomic<std::size_t> drops{0};
    std::atomic<std::size_t> late{0};
  };
  OrderedTickets(std::unique_ptr<TicketStore> inner, Seen& seen)
      : inner_(std::move(inner)), seen_(seen) {}
  std::unique_ptr<Tickets> in(Transaction& transaction) override {
    return std::make_unique<Rows>(inner_->in(transaction), transaction, seen_);
  }

 private:
  class Rows final : public PassedOn {
   public:
    Rows(std::unique_ptr<Tickets> inner, Transaction& tx, Seen& seen)
        : PassedOn(std::move(inner)), tx_(tx), seen_(seen), at_first_(version()) {}
    std::size_t drop(const UserId& user, TicketKind kind, std::int64_t from) override {
      if (kind == TicketKind::email_change) {
        ++seen_.drops;
        if (version() != at_first_) ++seen_.late;
      }
      return PassedOn::drop(user, kind, from);
    }

   private:
    [[nodiscard]] std::int64_t version() const {
      const auto ada = tx_.users().find_credentials(email("ada@example.org"));
      return ada ? ada->user.security_version : 0;
    }

    Transaction& tx_;
    Seen& seen_;
    std::int64_t at_first_;
  };

  std::unique_ptr<TicketStore> inner_;
  Seen& seen_;
};

TEST_CASE("a reset drops the change that waits before it holds the account, as a guess does") {
  OrderedTickets::Seen seen;
  auto ordered = backends().front();
  ordered.rows_over = [&](Store& store) {
    return std::make_unique<OrderedTickets>(backends().front().rows_over(store), seen);
  };
  World w{ordered};
  const Change change{w, "new@example.org"};
  CHECK_OK(w.recovery.reset(w.asked_reset(), password(new_password), somewhere));
  CHECK(seen.drops == 1);
  CHECK(seen.late == 0);
}

TEST_CASE("of a thousand wrong reset codes at once five are compared") {
  on_each_store([](const Backend& backend) {
    std::atomic<std::size_t> compared{0};
    auto counted = backend;
    counted.rows_over = [&](Store& store) {
      return std::make_unique<CountedTickets>(backend.rows_over(store), compared);
    };
    World w{counted, with_codes()};
    static_cast<void>(w.user());
    const auto mail = w.reset_mail();
    const auto code = World::code_in(mail, 8);
    const auto wrong = wrong_for(code);
    constexpr std::size_t each = 1'024 / testing::race_threads;
    const auto refused = testing::race(testing::race_threads, [&](std::size_t) {
      std::size_t count = 0;
      for (std::size_t n = 0; n < each; ++n) {
        const auto done = reset_with(w, wrong);
        count += !done && done.error().code == ErrorCode::invalid_code ? 1 : 0;
      }
      return count;
    });
    CHECK(testing::count_of(refused, each) == testing::race_threads);
    CHECK(compared == 5);
    CHECK_ERROR(reset_with(w, code), ErrorCode::invalid_code);
    CHECK(compared == 5);
    CHECK_OK(w.recovery.reset(World::token_in(mail, "rst_"), password(new_password), somewhere));
  });
}

TEST_CASE("codes of resets and of changes share the guesses of a day") {
  on_each_store([](const Backend& backend) {
    Config config;
    config.codes.guesses_per_day = 5;
    World w{backend, with_codes(), config};
    const Change change{w, "new@example.org"};
    const auto right = change.code("new@example.org");
    for (int i = 0; i < 4; ++i) {
      CHECK_ERROR(w.recovery.confirm_email_change(change.who, other_than(right), somewhere),
                  ErrorCode::invalid_code);
    }
    const auto mail = w.reset_mail();
    CHECK_ERROR(reset_with(w, wrong_for(World::code_in(mail, 8))), ErrorCode::invalid_code);
    CHECK_ERROR(reset_with(w, World::code_in(mail, 8)), ErrorCode::invalid_code);
    CHECK_ERROR(w.recovery.confirm_email_change(change.who, right, somewhere),
                ErrorCode::invalid_code);

    w.t.clock().advance(1h);
    const auto later = w.reset_mail();
    CHECK_MESSAGE(!reset_with(w, World::code_in(later, 8)), "a new code brings no new guesses");
    w.t.clock().advance(23h);
    const auto next_day = w.reset_mail();
    CHECK_OK(reset_with(w, World::code_in(next_day, 8)));
  });
}

TEST_CASE("a code that was mailed to one address confirms no other") {
  on_each_store([](const Backend& backend) {
    World w{backend};
    const Change change{w, "a@example.org"};
    const auto code = change.code("a@example.org");
    w.t.clock().advance(61s);
    CHECK_OK(w.recovery.ask_email_change(change.who, email("b@example.org"), somewhere));
    CHECK_ERROR(w.recovery.confirm_email_change(change.who, code, somewhere),
                ErrorCode::invalid_code);
    CHECK_ERROR(w.recovery.confirm_email_change(change.token("a@example.org"), somewhere),
                invalid_link);

    const auto bob = w.t.logged_in_user("bob@example.org");
    CHECK_OK(w.recovery.ask_email_change(w.principal(bob), email("a@example.org"), somewhere));
    CHECK_MESSAGE(!w.recovery.confirm_email_change(w.principal(bob), code, somewhere),
                  "nor the same one for somebody else");
    CHECK(w.auth().admin().get_user(change.ada.user.id)->email == email("ada@example.org"));
    CHECK(w.auth().admin().get_user(bob.user.id)->email == email("bob@example.org"));
  });
}

TEST_CASE("of 64 confirms of two changes to two addresses at once, the one that waits is made") {
  on_each_store([](const Backend& backend) {
    for (testing::Rounds rounds{backend.harness()}; rounds.next();) {
      World w{backend};
      const Change first{w, "a@example.org"};
      const auto code_a = first.code("a@example.org");
      const auto link_a = first.token("a@example.org");
      w.t.clock().advance(61s);
      REQUIRE_OK(w.recovery.ask_email_change(first.who, email("b@example.org"), somewhere));
      const auto mail = World::mail_to(w.mails(), "b@example.org", "use this address");
      const auto code_b = VerificationCode::parse(World::code_in(mail, 6)).value();
      const auto link_b = World::token_in(mail, "eml_");

      const auto won = testing::race(testing::race_threads, [&](std::size_t i) {
        switch (i % 4) {
          case 0:
            return w.recovery.confirm_email_change(first.who, code_a, somewhere).has_value();
          case 1:
            return w.recovery.confirm_email_change(link_a, somewhere).has_value();
          case 2:
            return w.recovery.confirm_email_change(first.who, code_b, somewhere).has_value();
          default:
            return w.recovery.confirm_email_change(link_b, somewhere).has_value();
        }
      });
      CHECK(testing::count_of(won, true) == 1);
      for (std::size_t i = 0; i < won.size(); ++i) CHECK_FALSE((won[i] && i % 4 < 2));
      CHECK(w.auth().admin().get_user(first.ada.user.id)->email == email("b@example.org"));
    }
  });
}

TEST_CASE("a change that is asked for while the one before is confirmed has its own code alone") {
  on_each_store([](const Backend& backend) {
    for (testing::Rounds rounds{backend.harness()}; rounds.next();) {
      World w{backend};
      const Change first{w, "a@example.org"};
      const auto code_a = first.code("a@example.org");
      const auto link_a = first.token("a@example.org");
      w.t.clock().advance(61s);
      const auto won = testing::race(testing::race_threads, [&](std::size_t i) {
        if (i % 2 == 0) {
          static_cast<void>(
              w.recovery.ask_email_change(first.who, email("b@example.org"), somewhere));
          return false;
        }
        return i % 4 == 1
                   ? w.recovery.confirm_email_change(first.who, code_a, somewhere).has_value()
                   : w.recovery.confirm_email_change(link_a, somewhere).has_value();
      });
      const auto wins = testing::count_of(won, true);
      CHECK(wins <= 1);
      const auto address = [&] { return w.auth().admin().get_user(first.ada.user.id)->email; };
      CHECK(address() == email(wins == 1 ? "a@example.org" : "ada@example.org"));
      if (wins == 1) continue;
      const auto mail = World::mail_to(w.mails(), "b@example.org", "use this address");
      CHECK_OK(w.recovery.confirm_email_change(World::token_in(mail, "eml_"), somewhere));
      CHECK(address() == email("b@example.org"));
    }
  });
}

TEST_CASE("many accounts get no more guesses at the codes of one address") {
  auto options = usual_options();
  options.target_guesses = {3, 24h};
  World w{backends().front(), options};
  const auto guess = [&](const Principal& who, std::string_view code) {
    return w.recovery.confirm_email_change(who, VerificationCode::parse(code).value(), somewhere);
  };
  const auto asked = [&](std::string_view address) {
    const auto who = w.principal(w.user(address));
    static_cast<void>(w.mails());
    REQUIRE_OK(w.recovery.ask_email_change(who, email("new@example.org"), somewhere));
    return who;
  };
  const auto one = asked("one@example.org");
  const auto two = asked("two@example.org");
  const auto code =
      World::code_in(World::mail_to(w.mails(), "new@example.org", "use this address"), 6);
  const std::string_view wrong = code == "000000" ? "000001" : "000000";
  for (int i = 0; i < 2; ++i) CHECK_ERROR(guess(one, wrong), ErrorCode::invalid_code);
  CHECK_ERROR(guess(two, wrong), ErrorCode::invalid_code);
  CHECK_ERROR(guess(two, code), ErrorCode::rate_limited);
  w.t.clock().advance(25h);
  const auto later = asked("three@example.org");
  CHECK_ERROR(guess(later, wrong), ErrorCode::invalid_code);
}

}  // namespace
}  // namespace coffeeauth::recovery
