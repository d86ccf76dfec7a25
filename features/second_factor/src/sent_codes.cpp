// Factors that codes are sent to: a phone, the mailbox.

#include <algorithm>
#include <utility>

#include "coffeeauth/user_service.hpp"
#include "coffeeauth/verification_code.hpp"
#include "features/second_factor/src/room.hpp"

namespace coffeeauth::second_factor {
namespace {

/// Of a factor that has no code in this login.
Error not_sendable() {
  return {.code = ErrorCode::invalid_code,
          .detail = "No code can be sent to this factor in this login."};
}

/// Of a code that was not sent.
Error unsent(const CodeSent& sent) {
  const auto code =
      sent.outcome == CodeOutcome::paced ? ErrorCode::rate_limited : ErrorCode::unavailable;
  return {.code = code, .fields = {}, .retry_after = sent.retry_after};
}

/// When the code expires that this ticket has for the factor.
std::optional<UtcTime> sent_before(Factors& rows, const FeatureDigest& ticket,
                                   const FactorId& factor, UtcTime now) {
  const auto found = rows.find_ticket({ticket}, now);
  if (!found || !found->code || found->code->factor != factor) return std::nullopt;
  return found->code->expires_at > now ? std::optional{found->code->expires_at} : std::nullopt;
}

std::size_t most(const SecondFactorOptions& options, const CodeChannel& channel) {
  return channel.field().empty() ? 1 : options.phones;
}

/// Sends a code in a transaction of its own. Where one was sent a moment ago, that one stays.
template <class Work>
Result<UtcTime> send_or_keep(const Room& room, const FactorId& factor, Work&& send) {
  std::optional<FeatureDigest> ticket;
  const auto sent =
      room.transact([&](Transaction& tx) -> Result<UtcTime> { return send(tx, ticket); });
  if (sent || sent.error().code != ErrorCode::rate_limited || !ticket) return sent;
  const auto kept = room.transact([&](Transaction& tx) {
    return sent_before(*room.store.in(tx), *ticket, factor, room.now());
  });
  if (kept) return *kept;
  return sent;
}

}  // namespace

Result<void> check_type(const SecondFactorOptions& options, std::string_view type) {
  const auto& types = options.types;
  if (std::find(types.begin(), types.end(), type) != types.end()) return {};
  return Error{.code = ErrorCode::validation_failed,
               .fields = {{"type", "not_allowed", "This kind of second factor cannot be added."}}};
}

CodeChannel* Room::channel_of(std::string_view kind) const {
  for (auto* const channel : kernel->code_channels()) {
    if (channel->type() == kind) return channel;
  }
  return nullptr;
}

bool Room::goes_with(std::string_view kind, const LoginMethods& done) const {
  const auto* const channel = channel_of(kind);
  if (channel == nullptr || channel->method().use() != MethodUse::mailbox_second) return true;
  const auto has = [&](MethodUse use) {
    return std::any_of(done.begin(), done.end(),
                       [&](const auto& method) { return method.use() == use; });
  };
  // Beside a password the mailbox is another factor, also where a mailed code came with it.
  return has(MethodUse::first) || !has(MethodUse::mailbox);
}

FeatureDigest Room::enrolment_ticket(const FactorId& factor) const {
  return sealer->digest("enrolment", {factor.str()});
}

Result<UtcTime> Room::send_code(Transaction& tx, const FeatureDigest& ticket, const Factor& factor,
                                const Asker& asker) const {
  auto* const channel = channel_of(factor.kind);
  const auto user = tx.users().find(factor.user);
  if (channel == nullptr || !user) return not_sendable();
  auto to = channel->field().empty() ? std::optional<Secret>{}
                                     : sealer->open(factor.kind, context_of(factor.user, factor.id),
                                                    factor.sealed_secret);
  if (channel->field().empty()) {
    const auto target = channel->target(*user, {});
    if (!target) return target.error();
    to.emplace(target->address);
  }
  // Sealed under a key that is gone, or out of reach by now.
  if (!to || !channel->reaches(to->expose_secret())) return not_sendable();
  const auto code = VerificationCode::random(kernel->random());
  const TicketCode row{.digest = sealer->digest(
                           "code", {to_hex(ticket.bytes()), factor.id.str(), code.expose_secret()}),
                       .factor = factor.id,
                       .expires_at = now() + settings.code_lifetime};
  if (!store.in(tx)->put_code(ticket, row, now())) return ErrorCode::token_invalid;
  const auto sent = channel->send(tx,
                                  {.user = user->id,
                                   .to = to->expose_secret(),
                                   .code = code.expose_secret(),
                                   .expires_at = row.expires_at,
                                   .language = std::string{user->language.tag()},
                                   .enrols = !factor.confirmed_at,
                                   .from_known_network = asker.is_known},
                                  asker.client);
  if (sent.outcome != CodeOutcome::queued) return unsent(sent);
  return row.expires_at;
}

bool Room::try_sent_code(const FeatureDigest& ticket, const FactorId& factor,
                         const Secret& code) const {
  const GuessLimits limits{.per_code = settings.code_attempts,
                           .per_day = settings.code_attempts_per_day};
  const auto tried = transact(
      [&](Transaction& tx) { return store.in(tx)->try_code(ticket, factor, limits, now()); });
  if (!tried || !tried->code) return false;
  const auto right =
      sealer->digests("code", {to_hex(ticket.bytes()), factor.str(), code.expose_secret()});
  return std::count(right.begin(), right.end(), tried->code->digest) > 0;
}

Result<UtcTime> SecondFactor::send_code(const Secret& mfa_token, const FactorId& id,
                                        const ClientContext& client) {
  const auto& room = state_->room;
  const auto ticket = room.find_ticket(mfa_token);
  if (!room.settings.enabled || !ticket || ticket->attempts >= room.settings.ticket_attempts) {
    return ErrorCode::token_invalid;
  }
  const auto done = room.kernel->known_methods(ticket->methods);
  const Asker asker{client, room.kernel->knows_network(ticket->user, client)};
  return send_or_keep(
      room, id, [&](Transaction& tx, std::optional<FeatureDigest>& of) -> Result<UtcTime> {
        if (const auto user = account_of(tx, *ticket); !user) return user.error();
        const auto rows = room.store.in(tx);
        rows->hold(ticket->user);
        const auto factor = rows->find_factor(ticket->user, id, room.now());
        if (!factor || !factor->confirmed_at || !room.goes_with(factor->kind, done)) {
          return not_sendable();
        }
        of = ticket->digest;
        return room.send_code(tx, ticket->digest, *factor, asker);
      });
}

Result<PendingTarget> SecondFactor::enrol_target(const Principal& principal, const NewTarget& asked,
                                                 const ClientContext& client) {
  const auto& room = state_->room;
  auto* const channel = room.channel_of(asked.type);
  const auto allowed = check_type(room.settings, channel == nullptr ? "" : asked.type);
  if (!allowed) return allowed.error();
  auto label = parse_name("label", asked.label);
  if (!label) return label.error();
  const auto& user = principal.user;
  const auto target = channel->target(user, asked.target);
  if (!target) return target.error();
  const auto now = room.now();
  const auto id = FactorId::make(now, room.kernel->random());
  const Factor factor{.id = id,
                      .user = user.id,
                      .kind = asked.type,
                      .label = *std::move(label),
                      .sealed_secret = room.sealer->seal(asked.type, Room::context_of(user.id, id),
                                                         target->address),
                      .hint = target->hint,
                      .target_digest = room.sealer->digest("target", {asked.type, target->address}),
                      .created_at = now,
                      .pending_until = now + room.settings.enrolment_lifetime};
  const auto sent = room.transact([&](Transaction& tx) -> Result<UtcTime> {
    const auto rows = begin_change(room, tx, principal, now);
    if (!rows) return rows.error();
    if ((*rows)->add_factor(factor, most(room.settings, *channel)) == AddOutcome::full) {
      return limit_reached;
    }
    const auto ticket = room.enrolment_ticket(id);
    (*rows)->put_ticket({.digest = ticket,
                         .user = user.id,
                         .security_version = user.security_version,
                         .promise = std::string{enrolment_promise},
                         .created_at = now,
                         .expires_at = factor.pending_until},
                        room.settings.tickets);
    return room.send_code(tx, ticket, factor, {client});
  });
  if (!sent) return sent.error();
  return PendingTarget{
      .id = id, .expires_at = factor.pending_until, .hint = factor.hint, .code_expires_at = *sent};
}

Result<UtcTime> SecondFactor::resend(const Principal& principal, const FactorId& id,
                                     const ClientContext& client) {
  const auto& room = state_->room;
  return send_or_keep(
      room, id, [&](Transaction& tx, std::optional<FeatureDigest>& of) -> Result<UtcTime> {
        const auto rows = begin_change(room, tx, principal, room.now());
        if (!rows) return rows.error();
        const auto factor = (*rows)->find_factor(principal.user.id, id, room.now());
        if (!factor || factor->confirmed_at || room.channel_of(factor->kind) == nullptr) {
          return ErrorCode::not_found;
        }
        of = room.enrolment_ticket(id);
        return room.send_code(tx, *of, *factor, {client});
      });
}

}  // namespace coffeeauth::second_factor
