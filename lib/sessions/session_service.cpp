#include "coffeeauth/session_service.hpp"

#include <algorithm>
#include <utility>

#include "coffeeauth/bearer.hpp"
#include "lib/auth/services.hpp"
#include "lib/sessions/door.hpp"
#include "lib/sessions/login_codes.hpp"
#include "lib/sessions/refresh_token.hpp"

namespace coffeeauth {
namespace {

/// Stores a hash made with today's parameters. Only a convenience: a login does not fail with it.
///
/// Not while sign-ups are kept: they are compared in the account's salt and parameters, and would
/// tell by 401 that it is one from then on. The clean-up takes them, and the next login renews.
void renew_hash(Services& s, const Credentials& found, const Password& password) noexcept {
  if (!found.sign_ups.empty()) return;
  try {
    const auto renewed = s.passwords.hash(password);
    s.parts.store.transact([&](Transaction& tx) {
      return tx.users().renew_password_hash(found.user.id, found.password_hash, renewed);
    });
  } catch (...) {  // an embedder's Store or hasher
    // The next login tries again.
  }
}

bool is_accounts_password(LoginPassword matched) {
  return matched == LoginPassword::matches_account ||
         matched == LoginPassword::matches_account_needs_rehash;
}

std::optional<EventKind> event_of(RotationOutcome outcome) {
  switch (outcome) {
    case RotationOutcome::rotated:
    case RotationOutcome::replayed:
      return EventKind::session_refreshed;
    case RotationOutcome::reused:
      return EventKind::refresh_token_reused;
    case RotationOutcome::missing:
      break;
  }
  return std::nullopt;
}

bool still_stands(const AccessClaims& claims, const User& user) {
  return user.id == claims.subject && user.security_version == claims.version && user.is_active &&
         user.is_verified;
}

}  // namespace

SessionService::SessionService(Services& services) : s_(services) {}

/// One attempt to log in.
class SessionService::Login {
 public:
  Login(Services& services, const EmailAddress& email, const ClientContext& client,
        const LoginOptions& options)
      : s_(services),
        email_(email),
        client_(client),
        options_(options),
        now_(services.now()),
        found_(services.parts.store.users().find_credentials(email)),
        from_(arrival_of(services, found_ ? found_->user.id : UserId{}, client)) {}

  Result<LoginOutcome> by_password(const Password& password);
  Result<LoginOutcome> by_code(const Password& password, const VerificationCode& code);

 private:
  LoginPassword compare(const Password& password) {
    return s_.passwords.check_login(password, email_, found_);
  }
  bool is_right(LoginPassword matched) const { return found_ && is_accounts_password(matched); }
  Result<LoginOutcome> judge(const Password& password, UtcTime since, const Result<void>& told);
  /// What a failure is answered that was `told` so when it began.
  Result<void> answer_failure(const Result<void>& told, UtcTime since) {
    auto answer = s_.limits.login_failed(email_, from_.network, since);
    return answer ? told : answer;
  }
  Result<LoginOutcome> refuse(LoginPassword matched, Result<void> answer) const;
  bool spend(const VerificationCode& code, bool password_is_right);
  Result<LoginOutcome> open(LoginMethods done) const;
  Result<LoginOutcome> fail(EventKind kind, Error error) const {
    s_.note({.kind = kind,
             .at = now_,
             .user = found_ ? std::optional{found_->user.id} : std::nullopt,
             .client = client_});
    return error;
  }

