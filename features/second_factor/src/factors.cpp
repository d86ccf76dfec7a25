// The factors of whoever is logged in.

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "coffeeauth/user_service.hpp"
#include "features/second_factor/src/room.hpp"

namespace coffeeauth::second_factor {
namespace {

void record_change(const Room& room, Transaction& tx, const EventKind& kind,
                   const Principal& principal, const ClientContext& client) {
  room.kernel->record(tx, {.kind = kind,
                           .user = principal.user.id,
                           .session = principal.session,
                           .client = client,
                           .details = {credential_changed}});
}

/// Sets whether logins need a second factor; turned on, the other sessions end.
Result<void> set_flag(const Room& room, Transaction& tx, const Principal& principal, bool on,
                      UtcTime now) {
  const auto& id = principal.user.id;
  const auto done =
      tx.users().update_user(id, std::nullopt,
                             {.second_factor = on,
                              .keeps_session = principal.session,
                              .expects_security_version = principal.user.security_version},
                             now);
  if (!done.user) return ErrorCode::token_invalid;
  room.kernel->changes(tx, id);
  return {};
}

Result<void> turn_on(const Room& room, Transaction& tx, const Principal& principal, UtcTime now,
                     const ClientContext& client) {
  const auto present = tx.users().find(principal.user.id);
  if (!present) return ErrorCode::token_invalid;
  if (present->second_factor) return {};
  if (const auto set = set_flag(room, tx, principal, true, now); !set) return set.error();
  record_change(room, tx, second_factor_on, principal, client);
  return {};
}

/// The session has proved the factor, too; when it last authenticated stays.
Result<void> add_to_session(Transaction& tx, const SessionId& id, const LoginMethod& method,
                            UtcTime now) {
  const auto live = tx.sessions().find_live(id, now);
  if (!live) return ErrorCode::token_invalid;
  const auto& words = live->session.methods;
  const std::string word{method.word()};
  if ((" " + words + " ").find(" " + word + " ") != std::string::npos) return {};
  const auto more = words.empty() ? word : words + " " + word;
  if (!tx.sessions().mark_authenticated(id, more, live->session.authenticated_at)) {
    return ErrorCode::token_invalid;
  }
  return {};
}

/// Whether the code that was sent to a factor is right; of an app, that is seen later.
bool passes_if_sent(const Room& room, const UserId& user, const FactorId& id, const Secret& code) {
  const auto pending = room.transact(
      [&](Transaction& tx) { return room.store.in(tx)->find_factor(user, id, room.now()); });
  if (!pending || pending->confirmed_at) return false;
  return pending->kind == totp.word() || room.try_sent_code(room.enrolment_ticket(id), id, code);
}

/// The step of an app's code, if it is one of the present. What was sent has none: it is spent with
/// its ticket.
std::optional<std::int64_t> spend_code(const Room& room, Factors& rows, const Factor& pending,
                                       const Secret& code, UtcTime now) {
  if (pending.kind == totp.word()) return room.step_of_code(pending, code, now);
  const bool is_spent = rows.redeem(room.enrolment_ticket(pending.id), now).has_value();
  return is_spent ? std::optional<std::int64_t>{0} : std::nullopt;
}

/// Confirms it, if the code is right.
std::optional<Factor> confirm_in(const Room& room, Factors& rows, const UserId& user,
                                 const FactorId& id, const Secret& code, UtcTime now) {
  const auto pending = rows.find_factor(user, id, now);
  if (!pending || pending->confirmed_at) return std::nullopt;
  const auto step = spend_code(room, rows, *pending, code, now);
  if (!step || !rows.confirm_factor(user, id, *step, now)) return std::nullopt;
  return rows.find_factor(user, id, now);
}

/// What a confirmed factor proves of the session that confirmed it.
const LoginMethod& method_of(const Room& room, const Factor& factor) {
  const auto* const channel = room.channel_of(factor.kind);
  return channel != nullptr ? channel->method() : totp;
}

/// Another factor would not help: it is the flag that the policy demands.
Error must_stay_on() {
  return {
      .code = policy_demands,
      .detail = "The service requires a second factor of your account: it cannot be turned off."};
}

/// There may be factors that logins do not ask for.
Error is_off() {
  return {.code = nothing_enrolled, .detail = "Turn the second factor of your logins on first."};
}

/// How the texts of mails name a factor: `app`, `phone` or `mailbox`, and the masked recipient.
std::map<std::string, std::string> words_of_factor(const Factor& factor) {
  std::map<std::string, std::string> words;
  if (factor.kind == totp.word()) words.emplace("app", "yes");
  if (factor.kind == "sms") words.emplace("phone", "yes");
  if (factor.kind == "email") words.emplace("mailbox", "yes");
  if (!factor.hint.empty()) words.emplace("hint", factor.hint);
  return words;
}

}  // namespace

Result<Enrolment> SecondFactor::enrol(const Principal& principal, std::string_view label,
                                      const ClientContext& /*client*/) {
  const auto& room = state_->room;
  if (const auto allowed = check_type(room.settings, totp.word()); !allowed) return allowed.error();
  auto name = parse_name("label", label);
  if (!name) return name.error();
  const auto& user = principal.user;
  const auto now = room.now();
  const auto id = FactorId::make(now, room.kernel->random());
  const auto secret = make_totp_secret(room.kernel->random());
  const Factor factor{.id = id,
                      .user = user.id,
                      .kind = std::string{totp.word()},
                      .label = *std::move(name),
                      .sealed_secret = room.sealer->seal(totp.word(), Room::context_of(user.id, id),
                                                         secret.expose_secret()),
                      .created_at = now,
                      .pending_until = now + room.settings.enrolment_lifetime};
  const auto added = room.transact([&](Transaction& tx) -> Result<void> {
    const auto rows = begin_change(room, tx, principal, now);
    if (!rows) return rows.error();
    if ((*rows)->add_factor(factor, room.settings.totp_max) == AddOutcome::full) {
      return limit_reached;
    }
    return {};
  });
  if (!added) return added.error();
  const auto& given = room.settings.totp_issuer;
  const auto& issuer = given.empty() ? room.kernel->config().passwords.service_name : given;
  return Enrolment{.id = id,
                   .expires_at = factor.pending_until,
                   .secret = to_base32(secret),
                   .uri = totp_uri(secret, issuer, user.email.display())};
}

Result<Confirmed> SecondFactor::confirm(const Principal& principal, const FactorId& id,
                                        const Secret& code, const ClientContext& client) {
  const auto& room = state_->room;
  const auto& user = principal.user.id;
  const auto typed = parse_factor_code(code.expose_secret());
  if (!typed) return ErrorCode::invalid_code;
  if (!passes_if_sent(room, user, id, *typed)) return ErrorCode::invalid_code;
  auto made = room.make_recovery_codes(user);
  bool is_first = false;
  auto factor = room.transact([&](Transaction& tx) -> Result<Factor> {
    const auto now = room.now();
    const auto rows = begin_change(room, tx, principal, now);
    if (!rows) return rows.error();
    auto confirmed = confirm_in(room, **rows, user, id, *typed, now);
    if (!confirmed) return ErrorCode::invalid_code;
    if (const auto on = turn_on(room, tx, principal, now, client); !on) return on.error();
    if (const auto added = add_to_session(tx, principal.session, method_of(room, *confirmed), now);
        !added) {
      return added.error();
    }
    record_change(room, tx, factor_added, principal, client);
    is_first = room.store_first_codes(tx, principal, made, client);
    room.tell_owner(tx, "factor_added", user, client, words_of_factor(*confirmed));
    return *std::move(confirmed);
  });
  if (!factor) return factor.error();
  Confirmed done{.factor = *std::move(factor)};
  if (is_first) done.recovery_codes = std::move(made.shown);
  return done;
}

Result<Factor> SecondFactor::rename(const Principal& principal, const FactorId& id,
                                    std::string_view label) {
  const auto& room = state_->room;
  const auto name = parse_name("label", label);
  if (!name) return name.error();
  return room.transact([&](Transaction& tx) -> Result<Factor> {
    const auto& user = principal.user.id;
    const auto rows = room.store.in(tx);
    if (!rows->rename_factor(user, id, *name)) return ErrorCode::not_found;
    auto renamed = rows->find_factor(user, id, room.now());
    if (!renamed) return ErrorCode::not_found;
    return *std::move(renamed);
  });
}

Result<void> SecondFactor::remove(const Principal& principal, const FactorId& id,
                                  const ClientContext& client) {
  const auto& room = state_->room;
  const auto& user = principal.user.id;
  return room.transact([&](Transaction& tx) -> Result<void> {
    const auto now = room.now();
    const auto rows = begin_change(room, tx, principal, now);
    if (!rows) return rows.error();
    const auto factor = (*rows)->find_factor(user, id, now);
    if (!factor || !(*rows)->remove_factor(user, id)) return ErrorCode::not_found;
    // It proved nothing yet.
    if (!factor->confirmed_at) return {};
    const auto settled = room.kernel->settle_second_factor(tx, user, Gates::closed, client);
    if (!settled) return as_seen_by_owner(settled.error());
    record_change(room, tx, factor_removed, principal, client);
    room.tell_owner(tx, "factor_removed", user, client, words_of_factor(*factor));
    return {};
  });
}

Result<std::optional<RecoveryCodes>> SecondFactor::require(const Principal& principal, bool on,
                                                           const ClientContext& client) {
  const auto& room = state_->room;
  const auto& user = principal.user.id;
  auto made = room.make_recovery_codes(user);
  bool is_first = false;
  const auto done = room.transact([&](Transaction& tx) -> Result<void> {
    is_first = false;
    const auto now = room.now();
    const auto rows = begin_change(room, tx, principal, now);
    if (!rows) return rows.error();
    const auto present = tx.users().find(user);
    if (!present) return ErrorCode::token_invalid;
    if (on && !room.has_usable(tx, user)) return nothing_enrolled;
    if (!on && room.is_demanded_of(*present)) return must_stay_on();
    if (present->second_factor == on) return {};
    if (on) {
      if (const auto set = turn_on(room, tx, principal, now, client); !set) return set.error();
      is_first = room.store_first_codes(tx, principal, made, client);
      room.tell_owner(tx, "two_steps_on", user, client);
      return {};
    }
    if (const auto set = set_flag(room, tx, principal, false, now); !set) return set.error();
    record_change(room, tx, EventKind::second_factor_off, principal, client);
    room.tell_owner(tx, "two_steps_off", user, client);
    return {};
  });
  if (!done) return done.error();
  if (!is_first) return std::optional<RecoveryCodes>{};
  return std::optional{std::move(made.shown)};
}

Result<RecoveryCodes> SecondFactor::renew_recovery_codes(const Principal& principal,
                                                         const ClientContext& client) {
  const auto& room = state_->room;
  const auto& user = principal.user.id;
  auto made = room.make_recovery_codes(user);
  const auto done = room.transact([&](Transaction& tx) -> Result<void> {
    const auto rows = begin_change(room, tx, principal, room.now());
    if (!rows) return rows.error();
    const auto present = tx.users().find(user);
    if (!present) return ErrorCode::token_invalid;
    if (!present->second_factor) return is_off();
    (*rows)->replace_recovery_codes(user, made.digests, made.shown.created_at);
    record_change(room, tx, recovery_codes_renewed, principal, client);
    room.tell_owner(tx, "recovery_codes_renewed", user, client);
    return {};
  });
  if (!done) return done.error();
  return std::move(made.shown);
}

Overview SecondFactor::overview(const User& user) {
  const auto& room = state_->room;
  return room.transact([&](Transaction& tx) {
    const auto now = room.now();
    const auto rows = room.store.in(tx);
    Overview shown{.required = user.second_factor,
                   .required_by_policy = room.is_demanded_of(user),
                   .accepted_types = room.accepted_types(user.role)};
    for (auto& factor : rows->list_factors(user.id, now)) {
      if (factor.confirmed_at) shown.factors.push_back(std::move(factor));
    }
    auto all = room.list_all(tx, user.id);
    shown.policy_satisfied = room.satisfies_policy(user, [&] { return all; });
    for (auto& method : all) {
      if (method.usable && !room.is_own(method.type)) shown.others.push_back(std::move(method));
    }
    shown.recovery_codes_left = rows->count_recovery_codes(user.id);
    for (const bool is_known : {false, true}) {
      const auto attempt = rows->attempts(user.id, is_known, room.failure_policy(), now);
      shown.is_locked = shown.is_locked || attempt.verdict == AttemptVerdict::locked;
      if (attempt.verdict != AttemptVerdict::wait) continue;
      shown.locked_until = std::max(shown.locked_until.value_or(attempt.until), attempt.until);
    }
    return shown;
  });
}

}  // namespace coffeeauth::second_factor
