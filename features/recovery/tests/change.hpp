#pragma once
/// Change: a change of address that waits.

#include <string_view>
#include <vector>

#include "features/recovery/tests/world.hpp"

namespace coffeeauth::recovery {

/// What World::user() logs in with.
inline constexpr std::string_view first_password = "correct horse battery";

/// Ada, and a change of hers to `next` that waits.
struct Change {
  Change(World& w, std::string_view next) : ada(w.user()), who(w.principal(ada)) {
    static_cast<void>(w.mails());
    REQUIRE(w.recovery.ask_email_change(who, email(next), somewhere));
    mails = w.mails();
  }
  [[nodiscard]] VerificationCode code(std::string_view next) const {
    return VerificationCode::parse(
               World::code_in(World::mail_to(mails, next, "use this address"), 6))
        .value();
  }
  [[nodiscard]] Secret token(std::string_view next) const {
    return World::token_in(World::mail_to(mails, next, "use this address"), "eml_");
  }

  testing::LoggedInUser ada;
  Principal who;
  std::vector<Mail> mails;
};

inline VerificationCode other_than(const VerificationCode& code) {
  return VerificationCode::parse_number(code.expose_secret() == "000000" ? 1 : 0).value();
}

/// Changes the address by link, and gives the undo token that the former one is mailed.
inline Secret moved(World& w, const Principal& who, std::string_view from, std::string_view to) {
  static_cast<void>(w.mails());
  w.t.clock().advance(2min);
  REQUIRE_OK(w.recovery.ask_email_change(who, email(to), somewhere));
  const auto token = World::token_in(World::mail_to(w.mails(), to, "use this address"), "eml_");
  REQUIRE_OK(w.recovery.confirm_email_change(token, somewhere));
  return World::token_in(World::mail_to(w.mails(), from, "was changed to"), "und_");
}

/// The user after a refresh, whose token is good after a change of the account.
inline Principal refreshed(World& w, const testing::LoggedInUser& user) {
  auto& sessions = w.auth().sessions();
  const auto pair = sessions.refresh(user.tokens.refresh_token.expose_secret(), somewhere);
  REQUIRE_OK(pair);
  return sessions.authenticate_token(pair->access_token.expose_secret()).value();
}

}  // namespace coffeeauth::recovery
