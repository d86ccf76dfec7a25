#include "lib/users/code_mail.hpp"

#include "lib/mail/mail_job.hpp"

namespace coffeeauth {

MailPace mail_pace(const CodeConfig& config) {
  return {.pause = config.resend_pause,
          .per_hour = config.mails_per_hour,
          .per_day = config.mails_per_day};
}

AddressDigest network_of(const Services& services, const ClientContext& client) {
  // The widest: whoever has a /56 must not have as many shares as it has /64.
  return services.vault.address_digest(rate_limit_networks(client.address).back());
}

CodeMail::CodeMail(const Services& services, const EmailAddress& email, const Language& own,
                   const ClientContext& client, UtcTime now)
    : s_(services),
      now_(now),
      expires_at_(now + services.config.codes.lifetime),
      email_(email),
      network_(network_of(services, client)),
      code_(VerificationCode::random(services.parts.random)),
      // No name in the mail: whoever signed up chose it, and the mailbox may be a stranger's.
      job_(make_mail_job(mail_kind::verification_code,
                         {.to = email,
                          .language = mail_language(own, client),
                          .code = std::string{code_.expose_secret()},
                          .expires_at = expires_at_},
                         services.vault, services.parts.random, now, expires_at_)) {}

bool CodeMail::send(Transaction& tx, const UserId& user) const {
  if (!tx.sign_ups().take_mail_slot(user, network_, mail_pace(s_.config.codes), now_)) return false;
  send_at_any_pace(tx, user);
  return true;
}

void CodeMail::send_at_any_pace(Transaction& tx, const UserId& user) const {
  tx.sign_ups().put_code(user,
                         {.digest = s_.vault.code_digest(user, email_, code_),
                          .network = network_,
                          .expires_at = expires_at_},
                         now_);
  s_.enqueue(tx, job_);
}

}  // namespace coffeeauth
