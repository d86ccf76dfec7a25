#include "lib/sessions/door.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

#include "lib/auth/services.hpp"
#include "lib/sessions/login_codes.hpp"
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

/// What was proved is spent before anything else, or the login is undone.
Result<void> spend(const Within& within, Transaction& tx) {
  return within ? within(tx) : Result<void>{};
}

/// Writes the session with what belongs to it, while the account is what it was.
Result<void> write_session(Services& s, const PendingLogin& login, const Arrival& from,
                           const NewSession& session, const Within& within) {
  return s.transact([&](Transaction& tx) -> Result<void> {
    const auto& user = login.user;
    if (const auto spent = spend(within, tx); !spent) return spent.error();
    s.forget_after(tx, user.id);
    const auto opened = tx.sessions().open_session(session, user.security_version,
                                                   s.config.tokens.sessions_per_user);
    if (opened.outcome != OpenSessionOutcome::opened) return ErrorCode::invalid_credentials;
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
    return {};
  });
}

/// Whether a login may end without (another) second step: the door itself judges, whatever steps
/// there are.
bool lacks_second_step(const PendingLogin& login) {
  if (!login.user.second_factor || has_second_step(login.done)) return false;
  const bool has_waiver = std::any_of(login.done.begin(), login.done.end(), [](const auto& method) {
    return method.use() == MethodUse::waiver;
  });
  return !has_waiver || login.purpose != LoginPurpose::login;
}

/// What a feature promised, or the challenge of a step.
using PromiseOutcome = std::variant<Secret, LoginChallenge>;

Result<PromiseOutcome> keep_promise(Services& s, const PendingLogin& login, const Within& within) {
  auto asked = ask_steps(s, login);
  if (!asked) return asked.error();
  if (*asked) return PromiseOutcome{**std::move(asked)};
  const auto keeper =
      std::find_if(s.purposes.begin(), s.purposes.end(),
                   [&](const ProtectedPurpose* one) { return one->purpose() == login.purpose; });
  // Its feature has been left out since.
  if (keeper == s.purposes.end()) return ErrorCode::token_invalid;
  auto kept = s.transact([&](Transaction& tx) -> Result<Secret> {
    if (const auto spent = spend(within, tx); !spent) return spent.error();
    const auto present = tx.users().find(login.user.id);
    if (!present || !present->is_active || !present->is_verified ||
        present->security_version != login.user.security_version) {
      return ErrorCode::token_invalid;
    }
    return (*keeper)->keep(tx, *present, login.subject);
  });
  if (!kept) return kept.error();
  return PromiseOutcome{*std::move(kept)};
}

/// The outcome of one purpose as that of any.
template <class Outcome>
Result<ContinuedOutcome> widened(Result<Outcome> outcome) {
  if (!outcome) return outcome.error();
  return std::visit([](auto& one) { return ContinuedOutcome{std::move(one)}; }, *outcome);
}

}  // namespace

Arrival arrival_of(const Services& s, const UserId& user, const ClientContext& client) {
  auto network = rate_limit_network(client.address);
  const auto address = s.vault.address_digest(network);
  const bool is_familiar = knows_network(s, user, network);
  return {.network = std::move(network), .address = address, .is_familiar = is_familiar};
}

Result<std::optional<LoginChallenge>> ask_steps(const Services& s, const PendingLogin& login) {
  for (auto* const step : s.login_steps) {
    auto asked = step->ask(login);
    if (!asked || *asked) return asked;
  }
  if (lacks_second_step(login)) return ErrorCode::second_factor_required;
  return std::optional<LoginChallenge>{};
}

Result<void> require_second_step(Services& s, const Principal& principal) {
  if (!principal.user.second_factor) return {};
  return s.sessions.require_recent(principal);
}

Result<ReauthenticationOutcome> prove_again(Services& s, const PendingLogin& proof,
                                            const Within& within) {
  auto asked = ask_steps(s, proof);
  if (!asked) return asked.error();
  if (*asked) return ReauthenticationOutcome{**std::move(asked)};
  const auto& session = proof.session.value();
  const auto live = s.transact([&](Transaction& tx) -> Result<LiveSession> {
    if (const auto spent = spend(within, tx); !spent) return spent.error();
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
    if (!found || found->user.id != proof.user.id ||
        found->user.security_version != proof.user.security_version) {
      return ErrorCode::token_invalid;
    }
    return *std::move(found);
  });
  if (!live) return live.error();
  return ReauthenticationOutcome{Reauthenticated{.access_token = s.tokens.issue(*live),
                                                 .expires_in = s.config.tokens.access_lifetime,
                                                 .authenticated_at = proof.now}};
}

Result<LoginOutcome> open_session(Services& s, const PendingLogin& login, const Arrival& from,
                                  const Within& within) {
  auto asked = ask_steps(s, login);
  if (!asked) return asked.error();
  if (*asked) return LoginOutcome{**std::move(asked)};
  auto token =
      RefreshToken::make(SessionId::make(login.now, s.parts.random), s.vault, s.parts.random);
  const auto session = new_session(s, login, token);
  if (const auto written = write_session(s, login, from, session, within); !written) {
    s.note({.kind = EventKind::login_failed,
            .at = login.now,
            .user = login.user.id,
            .client = login.client});
    return written.error();
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

Result<ContinuedOutcome> continue_login(Services& s, const ContinuedLogin& asked,
                                        const ClientContext& client) {
  s.tokens.require_signer();
  const auto found = s.parts.store.users().find(asked.user);
  if (!found) return ErrorCode::not_found;
  if (const auto permitted = may_log_in(*found); !permitted) return permitted.error();
  if (asked.expects_security_version &&
      *asked.expects_security_version != found->security_version) {
    return ErrorCode::token_invalid;
  }
  auto done = asked.done;
  const PendingLogin login{.user = *found,
                           .done = done,
                           .client = client,
                           .now = s.now(),
                           .purpose = asked.purpose,
                           .subject = asked.subject,
                           .session = asked.session,
                           .device_token = asked.device_token};
  if (login.purpose == LoginPurpose::login) {
    return widened(open_session(s, login, arrival_of(s, found->id, client), asked.within));
  }
  if (login.purpose == LoginPurpose::reauthenticate) {
    if (!login.session) throw std::invalid_argument("coffeeauth: no session authenticates again");
    return widened(prove_again(s, login, asked.within));
  }
  return widened(keep_promise(s, login, asked.within));
}

}  // namespace coffeeauth
