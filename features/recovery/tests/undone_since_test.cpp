// Since when an undone change was under way, and what rooms make of that.
#include <vector>

#include "features/recovery/tests/asker.hpp"

namespace coffeeauth::recovery {
namespace {

/// Changes the address by link, ten minutes after that was asked for; the token that undoes it.
Secret moved_later(World& w, Principal who, std::string_view from, std::string_view to) {
  who.user = w.auth().users().get(who.user.id).value();
  static_cast<void>(w.mails());
  REQUIRE_OK(w.recovery.ask_email_change(who, email(to), somewhere));
  const auto token = World::token_in(World::mail_to(w.mails(), to, "use this address"), "eml_");
  w.t.clock().advance(10min);
  REQUIRE_OK(w.recovery.confirm_email_change(token, somewhere));
  return World::token_in(World::mail_to(w.mails(), from, "was changed to"), "und_");
}

TEST_CASE("an undone change says since when it was under way, and those after it with it") {
  on_each_store([](const Backend& backend) {
    for (const bool first : {true, false}) {
      Asker asker;
      World w{backend, usual_options(), {}, {&asker}};
      const auto who = w.principal(w.user());
      w.t.clock().advance(5min);
      const auto first_asked = w.t.clock().now();
      const auto to_first = moved_later(w, who, "ada@example.org", "second@example.org");
      w.t.clock().advance(5min);
      const auto second_asked = w.t.clock().now();
      const auto to_second = moved_later(w, who, "second@example.org", "third@example.org");
      CHECK(asker.undone_since.empty());
      w.t.clock().advance(1h);
      CHECK_OK(w.recovery.undo_email_change((first ? to_first : to_second).clone(), somewhere));
      CHECK(asker.undone_since == std::vector{first ? first_asked : second_asked});
    }
  });
}

TEST_CASE("of a change that an older program made nothing younger than a day before it stays") {
  const auto& backend = backends().at(1);
  Asker asker;
  World w{backend, usual_options(), {}, {&asker}};
  const auto who = w.principal(w.user());
  const auto undo = moved_later(w, who, "ada@example.org", "new@example.org");
  const auto confirmed = w.t.clock().now();
  auto& store = w.auth().parts().store;
  const auto tickets = backend.rows_over(store);
  store.transact([&](Transaction& tx) {
    const auto rows = tickets->in(tx);
    auto older = rows->list(who.user.id, TicketKind::undo, confirmed).at(0);
    older.asked_at.reset();
    REQUIRE(rows->redeem(TicketKind::undo, older.digest, confirmed));
    rows->put(older);
  });
  w.t.clock().advance(1h);
  CHECK_OK(w.recovery.undo_email_change(undo.clone(), somewhere));
  CHECK(asker.undone_since == std::vector<UtcTime>{confirmed - 24h});
}

TEST_CASE("after an undo the owner's factor is asked for, and a thief's is gone") {
  on_each_store([](const Backend& backend) {
    for (const bool takes : {false, true}) {
      Asker asker;
      asker.takes_factors = takes;
      World w{backend, usual_options(), {}, {&asker}};
      const auto ada = w.user();
      const auto who = w.principal(ada);
      give_factor(w, ada.user.id, who.session);
      const auto undo = moved_later(w, who, "ada@example.org", "thief@example.org");
      const auto back = w.recovery.undo_email_change(undo.clone(), somewhere);
      REQUIRE_OK(back);
      CHECK(back->second_factor != takes);
      const auto mail = World::mail_to(w.mails(), "ada@example.org", "has no password now");
      const auto reset =
          w.recovery.reset(World::token_in(mail, "rst_"), password(new_password), somewhere);
      CHECK(is_done(reset) == takes);
      CHECK(is_asked(reset) == !takes);
    }
  });
}

TEST_CASE("a change of address and its undo open no session") {
  Asker asker;
  World w{backends().front(), usual_options(), {}, {&asker}};
  const auto ada = w.user();
  const auto who = w.principal(ada);
  give_factor(w, ada.user.id, who.session);
  const auto undo = moved_later(w, who, "ada@example.org", "new@example.org");
  CHECK_MESSAGE(w.auth().sessions().list(ada.user.id).size() == 1, "the one that asked");
  CHECK_OK(w.recovery.undo_email_change(undo.clone(), somewhere));
  CHECK(w.auth().sessions().list(ada.user.id).empty());
  CHECK(w.t.events().count(EventKind::logged_in) == 1);
}

}  // namespace
}  // namespace coffeeauth::recovery
