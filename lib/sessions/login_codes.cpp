#include "lib/sessions/login_codes.hpp"

#include "lib/mail/mail_job.hpp"

namespace coffeeauth {

Result<void> may_log_in(const User& user) {
  if (!user.is_active) return ErrorCode::account_disabled;
  if (!user.is_verified) return ErrorCode::email_not_verified;
  return {};
}

CodeReceipt mail_login_code(Services& s, const EmailAddress& email,
                            const std::optional<Credentials>& found, LoginCodeBudget budget,
                            const ClientContext& client) {
  const auto now = s.now();
  const auto& rules = s.config.codes;
  const auto expires_at = now + rules.login_code_lifetime;
  const auto nobody = UserId::make(now, s.parts.random);
  const auto user = found ? found->user.id : nobody;
  // A code does not make up for a password that nobody has chosen.
  const bool is_due = found && may_log_in(found->user).has_value() && !awaits_owner(*found);
  // Made in every case, as it takes time.
  const auto code = VerificationCode::random(s.parts.random);
  const NewLoginCode kept{.digest = s.vault.login_code_digest(user, email, code),
                          .expires_at = expires_at,
                          .budget = budget};
  const auto job = make_mail_job(
      mail_kind::login_code,
      {.to = email,
       .first_name = is_due ? found->user.first_name : std::string{},
       .language = is_due ? mail_language(found->user.language, client) : client.language,
       .code = std::string{code.expose_secret()},
       .expires_at = expires_at},
      s.vault, s.parts.random, now, expires_at);
  s.transact([&](Transaction& tx) {
    take_turn(s, tx, email, now);
    // For whom no code is due it is asked for nobody, at the same price.
    if (!tx.sessions().put_login_code(is_due ? user : nobody, kept, rules.mails_per_day, now)) {
      return;
    }
    s.enqueue(tx, job);
    s.record(tx, {.kind = EventKind::login_code_queued, .at = now, .user = user, .client = client});
  });
  return {email, expires_at};
}

}  // namespace coffeeauth
