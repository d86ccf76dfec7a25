#include "coffeeauth/verification_service.hpp"

#include <utility>

#include "lib/auth/services.hpp"
#include "lib/users/code_mail.hpp"

namespace coffeeauth {
namespace {

/// The account behind an address; for an unknown one an id that belongs to nobody, so that the same
/// statements run.
struct Account {
  UserId id;
  /// Nothing for nobody: what events may name.
  std::optional<UserId> known{};
  bool awaits_code = false;
};

Account account_or_nobody(const Services& s, const EmailAddress& email, UtcTime now) {
  const auto found = s.parts.store.users().find_credentials(email);
  if (!found) return {.id = UserId::make(now, s.parts.random)};
  const auto& user = found->user;
  return {.id = user.id, .known = user.id, .awaits_code = !user.is_verified && user.is_active};
}

}  // namespace

VerificationService::VerificationService(Services& services) : s_(services) {}

Result<User> VerificationService::verify(VerifyRequest request, const ClientContext& client) {
  const auto now = s_.now();
  std::optional<PasswordHash> password_hash;
  if (request.password) {
    password_hash = s_.passwords.hash_for_sign_up(*request.password, request.email);
  }
  const auto account = account_or_nobody(s_, request.email, now);
  const auto digest = s_.vault.code_digest(account.id, request.email, request.code);
  const GuessLimits limits{.per_code = s_.config.codes.attempts,
                           .per_day = s_.config.codes.guesses_per_day};

  // A transaction of its own, so that the spent attempt stays spent whatever becomes of the rest.
  const auto verdict = s_.parts.store.transact([&](Transaction& tx) {
    const auto judged = tx.sign_ups().try_code(account.id, digest, limits, now);
    if (judged == CodeVerdict::dead) write_decoy(tx, account.id, now);
    return judged;
  });
  if (verdict != CodeVerdict::match) {
    s_.emit({.kind = EventKind::code_rejected, .at = now, .user = account.known, .client = client});
    return ErrorCode::invalid_code;
  }

  const auto done = s_.transact_on_user(account.id, [&](Transaction& tx) {
    return tx.sign_ups().activate(account.id, digest, password_hash, now);
  });
  switch (done.outcome) {
    case ActivationOutcome::activated:
      s_.users_changed();
      s_.emit(
          {.kind = EventKind::user_verified, .at = now, .user = account.known, .client = client});
      return *done.user;
    case ActivationOutcome::password_required:
      return ErrorCode::password_required;
    case ActivationOutcome::no_such_sign_up:
    case ActivationOutcome::gone:
      break;
  }
  return ErrorCode::invalid_code;
}

CodeReceipt VerificationService::resend_code(const EmailAddress& email,
                                             const ClientContext& client) {
  const auto now = s_.now();
  const auto account = account_or_nobody(s_, email, now);
  const CodeMail code{s_, email, client, now};
  const bool sent = s_.parts.store.transact([&](Transaction& tx) {
    const bool mailed = account.awaits_code && code.send(tx, account.id);
    if (!mailed) write_decoy(tx, account.id, now);
    return mailed;
  });
  if (sent) {
    s_.job_written.notify();
    s_.emit({.kind = EventKind::code_sent, .at = now, .user = account.known, .client = client});
  }
  return {email, code.expires_at()};
}

}  // namespace coffeeauth
