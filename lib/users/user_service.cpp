#include "coffeeauth/user_service.hpp"

#include <utility>

#include "lib/auth/services.hpp"
#include "lib/mail/mail_job.hpp"
#include "lib/sessions/own_password.hpp"
#include "lib/users/code_mail.hpp"
#include "lib/users/names.hpp"

namespace coffeeauth {
namespace {

NewJob existing_account_job(const Services& s, const EmailAddress& email, const Language& own,
                            const ClientContext& client, UtcTime now) {
  return make_mail_job(mail_kind::sign_up_for_existing,
                       {.to = email, .language = mail_language(own, client), .expires_at = now},
                       s.vault, s.parts.random, now, std::nullopt);
}

/// What whoever signs up says, or their client does; not known where that is no tag.
Language language_of(const SignUpRequest& request, const ClientContext& client) {
  if (!request.language.empty()) return request.language;
  return Language::parse(client.language).value_or(Language{});
}

/// The code of a sign-up, or the notice to who has an account already.
struct SignUpMails {
  const CodeMail& code;
  const NewJob& notice;
};

void record_sign_up(const Services& s, Transaction& tx, const SignUp& done,
                    const ClientContext& client, UtcTime now) {
  const bool existing = done.outcome == SignUpOutcome::existing;
  Event event{.kind = existing ? EventKind::sign_up_for_existing : EventKind::signed_up,
              .at = now,
              .user = done.user.id,
              .client = client};
  // A further sign-up for an address that waits for its code makes no account.
  if (done.outcome == SignUpOutcome::created) event.details = {{"account", "created"}};
  s.record(tx, std::move(event));
}

/// Nobody verifies what an administrator disabled; what is asked is asked for `nobody`.
void mail_sign_up(const Services& s, Transaction& tx, const SignUp& done, const UserId& nobody,
                  const AddressDigest& network, const SignUpMails& mails,
                  const ClientContext& client, UtcTime now) {
  const auto& rules = s.config.codes;
  if (done.outcome != SignUpOutcome::existing) {
    if (!mails.code.send(tx, done.user.is_active ? done.user.id : nobody)) return;
    s.record(tx,
             {.kind = EventKind::code_queued, .at = now, .user = done.user.id, .client = client});
  } else if (!rules.sign_up_reveals_existing &&
             tx.sign_ups().take_mail_slot(done.user.id, network, mail_pace(rules), now)) {
    s.enqueue(tx, mails.notice);
  }
}

}  // namespace

UserService::UserService(Services& services) : s_(services) {}

Result<CodeReceipt> UserService::sign_up(SignUpRequest request, const ClientContext& client) {
  if (s_.parts.sign_up_policy) {
    const auto allowed = s_.parts.sign_up_policy(request, client);
    if (!allowed) return allowed.error();
  }
  auto names = checked_names(request.first_name, request.last_name);
  if (!names) return names.error();
  const auto strong =
      s_.passwords.check_strength(request.password, {request.email, names->first, names->last});
  if (!strong) return strong.error();

  // Everything slow or random comes before the transaction, and all of it in every case: whether
  // the address is known must show neither in the answer nor in the time it takes.
  const auto now = s_.now();
  const auto account = s_.parts.store.users().find_credentials(request.email);
  const auto language = language_of(request, client);
  // Of an account without an owner it is a stranger's, whose sign-up may be the account.
  const auto owners = account && !awaits_owner(*account) ? account->user.language : Language{};
  const NewUser candidate{
      .id = UserId::make(now, s_.parts.random),
      .email = request.email,
      .first_name = std::move(names->first),
      .last_name = std::move(names->last),
      .language = language,
      .password_hash = s_.passwords.hash_for_sign_up(request.password, request.email, account),
      .now = now};
  const auto network = network_of(s_, client);
  const CodeMail code{s_, request.email, language, client, now};
  const auto notice = existing_account_job(s_, request.email, owners, client, now);
  const auto& rules = s_.config.codes;

  const auto outcome = s_.transact([&](Transaction& tx) {
    take_turn(s_, tx, request.email, now);
    auto done = tx.sign_ups().sign_up(candidate, rules.pending_sign_ups);
    if (done.outcome == SignUpOutcome::created) s_.lists_change_with(tx);
    // An address that is kept for somebody is answered as theirs. The sign-up is written all the
    // same, since a login with its password is answered otherwise than one for a free address; no
    // code of it is mailed, and it gives way to whom the address is kept for.
    if (s_.address_holder(tx, request.email, now)) done.outcome = SignUpOutcome::existing;
    tx.sign_ups().admit_network(done.user.id, network, rules.networks, now);
    record_sign_up(s_, tx, done, client, now);
    mail_sign_up(s_, tx, done, candidate.id, network, {code, notice}, client, now);
    return done.outcome;
  });

  if (outcome == SignUpOutcome::existing && rules.sign_up_reveals_existing) {
    return ErrorCode::email_taken;
  }
  return CodeReceipt{request.email, code.expires_at()};
}

Result<User> UserService::get(const UserId& id) {
  auto user = s_.parts.store.users().find(id);
  if (!user) return ErrorCode::not_found;
  return *std::move(user);
}

Result<User> UserService::update_profile(const UserId& id, const ProfilePatch& patch,
                                         const ClientContext& client) {
  const auto now = s_.now();
  UserPatch change{
      .first_name = patch.first_name, .last_name = patch.last_name, .language = patch.language};
  if (auto wrong = check_names(change)) return *std::move(wrong);
  const auto written = s_.transact([&](Transaction& tx) {
    auto done = tx.users().update_user(id, patch.expected_version, change, now);
    if (done.outcome == UserWriteOutcome::written && done.changed) {
      s_.account_changes_with(tx, id);
      s_.record(tx, {.kind = EventKind::user_updated, .at = now, .user = id, .client = client});
    }
    return done;
  });
  if (written.outcome == UserWriteOutcome::version_conflict) return ErrorCode::version_conflict;
  if (written.outcome != UserWriteOutcome::written) return ErrorCode::not_found;
  return *written.user;
}

Result<void> UserService::delete_account(const UserId& id, const Password& password,
                                         const ClientContext& client) {
  const auto account = check_own_password(s_, id, password, client);
  if (!account) return account.error();
  const auto outcome = s_.transact([&](Transaction& tx) {
    // The password may have been changed since it was compared, and until it is deleted.
    const auto present = tx.users().find_credentials(id);
    if (!present) return UserWriteOutcome::not_found;
    if (present->password_hash != account->password_hash) return UserWriteOutcome::unproved;
    const auto done = tx.users().delete_user(id, present->user.version);
    if (done == UserWriteOutcome::version_conflict) throw TransactionConflict();
    if (done == UserWriteOutcome::written) {
      s_.account_changes_with(tx, id);
      s_.record(tx, {.kind = EventKind::user_deleted, .user = id, .client = client});
    }
    return done;
  });
  if (outcome == UserWriteOutcome::last_admin) return ErrorCode::last_admin;
  if (outcome == UserWriteOutcome::unproved) return ErrorCode::invalid_credentials;
  if (outcome != UserWriteOutcome::written) return ErrorCode::not_found;
  return {};
}

}  // namespace coffeeauth
