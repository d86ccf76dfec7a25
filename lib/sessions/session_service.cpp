#include "coffeeauth/session_service.hpp"

#include <algorithm>
#include <utility>

#include "coffeeauth/bearer.hpp"
#include "lib/auth/services.hpp"
#include "lib/sessions/refresh_token.hpp"

namespace coffeeauth {
namespace {

NewSession new_session(const Services& s, const UserId& user, const RefreshToken& token,
                       const ClientContext& client, UtcTime now) {
  const auto& rules = s.config.tokens;
  const auto end = now + rules.refresh_absolute_lifetime;
  return {.session = {.id = token.session(),
                      .user_id = user,
                      .created_at = now,
                      .last_used_at = now,
                      .idle_expires_at = std::min<UtcTime>(end, now + rules.refresh_idle_lifetime),
                      .expires_at = end,
                      .address = client.address,
                      .user_agent = client.user_agent},
          .refresh_digest = token.digest()};
}

/// Stores a hash made with today's parameters. Only a convenience: a login does not fail with it.
void renew_hash(Services& s, const Credentials& found, const Password& password) noexcept {
  try {
    const auto renewed = s.passwords.hash(password);
    s.parts.store.transact([&](Transaction& tx) {
      return tx.users().renew_password_hash(found.user.id, found.password_hash, renewed);
    });
  } catch (const std::exception&) {
    // The next login tries again.
  }
}

/// What a right password still does not open.
Result<void> may_log_in(const User& user) {
  if (!user.is_active) return ErrorCode::account_disabled;
  if (!user.is_verified) return ErrorCode::email_not_verified;
  return {};
}

bool still_stands(const AccessClaims& claims, const User& user) {
  return user.id == claims.subject && user.security_version == claims.version && user.is_active &&
         user.is_verified;
}

}  // namespace

SessionService::SessionService(Services& services) : s_(services) {}

Result<TokenPair> SessionService::log_in(const EmailAddress& email, const Password& password,
                                         const ClientContext& client) {
  const auto now = s_.now();
  auto found = s_.parts.store.users().find_credentials(email);
  const auto known = found ? std::optional{found->user.id} : std::nullopt;
  const auto fail = [&](EventKind kind, Error error) -> Result<TokenPair> {
    s_.emit({.kind = kind, .at = now, .user = known, .client = client});
    return error;
  };

  // The owner must not be locked out by strangers who fail on purpose: an address that has logged
  // in before is counted by itself.
  const auto network = rate_limit_network(client.address);
  const auto address = s_.vault.address_digest(network);
  const bool familiar = s_.parts.store.users().knows_address(known.value_or(UserId{}), address);
  const auto counted_as = familiar ? std::string_view{network} : std::string_view{};
  const auto allowed = s_.limits.begin_login(email, counted_as);
  if (!allowed) return fail(EventKind::login_throttled, allowed.error());

  const auto whose = s_.passwords.check_login(password, email, found);
  if (whose == LoginPassword::sign_ups) {
    // The same whether the sign-up waits for its code or is a decoy of an account.
    return fail(EventKind::login_failed, {ErrorCode::email_not_verified});
  }
  if (!found || whose == LoginPassword::nobodys) {
    return fail(EventKind::login_failed, {ErrorCode::invalid_credentials});
  }
  const auto permitted = may_log_in(found->user);
  if (!permitted) return fail(EventKind::login_failed, permitted.error());
  if (whose == LoginPassword::accounts_needs_rehash) renew_hash(s_, *found, password);

  auto refresh_token =
      RefreshToken::make(SessionId::make(now, s_.parts.random), s_.vault, s_.parts.random);
  const auto session = new_session(s_, found->user.id, refresh_token, client, now);
  const auto opened = s_.transact_on_user(found->user.id, [&](Transaction& tx) {
    const auto outcome = tx.sessions().open_session(session, found->user.security_version);
    if (outcome == OpenSessionOutcome::opened && !familiar) {
      tx.users().remember_address(found->user.id, address, now);
    }
    return outcome;
  });
  if (opened != OpenSessionOutcome::opened) {
    return fail(EventKind::login_failed, {ErrorCode::invalid_credentials});
  }

  s_.limits.login_succeeded(email, counted_as);
  s_.users_changed();  // last_login is part of every list
  found->user.last_login = now;
  s_.emit({.kind = EventKind::logged_in,
           .at = now,
           .user = known,
           .session = session.session.id,
           .client = client});
  return TokenPair{.access_token = s_.tokens.issue({session.session, found->user}),
                   .refresh_token = refresh_token.clone_text(),
                   .expires_in = s_.config.tokens.access_lifetime};
}

Result<TokenPair> SessionService::refresh(std::string_view refresh_token,
                                          const ClientContext& client) {
  const auto presented = RefreshToken::parse(refresh_token, s_.vault);
  if (!presented) return ErrorCode::token_invalid;
  const auto now = s_.now();
  const auto next = RefreshToken::make(presented->session(), s_.vault, s_.parts.random);
  const Rotation rotation{.session = presented->session(),
                          .presented = presented->digest(),
                          .next = next.digest(),
                          .sealed_successor = seal_with(presented->expose_secret(),
                                                        next.expose_secret(), s_.parts.random),
                          .grace = s_.config.tokens.refresh_grace,
                          .idle_lifetime = s_.config.tokens.refresh_idle_lifetime,
                          .now = now};
  const auto result = s_.transact_on_sessions(
      rotation.session, [&](Transaction& tx) { return tx.sessions().rotate_refresh(rotation); });

  const auto emit = [&](EventKind kind) {
    s_.emit({.kind = kind,
             .at = now,
             .user = result.live ? std::optional{result.live->user.id} : std::nullopt,
             .session = presented->session(),
             .client = client});
  };
  Secret successor;
  switch (result.outcome) {
    case RotationOutcome::rotated:
      successor = next.clone_text();
      break;
    case RotationOutcome::replayed: {
      auto opened = open_with(presented->expose_secret(), result.sealed_successor);
      if (!opened) return ErrorCode::token_invalid;
      successor = std::move(*opened);
      break;
    }
    case RotationOutcome::reused:
      emit(EventKind::refresh_token_reused);
      return ErrorCode::token_invalid;
    case RotationOutcome::missing:
      return ErrorCode::token_invalid;
  }
  emit(EventKind::session_refreshed);
  return TokenPair{.access_token = s_.tokens.issue(*result.live),
                   .refresh_token = std::move(successor),
                   .expires_in = s_.config.tokens.access_lifetime};
}

void SessionService::log_out(std::string_view refresh_token, const ClientContext& client) {
  const auto presented = RefreshToken::parse(refresh_token, s_.vault);
  if (!presented) return;
  const bool ended = s_.transact_on_sessions(presented->session(), [&](Transaction& tx) {
    return tx.sessions().end_session(presented->session(), std::nullopt);
  });
  if (!ended) return;
  s_.emit({.kind = EventKind::session_ended,
           .at = s_.now(),
           .session = presented->session(),
           .client = client});
}

Result<Principal> SessionService::authenticate(std::string_view authorization) {
  const auto token = bearer_token(authorization);
  if (!token) return token.error();
  return authorise(*token);
}

Result<Principal> SessionService::authorise(std::string_view access_token) {
  auto verified = s_.tokens.verify(access_token);
  if (!verified) return verified.error();
  const auto& claims = verified->claims();
  const auto now = s_.now();
  auto known = s_.live_users.find(claims.session, claims.subject, now);
  if (known && still_stands(claims, *known)) {
    return Principal{.user = *std::move(known), .session = claims.session};
  }
  // Only the Store may say no: the token can be newer than what is known here.
  const auto reading = s_.live_users.begin(claims.session, claims.subject);
  auto live = s_.parts.store.sessions().find_live(claims.session, now);
  if (!live || !still_stands(claims, live->user)) return ErrorCode::token_invalid;
  s_.live_users.put(reading, *live, now);
  return Principal{.user = std::move(live->user), .session = claims.session};
}

std::vector<Session> SessionService::list(const UserId& user) {
  return s_.parts.store.sessions().list_sessions(user, s_.now());
}

Result<void> SessionService::end(const UserId& user, const SessionId& session,
                                 const ClientContext& client) {
  const bool ended = s_.transact_on_sessions(
      session, [&](Transaction& tx) { return tx.sessions().end_session(session, user); });
  if (!ended) return ErrorCode::not_found;
  s_.emit({.kind = EventKind::session_ended,
           .at = s_.now(),
           .user = user,
           .session = session,
           .client = client});
  return {};
}

std::size_t SessionService::end_others(const UserId& user, const SessionId& current,
                                       const ClientContext& client) {
  const auto ended = s_.transact_on_sessions(
      user, [&](Transaction& tx) { return tx.sessions().end_sessions(user, current); });
  if (ended > 0) {
    s_.emit({.kind = EventKind::session_ended,
             .at = s_.now(),
             .user = user,
             .client = client,
             .count = ended});
  }
  return ended;
}

}  // namespace coffeeauth
