// The second step: counted, compared, and spent with the promise that it keeps.

#include <algorithm>
#include <functional>
#include <utility>

#include "features/second_factor/src/room.hpp"

namespace coffeeauth::second_factor {
namespace {

/// An attempt that was counted, and may be compared.
struct Begun {
  Ticket ticket;
  User user;
  /// Whether the network is known; set for codes of factors, whose attempts the account counts.
  std::optional<bool> known;
  /// In a row, with this one.
  std::size_t failures = 0;
};

/// A proof that was compared, and has yet to be spent.
struct Compared {
  LoginMethods methods;
  std::function<Result<void>(Transaction&, Factors&)> spend;
  /// SecondProof::refused.
  std::function<Error()> refused{};
};

Error error_of(const Attempt& attempt, UtcTime now) {
  if (attempt.verdict == AttemptVerdict::locked) return Error{locked};
  return {.code = ErrorCode::rate_limited,
          .fields = {},
          .retry_after = std::chrono::ceil<std::chrono::seconds>(attempt.until - now)};
}

/// Tells the events of each refusal, and the owner once a day.
void tell_of_lock(const Room& room, const UserId& user, const ClientContext& client) {
  room.transact([&](Transaction& tx) {
    room.kernel->record(tx, {.kind = second_factor_locked, .user = user, .client = client});
    if (room.store.in(tx)->take_notice(user, room.settings.pause_of_lock_notices, room.now())) {
      room.tell_owner(tx, "account_locked", user, client);
    }
  });
}

/// Counts an attempt of the ticket, and for a code one of the account, and commits both. Where the
/// account has to wait, the ticket keeps its attempt.
Result<Begun> begin_attempt(const Room& room, const Ticket& found, std::optional<bool> known,
                            const ClientContext& client) {
  bool is_locked = false;
  auto begun = room.transact([&](Transaction& tx) -> Result<Begun> {
    is_locked = false;
    const auto now = room.now();
    auto user = account_of(tx, found);
    if (!user) return user.error();
    const auto rows = room.store.in(tx);
    rows->hold(user->id);
    auto ticket = rows->spend_attempt(found.digest, room.settings.ticket_attempts, now);
    if (!ticket) return ErrorCode::token_invalid;
    Begun one{.ticket = *std::move(ticket), .user = *std::move(user), .known = known};
    if (!known) return one;
    const auto attempt = rows->begin_attempt(one.user.id, *known, room.failure_policy(), now);
    is_locked = attempt.verdict == AttemptVerdict::locked;
    if (attempt.verdict != AttemptVerdict::go) return error_of(attempt, now);
    one.failures = attempt.failures;
    return one;
  });
  if (is_locked) tell_of_lock(room, found.user, client);
  return begun;
}

/// What names the login to a step of another feature: a proof that was made for it is useless for
/// another.
std::string name_of(const Ticket& ticket) { return to_hex(ticket.digest.bytes()); }

SecondStep* step_called(const Room& room, std::string_view type) {
  if (type == totp.word()) return nullptr;
  for (auto* const step : room.kernel->second_steps()) {
    if (step->type() == type && step->is_usable()) return step;
  }
  return nullptr;
}

/// Of a code that was sent. It is spent with its ticket.
Result<Compared> compare_sent(const Room& room, const Begun& begun, const Factor& factor,
                              const Secret& code) {
  const auto* const channel = room.channel_of(factor.kind);
  const auto done = room.kernel->known_methods(begun.ticket.methods);
  if (channel == nullptr || !room.goes_with(factor.kind, done) ||
      !room.try_sent_code(begun.ticket.digest, factor.id, code)) {
    return ErrorCode::invalid_code;
  }
  return Compared{
      .methods = {channel->method()},
      .spend = [user = begun.user.id, id = factor.id, now = room.now(),
                known = begun.known.value_or(false)](Transaction&, Factors& rows) -> Result<void> {
        if (!rows.mark_used(user, id, now)) return ErrorCode::invalid_code;
        rows.passed(user, known);
        return {};
      }};
}

Result<Compared> compare(const Room& room, const Begun& begun, const FactorCode& typed,
                         const ClientContext& /*client*/) {
  const auto now = room.now();
  const auto& user = begun.user.id;
  const auto factor = room.transact(
      [&](Transaction& tx) { return room.store.in(tx)->find_factor(user, typed.factor, now); });
  const auto code = parse_factor_code(typed.code.expose_secret());
  if (!code || !factor || !factor->confirmed_at) return ErrorCode::invalid_code;
  if (factor->kind != totp.word()) return compare_sent(room, begun, *factor, *code);
  const auto step = room.step_of_code(*factor, *code, now);
  if (!step) return ErrorCode::invalid_code;
  return Compared{
      .methods = {totp},
      .spend = [user, factor = typed.factor, step = *step, now,
                known = begun.known.value_or(false)](Transaction&, Factors& rows) -> Result<void> {
        if (!rows.accept_step(user, factor, step, now)) return ErrorCode::invalid_code;
        rows.passed(user, known);
        return {};
      }};
}

/// Compared where it is spent, for it cannot be guessed.
Result<Compared> compare(const Room& room, const Begun& begun, const TypedRecoveryCode& typed,
                         const ClientContext& client) {
  const auto code = RecoveryCode::parse(typed.code.expose_secret());
  if (!code) return ErrorCode::invalid_code;
  const auto& user = begun.user.id;
  // With those that were stored under a key before.
  auto digests = room.sealer->digests("recovery_code", {user.str(), code->expose_secret()});
  digests.push_back(digest_of(*code, user));
  return Compared{.methods = {recovery_code},
                  .spend = [&room, &client, user, digests = std::move(digests)](
                               Transaction& tx, Factors& rows) -> Result<void> {
                    const auto left = rows.spend_recovery_code(user, digests);
                    if (!left) return ErrorCode::invalid_code;
                    rows.unlock(user);
                    room.kernel->record(
                        tx, {.kind = recovery_code_used, .user = user, .client = client});
                    room.tell_of_step(tx, "recovery_code_used", user, client,
                                      {{"left", std::to_string(*left)}});
                    return {};
                  }};
}

Result<Compared> compare(const Room& room, const Begun& begun, const StepProof& given,
                         const ClientContext& client) {
  auto* const step = step_called(room, given.type);
  if (step == nullptr) return ErrorCode::invalid_code;
  const auto& user = begun.user.id;
  auto proof = step->prove(user, name_of(begun.ticket), given.credential, client);
  if (!proof) return proof.error();
  return Compared{.methods = proof->methods,
                  .spend = [user, spend = std::move(proof->spend)](Transaction& tx,
                                                                   Factors& rows) -> Result<void> {
                    if (spend) {
                      if (const auto spent = spend(tx); !spent) return spent.error();
                    }
                    rows.unlock(user);
                    return {};
                  },
                  .refused = std::move(proof->refused)};
}

/// Tells of an attempt that failed.
Error refuse(const Room& room, const Begun& begun, Error why, const ClientContext& client) {
  room.kernel->note({.kind = second_factor_failed,
                     .user = begun.user.id,
                     .session = begun.ticket.session,
                     .client = client});
  // Whoever gets as far has passed the first step. Where the codes are locked before, that is told.
  const auto told = std::min(room.settings.told_failure, room.settings.failures_stop);
  if (told > 0 && begun.failures == told) {
    room.transact([&](Transaction& tx) {
      room.tell_of_step(tx, "second_factor_failures", begun.user.id, client);
    });
  }
  return why;
}

/// A device that is trusted when the login is.
struct NewDevice {
  Secret token;
  Device row;
};

std::optional<NewDevice> device_for(const Room& room, const Begun& begun, TrustDevice trust,
                                    const ClientContext& client) {
  const auto& user = begun.user;
  if (trust == TrustDevice::no ||
      !room.can_trust_device(user, LoginPurpose{begun.ticket.promise})) {
    return std::nullopt;
  }
  const auto now = room.now();
  auto token = room.make_token(device_prefix);
  const auto digest = room.sealer->digest("device", {user.id.str(), token.expose_secret()});
  return NewDevice{.token = std::move(token),
                   .row = {.id = DeviceId::make(now, room.kernel->random()),
                           .user = user.id,
                           .digest = digest,
                           .security_version = user.security_version,
                           .created_at = now,
                           .expires_at = now + room.settings.device_lifetime,
                           .last_used_at = now,
                           .address = client.address,
                           .user_agent = client.user_agent}};
}

/// Spends the ticket and its proof, in the transaction that keeps the promise. `is_refused` tells
/// whether the proof could not be spent.
Result<void> spend(const Room& room, Transaction& tx, const Begun& begun, const Compared& compared,
                   const Device* device, const ClientContext& client, bool& is_refused) {
  const auto& user = begun.user.id;
  const auto rows = room.store.in(tx);
  rows->hold(user);
  is_refused = false;
  if (!rows->redeem(begun.ticket.digest, room.now())) return ErrorCode::token_invalid;
  if (const auto spent = compared.spend(tx, *rows); !spent) {
    is_refused = true;
    return spent.error();
  }
  room.kernel->record(tx, {.kind = second_factor_passed,
                           .user = user,
                           .session = begun.ticket.session,
                           .client = client});
  if (device != nullptr) {
    rows->trust(*device, room.settings.devices);
    room.kernel->record(tx, {.kind = device_trusted, .user = user, .client = client});
  }
  return {};
}

/// Keeps the promise of the ticket.
Result<ContinuedOutcome> go_on(const Room& room, const Begun& begun, const Compared& compared,
                               const Device* device, const ClientContext& client) {
  auto done = room.kernel->known_methods(begun.ticket.methods);
  done.insert(done.end(), compared.methods.begin(), compared.methods.end());
  bool is_refused = false;
  auto outcome = room.kernel->continue_login(
      {.user = begun.user.id,
       .done = std::move(done),
       .purpose = LoginPurpose{begun.ticket.promise},
       .subject = begun.ticket.subject,
       .session = begun.ticket.session,
       .expects_security_version = begun.user.security_version,
       .within =
           [&](Transaction& tx) {
             return spend(room, tx, begun, compared, device, client, is_refused);
           }},
      client);
  if (outcome) return outcome;
  if (is_refused && compared.refused) return compared.refused();
  // The account has gone or changed since the ticket was made.
  const auto& code = outcome.error().code;
  if (code == ErrorCode::not_found || code == ErrorCode::invalid_credentials ||
      code == ErrorCode::account_disabled || code == ErrorCode::email_not_verified) {
    return ErrorCode::token_invalid;
  }
  return outcome;
}

}  // namespace

Result<Passed> SecondFactor::prove(const Secret& mfa_token, const Proof& proof, TrustDevice trust,
                                   const ClientContext& client) {
  const auto& room = state_->room;
  if (!room.settings.enabled) return ErrorCode::token_invalid;
  const auto ticket = room.find_ticket(mfa_token);
  if (!ticket) return ErrorCode::token_invalid;
  std::optional<bool> known;
  if (std::holds_alternative<FactorCode>(proof)) {
    known = room.kernel->knows_network(ticket->user, client);
  }
  const auto begun = begin_attempt(room, *ticket, known, client);
  if (!begun) return begun.error();
  const auto compared =
      std::visit([&](const auto& given) { return compare(room, *begun, given, client); }, proof);
  if (!compared) return refuse(room, *begun, compared.error(), client);
  auto device = device_for(room, *begun, trust, client);
  auto outcome = go_on(room, *begun, *compared, device ? &device->row : nullptr, client);
  if (!outcome) return refuse(room, *begun, std::move(outcome).error(), client);
  Passed passed{.outcome = *std::move(outcome)};
  if (std::holds_alternative<LoginChallenge>(passed.outcome)) return passed;
  if (device) passed.device_token = std::move(device->token);
  if (std::holds_alternative<TypedRecoveryCode>(proof)) {
    passed.recovery_codes_left = room.transact(
        [&](Transaction& tx) { return room.store.in(tx)->count_recovery_codes(begun->user.id); });
  }
  return passed;
}

Result<std::string> SecondFactor::step_options(const Secret& mfa_token, std::string_view type) {
  const auto& room = state_->room;
  auto* const step = step_called(room, type);
  if (step == nullptr) return ErrorCode::not_found;
  const auto ticket = room.find_ticket(mfa_token);
  if (!room.settings.enabled || !ticket || ticket->attempts >= room.settings.ticket_attempts) {
    return ErrorCode::token_invalid;
  }
  const auto user = room.transact([&](Transaction& tx) { return account_of(tx, *ticket); });
  if (!user) return user.error();
  return step->options(user->id, name_of(*ticket));
}

}  // namespace coffeeauth::second_factor