  Services& s_;
  const EmailAddress& email_;
  const ClientContext& client_;
  const LoginOptions& options_;
  const UtcTime now_;
  std::optional<Credentials> found_;
  const Arrival from_;
};

/// An attempt counts twice: for all the world, so that guesses from many networks add up, and for
/// its network. Where the account has logged in before, only the second bars its password:
/// strangers who fail on purpose must not lock the owner out. What a wrong password is answered
/// depends on both counts everywhere, on no login, and the hash is always paid for: whoever shares
/// a network with somebody must not find out by failing whether they have an account, or log in.
Result<LoginOutcome> SessionService::Login::by_password(const Password& password) {
  const auto since = s_.now();
  const auto own = s_.limits.begin_login(email_, from_.network);
  const auto shared =
      own && !from_.is_familiar ? s_.limits.begin_login(email_, {}) : Result<void>{};
  const auto& bar = own ? shared : own;
  // Before the password is compared: a wait that goes on now may be over after it.
  const auto told = s_.limits.check_failure(email_, from_.network);
  try {
    if (bar) return judge(password, since, told);
    // Answered as a wrong one: who is barred must not learn that it was right. Not before the
    // password is compared: those for whom the bars were closed are then counted mostly, and who
    // had the right one is not told that it was wrong.
    const auto matched = compare(password);
    // Only logins that stopped before a second step close the bars alone. A right password is told
    // to wait then: as long as wrong ones by now, so that it does not stand out among many guesses.
    if (told && is_right(matched) && found_->user.second_factor) {
      const auto still = s_.limits.check_failure(email_, from_.network);
      return fail(EventKind::login_throttled, still ? bar.error() : still.error());
    }
    return refuse(matched, answer_failure(told, since));
  } catch (const Unavailable&) {
    // The password was not compared (a full queue), or it was right. Ten such answers must not make
    // its owner wait.
    if (own) s_.limits.login_not_judged(email_, from_.network);
    if (bar && !from_.is_familiar) s_.limits.login_not_judged(email_, {});
    throw;
  }
}

/// Throws Unavailable only where the password has not been found wrong.
Result<LoginOutcome> SessionService::Login::judge(const Password& password, UtcTime since,
                                                  const Result<void>& told) {
  const auto matched = compare(password);
  if (!is_right(matched)) {
    auto answer = answer_failure(told, since);
    // Its wait, if it opens one, ends with the answer's.
    if (from_.is_familiar) static_cast<void>(s_.limits.begin_login(email_, {}));
    return refuse(matched, std::move(answer));
  }
  const auto permitted = may_log_in(found_->user);
  if (!permitted) {
    // It stays counted, and what is counted is counted for the answers too.
    static_cast<void>(s_.limits.login_failed(email_, from_.network, since));
    return fail(EventKind::login_failed, permitted.error());
  }
  if (matched == LoginPassword::matches_account_needs_rehash) renew_hash(s_, *found_, password);
  // Where a second step is asked for, the attempt stays counted in the bars until that is taken.
  // Not in the answers: no login clears those, and strangers would see by failing who logs in.
  return open({LoginMethod::password});
}

Result<LoginOutcome> SessionService::Login::refuse(LoginPassword matched,
                                                   Result<void> answer) const {
  if (!answer) return fail(EventKind::login_throttled, answer.error());
  // The same whether the sign-up waits for its code or is a decoy of an account.
  return fail(EventKind::login_failed,
              {matched == LoginPassword::matches_sign_up ? ErrorCode::email_not_verified
                                                         : ErrorCode::invalid_credentials});
}

/// Nothing is counted for the account where neither is right; a right one of the two counts at the
/// code, of which only few are compared, so that no answer tells which it was.
Result<LoginOutcome> SessionService::Login::by_code(const Password& password,
                                                    const VerificationCode& code) {
  const bool right = is_right(compare(password)) && may_log_in(found_->user).has_value();
  if (spend(code, right)) return open({LoginMethod::password, LoginMethod::email_code});
  return fail(right ? EventKind::login_code_rejected : EventKind::login_failed,
              {ErrorCode::invalid_credentials});
}

/// Only whoever has the password or reads the mailbox can use up the guesses; the statements are
/// the same for others.
bool SessionService::Login::spend(const VerificationCode& code, bool password_is_right) {
  const auto nobody = UserId::make(now_, s_.parts.random);
  const auto user = found_ ? found_->user.id : nobody;
  const LoginGuess guess{.digest = s_.vault.login_code_guess(user, email_, code),
                         .password_is_right = password_is_right};
  const GuessLimits limits{.per_code = s_.config.codes.attempts,
                           .per_day = s_.config.codes.guesses_per_day};
  return s_.transact([&](Transaction& tx) {
    take_turn(s_, tx, email_, now_);
    return tx.sessions().try_login_code(user, guess, limits, now_);
  });
}

Result<LoginOutcome> SessionService::Login::open(LoginMethods done) const {
  const auto& token = options_.device_token;
  return open_session(s_,
                      {.user = found_->user,
                       .done = done,
                       .client = client_,
                       .now = now_,
                       .device_token = token.empty() ? nullptr : &token},
                      from_);
}

Result<LoginOutcome> SessionService::log_in(const EmailAddress& email, const Password& password,
                                            const ClientContext& client,
                                            const LoginOptions& options) {
  s_.tokens.require_signer();
  return Login{s_, email, client, options}.by_password(password);
}

Result<LoginOutcome> SessionService::log_in(const EmailAddress& email, const Password& password,
                                            const VerificationCode& code,
                                            const ClientContext& client,
                                            const LoginOptions& options) {
  s_.tokens.require_signer();
  return Login{s_, email, client, options}.by_code(password, code);
}

CodeReceipt SessionService::send_login_code(const EmailAddress& email,
                                            const ClientContext& client) {
  const auto found = s_.parts.store.users().find_credentials(email);
  return mail_login_code(s_, email, found, LoginCodeBudget::anybodys, client);
}

CodeReceipt SessionService::send_login_code(const EmailAddress& email, const Password& password,
                                            const ClientContext& client) {
  const auto found = s_.parts.store.users().find_credentials(email);
  const bool right = is_accounts_password(s_.passwords.check_login(password, email, found));
  const auto budget = right ? LoginCodeBudget::password_holders : LoginCodeBudget::anybodys;
  return mail_login_code(s_, email, found, budget, client);
}

Result<TokenPair> SessionService::refresh(std::string_view refresh_token,
                                          const ClientContext& client) {
  // Before the token is looked at: with another secret key a good one looks forged.
  s_.tokens.require_signer();
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
  const auto result = s_.transact([&](Transaction& tx) {
    s_.forget_after(tx, rotation.session);
    auto done = tx.sessions().rotate_refresh(rotation);
    if (const auto kind = event_of(done.outcome)) {
      s_.record(tx, {.kind = *kind,
                     .at = now,
                     .user = done.live ? std::optional{done.live->user.id} : std::nullopt,
                     .session = presented->session(),
                     .client = client});
    }
    return done;
  });

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
    case RotationOutcome::missing:
      return ErrorCode::token_invalid;
  }
  s_.live_users.opened(presented->session(), result.live->user.security_version);
  return TokenPair{.access_token = s_.tokens.issue(*result.live),
                   .refresh_token = std::move(successor),
                   .expires_in = s_.config.tokens.access_lifetime};
}

