// A new password for whoever reads the mailbox, and has the second factor where there is one.

#include <utility>

#include "coffeeauth/rate_limiter.hpp"
#include "features/recovery/src/room.hpp"

namespace coffeeauth::recovery {
namespace {

bool may_reset(const User& user) { return user.is_active && user.is_verified; }

/// The account as its mailbox may be told of it: without a password, its names and language are
/// those of whoever signed up, who may be a stranger that has something to say to the mailbox.
User as_told(Credentials account) {
  if (account.password_hash.empty()) {
    account.user.first_name.clear();
    account.user.last_name.clear();
    account.user.language = Language{};
  }
  return std::move(account.user);
}

/// The account for its mail, or what an administrator is told if it can get no new password.
Result<User> resettable(Transaction& tx, const UserId& id) {
  auto found = tx.users().find_credentials(id);
  if (!found) return ErrorCode::not_found;
  if (!found->user.is_active) return ErrorCode::account_disabled;
  if (!found->user.is_verified) return ErrorCode::email_not_verified;
  return as_told(*std::move(found));
}

/// The request for a mail that anybody can have sent, with the client's network.
MailRequest request_from(const Room& room, const ClientContext& client) {
  // The widest: whoever has a /48 must not have as many shares as it has /64.
  const auto network = rate_limit_networks(client.address).back();
  return {.purpose = MailPurpose::reset,
          .network = room.sealer->digest("network", {network}),
          .max_networks = room.options.reset_networks};
}

/// The account of a ticket, if the ticket is still good for it.
std::optional<Credentials> account_of(Room& room, const std::optional<Ticket>& ticket) {
  if (!ticket) return std::nullopt;
  auto found = room.kernel->store().users().find_credentials(ticket->user);
  if (!found || !may_reset(found->user)) return std::nullopt;
  if (found->user.security_version != ticket->security_version) return std::nullopt;
  return found;
}

/// What the account still has to prove before its password is set.
Result<std::optional<LoginChallenge>> asked_of(Room& room, const Ticket& ticket, const User& user,
                                               const LoginMethod& by, const ClientContext& client) {
  if (!room.options.requires_second_factor || ticket.second_factor_done) {
    return std::optional<LoginChallenge>{};
  }
  const auto subject = to_hex(ticket.digest.bytes());
  LoginMethods done{by};
  return room.kernel->ask_steps({.user = user,
                                 .done = done,
                                 .client = client,
                                 .now = room.now(),
                                 .purpose = password_reset,
                                 .subject = subject});
}

/// Spends the ticket and sets the password, or does neither.
Result<void> redeem(Room& room, const Ticket& ticket, const User& user, const PasswordHash& hash,
                    const ErrorCode& dead, const ClientContext& client) {
  auto& kernel = *room.kernel;
  return room.transact([&](Transaction& tx) -> Result<void> {
    const auto now = room.now();
    kernel.take_turn(tx, user.email);
    const auto tickets = room.tickets.in(tx);
    if (!tickets->redeem(TicketKind::reset, ticket.digest, now)) return dead;
    // Before the account is held: a guess at its code holds it first and the account after.
    tickets->drop(user.id, TicketKind::email_change);
    const auto done = kernel.set_password(tx, user.id,
                                          {.hash = hash,
                                           .expects_security_version = ticket.security_version,
                                           .event = password_reset_done,
                                           .notice = "password_reset_done"},
                                          client);
    if (!done) return dead;
    tx.at_end([&kernel, email = user.email, client](TransactionEnd end) {
      if (end != TransactionEnd::rolled_back) kernel.forgive(email, client);
    });
    return {};
  });
}

}  // namespace

CodeReceipt Recovery::ask_reset(const EmailAddress& email, const ClientContext& client) {
  auto& room = state_->room;
  auto& kernel = *room.kernel;
  const auto now = room.now();
  const auto found = kernel.store().users().find_credentials(email);
  const bool is_due = room.options.reset != ResetBy::off && found && may_reset(found->user);
  // Made in every case, as it takes time.
  const auto nobody = UserId::make(now, kernel.random());
  const auto user = is_due ? found->user.id : nobody;
  const auto request = request_from(room, client);
  const auto secrets = room.make_reset_secrets();
  const auto ticket =
      room.reset_ticket(user, email, is_due ? found->user.security_version : 0, secrets, now);
  room.transact([&](Transaction& tx) {
    kernel.take_turn(tx, email);
    const auto tickets = room.tickets.in(tx);
    // For whom no mail is due it is asked for nobody, at the same price.
    if (!tickets->take_slot(user, request, room.options.pace, now)) return;
    tickets->put(ticket);
    room.mail_reset(tx, as_told(*found), ticket, secrets, ResetReason::asked, client);
    kernel.record(tx, {.kind = password_reset_asked, .at = now, .user = user, .client = client});
  });
  return {email, ticket.expires_at};
}

Result<void> Recovery::send_reset(const UserId& user, std::optional<UserId> actor,
                                  const ClientContext& client) {
  auto& room = state_->room;
  auto& kernel = *room.kernel;
  const auto secrets = room.make_reset_secrets();
  return room.transact([&](Transaction& tx) -> Result<void> {
    const auto now = room.now();
    const auto found = resettable(tx, user);
    if (!found) return found.error();
    kernel.take_turn(tx, found->email);
    const auto tickets = room.tickets.in(tx);
    if (!tickets->take_slot(user, {.purpose = MailPurpose::reset_by_administrator},
                            room.options.pace, now)) {
      return Error{.code = ErrorCode::rate_limited,
                   .fields = {},
                   .retry_after = std::chrono::ceil<std::chrono::seconds>(room.options.pace.pause)};
    }
    const auto ticket =
        room.reset_ticket(user, found->email, found->security_version, secrets, now);
    tickets->put(ticket);
    // Not the administrator's language, device or network.
    room.mail_reset(tx, *found, ticket, secrets, ResetReason::by_administrator, ClientContext{});
    kernel.record(
        tx,
        {.kind = password_reset_asked, .at = now, .user = user, .actor = actor, .client = client});
    return {};
  });
}

Result<ResetLink> Recovery::make_reset_link(const UserId& user, std::optional<UserId> actor,
                                            const ClientContext& client) {
  auto& room = state_->room;
  auto& kernel = *room.kernel;
  // Before the link or code that the owner may hold is replaced.
  if (!room.links_reset()) return reset_links_off;
  const Secrets secrets{.token = room.make_token(TicketKind::reset)};
  return room.transact([&](Transaction& tx) -> Result<ResetLink> {
    const auto now = room.now();
    const auto found = resettable(tx, user);
    if (!found) return found.error();
    kernel.take_turn(tx, found->email);
    const auto ticket =
        room.reset_ticket(user, found->email, found->security_version, secrets, now);
    room.tickets.in(tx)->put(ticket);
    kernel.record(tx, {.kind = password_reset_link_made,
                       .at = now,
                       .user = user,
                       .actor = actor,
                       .client = client});
    return ResetLink{.url = Secret{room.link_to(TicketKind::reset, secrets.token)},
                     .expires_at = ticket.expires_at};
  });
}

Result<Secret> Room::keep(Transaction& tx, const User& user, std::string_view subject) {
  const auto bytes = parse_hex_digest(subject);
  if (!bytes) return invalid_link;
  const FeatureDigest digest{*bytes};
  const auto rows = tickets.in(tx);
  const auto first = rows->find(TicketKind::reset, {digest}, now());
  if (!first || !(first->user == user.id) || first->security_version != user.security_version ||
      !rows->redeem(TicketKind::reset, digest, now())) {
    return invalid_link;
  }
  auto token = make_token(TicketKind::reset);
  // No longer than the first: whoever takes the mailbox later finds nothing that is still good.
  rows->put({.digest = digest_of(token),
             .kind = TicketKind::reset,
             .user = user.id,
             .security_version = user.security_version,
             .second_factor_done = true,
             .created_at = now(),
             .expires_at = first->expires_at});
  return token;
}

Result<std::optional<LoginChallenge>> Recovery::reset(const ResetProof& proof, Password password,
                                                      const ClientContext& client) {
  auto& room = state_->room;
  auto& kernel = *room.kernel;
  const auto* const code = std::get_if<ResetCode>(&proof);
  const ErrorCode dead = code != nullptr ? ErrorCode::invalid_code : invalid_link;
  std::optional<Ticket> ticket;
  if (code == nullptr) {
    ticket = room.find(TicketKind::reset, std::get<Secret>(proof));
    if (!ticket) return room.refuse_link(client);
  } else {
    // What no owner could set must not cost one of the few guesses.
    const auto strong = kernel.passwords().check_strength(password, {code->email, {}, {}});
    if (!strong) return strong.error();
    const auto found = kernel.store().users().find_credentials(code->email);
    const auto known = found ? std::optional{found->user.id} : std::nullopt;
    ticket =
        room.try_code(TicketKind::reset, known, code->email, code->code.expose_secret(), client);
  }
  const auto account = account_of(room, ticket);
  if (!account) return dead;
  const auto& user = account->user;
  const auto strong =
      kernel.passwords().check_strength(password, {user.email, user.first_name, user.last_name});
  if (!strong) return strong.error();
  auto asked =
      asked_of(room, *ticket, user, code == nullptr ? email_link : LoginMethod::email_code, client);
  if (!asked || *asked) return asked;
  // After the steps: where those stand in the way, whoever holds the link alone would guess at the
  // password without end. Here it tells no more than a single guess: a wrong one becomes the
  // password.
  if (kernel.passwords().verify(password, &account->password_hash) != PasswordVerdict::no_match) {
    return field_error("password", "unchanged", "This is already your password.");
  }
  const auto done = redeem(room, *ticket, user, kernel.passwords().hash(password), dead, client);
  if (!done) return done.error();
  return std::optional<LoginChallenge>{};
}

}  // namespace coffeeauth::recovery
