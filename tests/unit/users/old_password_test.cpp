// A password that is changed while it is being compared is the old one from then on.
#include "fixture.hpp"

using namespace coffeeauth;

namespace {

/// Runs `act` with the owner's change of the password before its n-th call of the Store, for each
/// call before its transaction; gives it the session, and whether the change was made.
void changed_in_between(
    const std::function<void(Fixture&, const Principal&, const bool& changed)>& act) {
  constexpr std::size_t calls_before = 3;
  for (std::size_t n = 1; n <= calls_before; ++n) {
    CAPTURE(n);
    Fixture f;
    f.verified_user("ada@example.org");
    const auto principal = f.who(f.log_in("ada@example.org").value()).value();
    bool changed = false;
    f.t.faults().slow_call(n, [&] {
      changed = f.auth()
                    .sessions()
                    .change_password(principal, password(good), password(other_good), f.client)
                    .has_value();
    });
    act(f, principal, changed);
    CHECK(changed);
  }
}

}  // namespace

TEST_CASE("the old password renews no session that outlived its change") {
  changed_in_between([](Fixture& f, const Principal& principal, const bool&) {
    const auto proved = f.auth().sessions().reauthenticate(principal, password(good), f.client);
    if (!proved) return;
    const auto& access = std::get<Reauthenticated>(*proved).access_token;
    // Made before the change it is dead; after it there is none.
    const bool is_changed =
        !f.auth().sessions().log_in(email("ada@example.org"), password(good), f.client);
    const bool is_good = f.auth().sessions().authenticate_token(access.expose_secret()).has_value();
    CHECK(is_good == !is_changed);
  });
}

TEST_CASE("the old password deletes no account whose password was changed") {
  changed_in_between([](Fixture& f, const Principal& principal, const bool& changed) {
    const auto deleted =
        f.auth().users().delete_account(principal.user.id, password(good), f.client);
    CHECK_FALSE((changed && deleted));
    if (changed) CHECK_ERROR(deleted, ErrorCode::invalid_credentials);
  });
}
