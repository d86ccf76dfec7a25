// What somebody who is logged in has to prove once more, and what that is worth.

#include <utility>

#include "coffeeauth/session_service.hpp"
#include "lib/auth/services.hpp"
#include "lib/sessions/door.hpp"
#include "lib/sessions/own_password.hpp"
#include "lib/sessions/refresh_token.hpp"
#include "lib/sessions/set_password.hpp"

namespace coffeeauth {
namespace {

/// Whether `next` may take the place of `current`, which is the account's.
Result<void> check_next(Services& s, const User& user, const Password& current,
                        const Password& next) {
  if (equal_in_constant_time(current.expose_secret(), next.expose_secret())) {
    return field_error("new_password", "unchanged", "This is the password that you have.");
  }
  auto strong = s.passwords.check_strength(next, {user.email, user.first_name, user.last_name});
  if (!strong) return for_field("new_password", strong.error());
  return {};
}

}  // namespace

Result<void> check_unchanged(Transaction& transaction, const Principal& principal, UtcTime now) {
  const auto live = transaction.sessions().find_live(principal.session, now);
  if (!live || live->user.id != principal.user.id ||
      live->user.security_version != principal.user.security_version) {
    return ErrorCode::token_invalid;
  }
  return {};
}

Result<ReauthenticationOutcome> SessionService::reauthenticate(const Principal& principal,
                                                               const Password& password,
                                                               const ClientContext& client) {
  s_.tokens.require_signer();
  const auto account = check_own_password(s_, principal.user.id, password, client);
  if (!account) return as_seen_by_owner(account.error());
  LoginMethods done{LoginMethod::password};
  const PendingLogin proof{.user = account->user,
                           .done = done,
                           .client = client,
                           .now = s_.now(),
                           .purpose = LoginPurpose::reauthenticate,
                           .session = principal.session};
  return prove_again(s_, proof);
}

Result<void> SessionService::require_recent(const Principal& principal) {
  const auto now = s_.now();
  const auto live = s_.parts.store.sessions().find_live(principal.session, now);
  if (!live) return ErrorCode::token_invalid;
  if (now - live->session.authenticated_at > s_.config.tokens.reauth_lifetime) {
    return ErrorCode::reauthentication_required;
  }
  if (live->user.second_factor && !has_second_step(methods_in(s_.methods, live->session.methods))) {
    return ErrorCode::reauthentication_required;
  }
  return {};
}

Result<TokenPair> SessionService::change_password(const Principal& principal,
                                                  const Password& current, Password next,
                                                  const ClientContext& client) {
  s_.tokens.require_signer();
  const auto& id = principal.user.id;
  if (const auto proved = require_second_step(s_, principal); !proved) return proved.error();
  const auto account = check_own_password(s_, id, current, client);
  if (!account) return as_seen_by_owner(account.error());
  // Turned on since the principal was read, so that no second step was asked for.
  if (account->user.second_factor != principal.user.second_factor) return ErrorCode::token_invalid;
  if (const auto good = check_next(s_, account->user, current, next); !good) return good.error();
  const auto now = s_.now();
  const NewPassword password{.hash = s_.passwords.hash(next),
                             .keeps_session = principal.session,
                             .expects_password_hash = account->password_hash};
  const auto token = RefreshToken::make(principal.session, s_.vault, s_.parts.random);
  const auto live = s_.transact([&](Transaction& tx) -> Result<LiveSession> {
    const auto changed = set_password(s_, tx, id, password, client);
    if (!changed) {
      // Gone or no longer verified since its password was compared: the session has ended with
      // that.
      const bool raced = changed.error().code == ErrorCode::version_conflict;
      return raced ? changed.error() : Error{ErrorCode::token_invalid};
    }
    auto& sessions = tx.sessions();
    if (!sessions.replace_refresh(principal.session, token.digest(),
                                  s_.config.tokens.refresh_idle_lifetime, now) ||
        (!account->user.second_factor &&
         !sessions.mark_authenticated(principal.session, words_of({LoginMethod::password}), now))) {
      return ErrorCode::token_invalid;
    }
    return *sessions.find_live(principal.session, now);
  });
  if (!live) return live.error();
  s_.live_users.opened(principal.session, live->user.security_version);
  return TokenPair{.access_token = s_.tokens.issue(*live),
                   .refresh_token = token.clone_text(),
                   .expires_in = s_.config.tokens.access_lifetime};
}

}  // namespace coffeeauth
