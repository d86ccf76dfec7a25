#include "lib/sessions/door.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "lib/auth/services.hpp"
#include "lib/sessions/refresh_token.hpp"
#include "lib/users/known_network.hpp"

namespace coffeeauth {
namespace {

NewSession new_session(const Services& s, const PendingLogin& login, const RefreshToken& token) {
  const auto& rules = s.config.tokens;
  const auto now = login.now;
  const auto end = now + rules.refresh_absolute_lifetime;
  return {.session = {.id = token.session(),
                      .user_id = login.user.id,
                      .created_at = now,
                      .last_used_at = now,
                      .idle_expires_at = std::min<UtcTime>(end, now + rules.refresh_idle_lifetime),
                      .expires_at = end,
                      .address = login.client.address,
                      .user_agent = login.client.user_agent,
                      .authenticated_at = now,
                      .methods = words_of(login.done)},
          .refresh_digest = token.digest()};
}

/// An account's first login comes from no new network: it has no other.
std::vector<EventDetail> details_of(const PendingLogin& login, const Arrival& from) {
  if (from.is_familiar || !login.user.last_login) return {};
  return {network_is_new};
}

/// Writes the session with what belongs to it, while the account is what it was.
bool write_session(Services& s, const PendingLogin& login, const Arrival& from,
                   const NewSession& session) {
  return s.transact([&](Transaction& tx) {
    const auto& user = login.user;
    s.forget_after(tx, user.id);
    const auto opened = tx.sessions().open_session(session, user.security_version,
                                                   s.config.tokens.sessions_per_user);
    if (opened.outcome != OpenSessionOutcome::opened) return false;
    if (is_to_be_remembered(s, from.is_familiar)) {
      tx.users().remember_address(user.id, from.address, login.now);
    }
    s.record(tx, {.kind = EventKind::logged_in,
                  .at = login.now,
                  .user = user.id,
                  .session = session.session.id,
                  .client = login.client,
                  .details = details_of(login, from)});
    if (opened.ended > 0) {
      s.record(tx, {.kind = EventKind::session_ended,
                    .at = login.now,
                    .user = user.id,
                    .client = login.client,
                    .count = opened.ended});
    }
    return true;
  });
}

}  // namespace

Result<TokenPair> tokens_of(Result<LoginOutcome> outcome) {
  if (!outcome) return outcome.error();
  if (auto* const tokens = std::get_if<TokenPair>(&*outcome)) return std::move(*tokens);
  return std::get<LoginChallenge>(*outcome).code;
}

Arrival arrival_of(const Services& s, const UserId& user, const ClientContext& client) {
  auto network = rate_limit_network(client.address);
  const auto address = s.vault.address_digest(network);
  const bool is_familiar = knows_network(s, user, network);
  return {.network = std::move(network), .address = address, .is_familiar = is_familiar};
}

std::string words_of(const LoginMethods& methods) {
  std::string words;
  for (const auto& method : methods) {
    words.append(words.empty() ? "" : " ").append(method.word());
  }
  return words;
}

Result<std::optional<LoginChallenge>> ask_steps(const Services& s, const PendingLogin& login) {
  for (auto* const step : s.login_steps) {
    auto asked = step->ask(login);
    if (!asked || *asked) return asked;
  }
  return std::optional<LoginChallenge>{};
}

Result<ReauthenticationOutcome> prove_again(Services& s, const PendingLogin& proof) {
  const auto& session = proof.session.value();
  const auto live = s.transact([&](Transaction& tx) -> Result<LiveSession> {
    if (!tx.sessions().mark_authenticated(session, words_of(proof.done), proof.now)) {
      return ErrorCode::token_invalid;
    }
    s.record(tx, {.kind = EventKind::reauthenticated,
                  .at = proof.now,
                  .user = proof.user.id,
                  .session = session,
                  .client = proof.client});
    auto found = tx.sessions().find_live(session, proof.now);
    // The session outlives a change of its own password, and what was compared may be the old one.
    if (!found || found->user.security_version != proof.user.security_version) {
      return ErrorCode::token_invalid;
    }
    return *std::move(found);
  });
  if (!live) return live.error();
  return ReauthenticationOutcome{Reauthenticated{.access_token = s.tokens.issue(*live),
                                                 .expires_in = s.config.tokens.access_lifetime,
                                                 .authenticated_at = proof.now}};
}

Result<LoginOutcome> open_session(Services& s, const PendingLogin& login, const Arrival& from) {
  auto asked = ask_steps(s, login);
  if (!asked) return asked.error();
  if (*asked) return LoginOutcome{**std::move(asked)};
  auto token =
      RefreshToken::make(SessionId::make(login.now, s.parts.random), s.vault, s.parts.random);
  const auto session = new_session(s, login, token);
  if (!write_session(s, login, from, session)) {
    s.note({.kind = EventKind::login_failed,
            .at = login.now,
            .user = login.user.id,
            .client = login.client});
    return ErrorCode::invalid_credentials;
  }
  s.live_users.opened(session.session.id, login.user.security_version);
  // No cached list is emptied: lists show last_login late, see ListConfig::cache_lifetime.
  s.limits.login_succeeded(login.user.email, from.network);
  if (!from.is_familiar) s.limits.login_succeeded(login.user.email, {});
  auto user = login.user;
  user.last_login = login.now;
  return LoginOutcome{TokenPair{.access_token = s.tokens.issue({session.session, user}),
                                .refresh_token = token.clone_text(),
                                .expires_in = s.config.tokens.access_lifetime}};
}

}  // namespace coffeeauth