void SessionService::log_out(std::string_view refresh_token, const ClientContext& client) {
  const auto presented = RefreshToken::parse(refresh_token, s_.vault);
  if (!presented) return;
  s_.transact([&](Transaction& tx) {
    s_.forget_after(tx, presented->session());
    if (!tx.sessions().end_session(presented->session(), std::nullopt)) return;
    s_.record(
        tx, {.kind = EventKind::session_ended, .session = presented->session(), .client = client});
  });
}

Result<Principal> SessionService::authenticate(std::string_view authorization, Gates gates) {
  const auto token = bearer_token(authorization);
  if (!token) return token.error();
  return authenticate_token(*token, gates);
}

Result<Principal> SessionService::authenticate(std::string_view authorization,
                                               const ClientContext& client, Gates gates) {
  const auto token = bearer_token(authorization);
  if (!token) return token.error();
  return authenticate_token(*token, client.address, gates);
}

Result<Principal> SessionService::authenticate_token(std::string_view access_token, Gates gates) {
  return check(access_token, std::nullopt, gates);
}

Result<Principal> SessionService::authenticate_token(std::string_view access_token,
                                                     std::string_view from, Gates gates) {
  return check(access_token, from, gates);
}

Result<Principal> SessionService::check(std::string_view access_token,
                                        std::optional<std::string_view> from, Gates gates) {
  auto principal = identify(access_token, from);
  if (!principal || gates == Gates::open) return principal;
  if (const auto passed = pass_gates(principal->user); !passed) return passed.error();
  return principal;
}

Result<void> SessionService::pass_gates(const User& user) {
  for (auto* const gate : s_.gates) {
    if (auto passed = gate->pass(user); !passed) return passed;
  }
  return {};
}

Result<Principal> SessionService::identify(std::string_view access_token,
                                           std::optional<std::string_view> from) {
  auto verified = s_.tokens.verify(access_token);
  if (!verified) return verified.error();
  const auto& claims = verified->claims();
  const auto now = s_.now();
  auto known = s_.live_users.find(claims.session, claims.subject, now);
  if (known && still_stands(claims, *known)) {
    return Principal{.user = *std::move(known), .session = claims.session, .claims = claims.extra};
  }
  // Only the Store may say no: the token can be newer than what is known here. Once it has said so
  // it need not be asked again, since nothing brings an ended session or an old version back; and
  // however many dead tokens there are, it is asked about few of them. What was live here is no
  // stranger's, and not to suffer for what its neighbours behind one address send.
  const bool was_live = s_.live_users.was_live(claims.session, claims.version);
  if (from && !was_live) {
    const auto may_ask = s_.limits.may_look_up_token(*from);
    if (!may_ask) return may_ask.error();
  }
  const auto reading = s_.live_users.begin(claims.session, claims.subject);
  auto live = s_.parts.store.sessions().find_live(claims.session, now);
  if (!live || !still_stands(claims, live->user)) {
    if (from) s_.limits.token_was_dead(*from);
    if (was_live) s_.live_users.died(claims.session);
    if (!live || live->user.security_version > claims.version) s_.tokens.note_stopped(access_token);
    return ErrorCode::token_invalid;
  }
  s_.live_users.put(reading, *live, now);
  return Principal{
      .user = std::move(live->user), .session = claims.session, .claims = claims.extra};
}

std::vector<Session> SessionService::list(const UserId& user) {
  return s_.parts.store.sessions().list_sessions(user, s_.now(),
                                                 s_.config.tokens.sessions_per_user);
}

Result<void> SessionService::end(const UserId& user, const SessionId& session,
                                 const ClientContext& client) {
  const bool ended = s_.transact([&](Transaction& tx) {
    s_.forget_after(tx, session);
    const bool done = tx.sessions().end_session(session, user);
    if (done) {
      s_.record(
          tx,
          {.kind = EventKind::session_ended, .user = user, .session = session, .client = client});
    }
    return done;
  });
  if (!ended) return ErrorCode::not_found;
  return {};
}

std::size_t SessionService::end_others(const UserId& user, const SessionId& current,
                                       const ClientContext& client) {
  return s_.transact([&](Transaction& tx) {
    s_.forget_after(tx, user);
    const auto ended = tx.sessions().end_sessions(user, current);
    if (ended > 0) {
      s_.record(tx,
                {.kind = EventKind::session_ended, .user = user, .client = client, .count = ended});
    }
    return ended;
  });
}

}  // namespace coffeeauth
