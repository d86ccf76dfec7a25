// A new address for whoever is logged in and reads its mailbox, and the way back for the old one.

#include <algorithm>
#include <utility>

#include "features/recovery/src/room.hpp"

namespace coffeeauth::recovery {
namespace {

/// Whether the address is another account's, or kept for one.
bool is_taken(Room& room, Transaction& tx, const EmailAddress& email, const UserId& user,
              const std::optional<Credentials>& found) {
  const auto holder = room.kernel->address_holder(tx, email);
  if (holder && !(*holder == user)) return true;
  // A mere sign-up gives way to who proves the mailbox.
  return found && !(found->user.id == user) && !is_mere_sign_up(*found);
}

/// The turns of both addresses. Turns are shared by many, so two of these may cross all the same; a
/// database then refuses one, and it is tried again.
void take_turns(Room& room, Transaction& tx, const EmailAddress& one, const EmailAddress& other) {
  room.kernel->take_turn(tx, std::min(one, other));
  if (!(one == other)) room.kernel->take_turn(tx, std::max(one, other));
}

void record(Room& room, Transaction& tx, const EventKind& kind, const UserId& user,
            const std::optional<SessionId>& session, const ClientContext& client, UtcTime now) {
  room.kernel->record(
      tx, {.kind = kind, .at = now, .user = user, .session = session, .client = client});
}

/// Whoever had the account may have logged in from devices of their own, and have added what
/// opens it.
void record_undone(Room& room, Transaction& tx, const Ticket& undo, const ClientContext& client,
                   UtcTime now) {
  // Of a change by an older program the hour is not known, but the day is.
  const auto asked_at = undo.asked_at.value_or(undo.created_at - longest_change);
  room.kernel->record(tx, {.kind = email_change_undone,
                           .at = now,
                           .user = undo.user,
                           .client = client,
                           .details = {account_recovered},
                           .undone_since = asked_at});
}

/// Tells of the mere sign-up that had the address.
void record_gone(Room& room, Transaction& tx, const UserWrite& done, const ClientContext& client,
                 UtcTime now) {
  if (!done.gave_way) return;
  record(room, tx, EventKind::user_deleted, *done.gave_way, std::nullopt, client, now);
}

/// The address as typed; with its A-labels behind, where letters of another script may only look
/// like those that its reader knows.
std::string told_apart(const EmailAddress& email) {
  const auto& typed = email.display();
  const bool is_ascii =
      std::all_of(typed.begin(), typed.end(), [](unsigned char c) { return c < 0x80; });
  return is_ascii ? typed : typed + " (" + email.canonical() + ")";
}

/// To the mailbox that an account leaves: where it is now.
MailParameters notice_of_change(const User& before, const EmailAddress& next, UtcTime now) {
  return {.to = before.email,
          .first_name = before.first_name,
          .language = before.language.tag(),
          .at = now,
          .extra = {{"new_email", told_apart(next)}}};
}

/// Reserves the address that was given up, and tells its mailbox.
void tell_former(Room& room, Transaction& tx, const User& before, const User& after,
                 UtcTime asked_at, const Secret& undo, const ClientContext& client, UtcTime now) {
  auto notice = notice_of_change(before, after.email, now);
  const auto tickets = room.tickets.in(tx);
  auto until = now + room.options.undo_lifetime;
  // At least as long as the undo of an earlier change, which needs this one to lead on from there.
  for (const auto& earlier : tickets->list(before.id, TicketKind::undo, now)) {
    until = std::max(until, earlier.expires_at);
  }
  if (until > now) {
    tickets->put({.digest = room.digest_of(undo),
                  .kind = TicketKind::undo,
                  .user = before.id,
                  .security_version = after.security_version,
                  .email = before.email,
                  .changed_to = after.email,
                  .asked_at = asked_at,
                  .created_at = now,
                  .expires_at = until});
    tickets->reserve(before.email, before.id, until);
    notice.link = room.link_to(TicketKind::undo, undo);
    notice.expires_at = until;
  }
  room.kernel->notify(tx, mail_kind::email_changed, std::move(notice), client);
}

/// Whether the account has its present address by the change that `undo` takes back, or by later
/// ones that went on from there, each from where the last one led: what an administrator made of
/// the address since is not undone, nor what its owner made of it after that.
bool came_from(std::vector<Ticket> undos, const Ticket& undo, const EmailAddress& present) {
  std::sort(undos.begin(), undos.end(), [](const Ticket& one, const Ticket& other) {
    return one.security_version < other.security_version;
  });
  auto reached = undo.changed_to;
  for (const auto& later : undos) {
    if (later.security_version <= undo.security_version) continue;
    if (later.email != reached) return false;
    reached = later.changed_to;
  }
  return reached == present;
}

/// Whether the session that asked goes on: a change that somebody with a stolen session asked for
/// dies with it. What is read of it is written back, which holds its row: whoever ends it at the
/// same moment does so before all of this, or after. A proof that came in between is later than
/// what was read, and stays.
bool holds_session(Transaction& tx, const Ticket& ticket, UtcTime now) {
  if (!ticket.session) return false;
  const auto live = tx.sessions().find_live(*ticket.session, now);
  if (!live) return false;
  const auto& session = live->session;
  return tx.sessions().mark_authenticated(session.id, session.methods, session.authenticated_at);
}

/// To the mailbox that has its account again, with a way to set a password; and to the other one.
void mail_after_undo(Room& room, Transaction& tx, const User& before, const User& after,
                     const Secrets& secrets, const ClientContext& client) {
  auto& kernel = *room.kernel;
  const auto now = room.now();
  kernel.notify(tx, "email_restored",
                {.to = after.email,
                 .first_name = after.first_name,
                 .language = after.language.tag(),
                 .at = now},
                client);
  if (!(before.email == after.email)) {
    kernel.notify(tx, mail_kind::email_changed, notice_of_change(before, after.email, now), client);
  }
  if (!after.is_active || !after.is_verified) return;
  // Also where nobody can ask for one: there is no other way back in.
  const auto reset = room.reset_ticket(after.id, after.email, after.security_version, secrets, now);
  room.tickets.in(tx)->put(reset);
  room.mail_reset(tx, after, reset, secrets, ResetReason::after_undo, client);
}

/// What the write of an address came to.
Result<User> outcome_of(const UserWrite& done, const ErrorCode& dead) {
  if (done.user) return *done.user;
  if (done.outcome == UserWriteOutcome::email_taken) return ErrorCode::email_taken;
  return dead;
}

/// Spends the ticket and changes the address, or does neither.
Result<User> change(Room& room, const Ticket& ticket, const ErrorCode& dead,
                    const ClientContext& client) {
  const auto undo = room.make_token(TicketKind::undo);
  const auto& next = ticket.email.value();
  return room.transact([&](Transaction& tx) -> Result<User> {
    const auto now = room.now();
    const auto before = tx.users().find(ticket.user);
    if (!before || !before->is_active || !before->is_verified) return dead;
    take_turns(room, tx, before->email, next);
    const auto tickets = room.tickets.in(tx);
    if (!tickets->redeem(TicketKind::email_change, ticket.digest, now)) return dead;
    const auto found = tx.users().find_credentials(next);
    if (is_taken(room, tx, next, ticket.user, found)) return ErrorCode::email_taken;
    const UserPatch patch{.email = next,
                          .keeps_session = ticket.session,
                          .expects_email = before->email,
                          .expects_security_version = ticket.security_version};
    const auto done = tx.users().update_user(ticket.user, std::nullopt, patch, now);
    if (!done.user) return outcome_of(done, dead);
    // After the user's row, as everybody else holds the two.
    if (!holds_session(tx, ticket, now)) return dead;
    tickets->drop(ticket.user, TicketKind::reset);
    tell_former(room, tx, *before, *done.user, ticket.created_at, undo, client, now);
    room.kernel->changes(tx, ticket.user);
    record_gone(room, tx, done, client, now);
    record(room, tx, email_changed, ticket.user, ticket.session, client, now);
    return *done.user;
  });
}

}  // namespace

Result<CodeReceipt> Recovery::ask_email_change(const Principal& principal,
                                               const EmailAddress& email,
                                               const ClientContext& client) {
  auto& room = state_->room;
  auto& kernel = *room.kernel;
  const auto now = room.now();
  const auto& options = room.options;
  const auto token = room.make_token(TicketKind::email_change);
  const auto code = VerificationCode::random(kernel.random());
  const auto expires_at = now + options.email_change_lifetime;
  // Whoever has many accounts gets no more mails to one address for it.
  const MailRequest request{.purpose = MailPurpose::email_change,
                            .target = MailTarget{room.sealer->digest("target", {email.canonical()}),
                                                 options.target_mails}};
  const auto ask = [&](Transaction& tx) -> Result<void> {
    const auto user = tx.users().find(principal.user.id);
    // What was proved before the account changed proves nothing now.
    if (!user || user->security_version != principal.user.security_version ||
        !tx.sessions().find_live(principal.session, now)) {
      return ErrorCode::token_invalid;
    }
    if (user->email == email) {
      return field_error("new_email", "unchanged", "This is already your address.");
    }
    take_turns(room, tx, user->email, email);
    const auto tickets = room.tickets.in(tx);
    if (!tickets->take_slot(user->id, request, options.pace, now)) return {};
    const auto found = tx.users().find_credentials(email);
    const bool taken = is_taken(room, tx, email, user->id, found);
    // Kept for an address that is taken, too, so that what is asked about it later says the same.
    // Nobody gets its token or code.
    tickets->put(
        {.digest = room.digest_of(token),
         .kind = TicketKind::email_change,
         .user = user->id,
         .security_version = user->security_version,
         .email = email,
         .code = room.digest_of(TicketKind::email_change, user->id, email, code.expose_secret()),
         .session = principal.session,
         .created_at = now,
         .expires_at = expires_at});
    // Without the name, which its owner typed and this mailbox may have nothing to do with.
    MailParameters mail{.to = email, .at = now};
    if (!taken) {
      mail.link = room.link_to(TicketKind::email_change, token);
      mail.code = std::string{code.expose_secret()};
      mail.expires_at = expires_at;
    }
    // Of whoever reads that mailbox.
    const bool has_owner = taken && found && !found->password_hash.empty();
    mail.language = (has_owner ? found->user : *user).language.tag();
    if (mail.language.empty()) mail.language = client.language;
    kernel.enqueue(tx, taken ? "email_change_taken" : "email_change_code", mail, expires_at);
    kernel.notify(tx, "email_change_asked", notice_of_change(*user, email, now), client);
    record(room, tx, email_change_asked, user->id, principal.session, client, now);
    return {};
  };
  const auto sent = room.transact(ask);
  // Without a mail the answer is that of one: whose mails used the address up is not the asker's
  // business.
  if (!sent) return sent.error();
  return CodeReceipt{email, expires_at};
}

Result<User> Recovery::confirm_email_change(const Principal& principal,
                                            const VerificationCode& code,
                                            const ClientContext& client) {
  auto& room = state_->room;
  const auto& user = principal.user.id;
  const auto waiting = room.waiting_change(user);
  if (!waiting) return ErrorCode::invalid_code;
  // Whoever has many accounts gets no more guesses at one address for it.
  const auto counted = room.kernel->count(guess_limit, waiting->email.value().canonical());
  if (!counted) return counted.error();
  // Bound to the address, so a code for an earlier one is wrong for this one.
  const auto ticket = room.try_code(TicketKind::email_change, user, waiting->email.value(),
                                    code.expose_secret(), client);
  if (!ticket) return ErrorCode::invalid_code;
  return change(room, *ticket, ErrorCode::invalid_code, client);
}

Result<User> Recovery::confirm_email_change(const Secret& token, const ClientContext& client) {
  auto& room = state_->room;
  const auto ticket = room.find(TicketKind::email_change, token);
  if (!ticket) return room.refuse_link(client);
  return change(room, *ticket, invalid_link, client);
}

std::optional<EmailAddress> Recovery::pending_email(const UserId& user) {
  const auto waiting = state_->room.waiting_change(user);
  if (!waiting) return std::nullopt;
  return waiting->email;
}

void Recovery::cancel_email_change(const Principal& principal, const ClientContext& client) {
  auto& room = state_->room;
  room.transact([&](Transaction& tx) {
    const auto& user = principal.user.id;
    if (room.tickets.in(tx)->drop(user, TicketKind::email_change) == 0) return;
    record(room, tx, email_change_cancelled, user, principal.session, client, room.now());
  });
}

Result<User> Recovery::undo_email_change(const Secret& token, const ClientContext& client) {
  auto& room = state_->room;
  auto& kernel = *room.kernel;
  const auto ticket = room.find(TicketKind::undo, token);
  if (!ticket) return room.refuse_link(client);
  // A password that nobody knows: whoever changed the address may have set the present one.
  const auto random = room.make_token(TicketKind::undo);
  const auto nobodys = Password::parse(random.expose_secret());
  const auto hash = kernel.passwords().hash(nobodys.value());
  const auto secrets = room.make_reset_secrets();
  const auto& email = ticket->email.value();
  return room.transact([&](Transaction& tx) -> Result<User> {
    const auto now = room.now();
    const auto before = tx.users().find(ticket->user);
    if (!before) return invalid_link;
    take_turns(room, tx, before->email, email);
    // What it waited for may have been a change of this account; then it is judged anew.
    const auto still = tx.users().find(ticket->user);
    if (!still || !(still->email == before->email)) throw TransactionConflict();
    const auto tickets = room.tickets.in(tx);
    if (!came_from(tickets->list(ticket->user, TicketKind::undo, now), *ticket, before->email) ||
        !tickets->redeem(TicketKind::undo, ticket->digest, now)) {
      return invalid_link;
    }
    // Before the account is held, as in a reset.
    tickets->drop(ticket->user, TicketKind::email_change);
    const UserPatch patch{.email = email, .password_hash = hash, .expects_email = before->email};
    const auto done = tx.users().update_user(ticket->user, std::nullopt, patch, now);
    if (!done.user) return outcome_of(done, invalid_link);
    tickets->drop(ticket->user, TicketKind::undo, ticket->security_version);
    tickets->drop(ticket->user, TicketKind::reset);
    kernel.changes(tx, ticket->user);
    record_gone(room, tx, done, client, now);
    record_undone(room, tx, *ticket, client, now);
    // As it is after all who heard of that have taken from it what they must.
    auto after = tx.users().find(ticket->user);
    if (!after) return invalid_link;
    mail_after_undo(room, tx, *before, *after, secrets, client);
    return *std::move(after);
  });
}

}  // namespace coffeeauth::recovery
