#include "lib/mail/notices.hpp"

#include <algorithm>
#include <utility>

#include "coffeeauth/user_agent.hpp"
#include "lib/auth/services.hpp"
#include "lib/mail/mail_job.hpp"

namespace coffeeauth {

bool is_left_out(const NoticeConfig& notices, std::string_view kind) {
  return std::find(notices.left_out.begin(), notices.left_out.end(), kind) !=
         notices.left_out.end();
}

std::string language_at(Transaction& tx, const EmailAddress& email) {
  const auto found = tx.users().find_credentials(email);
  // Without a password it is the language of whoever signed up, who may be a stranger.
  if (!found || found->password_hash.empty()) return {};
  return found->user.language.tag();
}

void enqueue_notice(const Services& s, Transaction& tx, std::string_view kind,
                    MailParameters parameters, const ClientContext& client) {
  if (is_left_out(s.config.notices, kind)) return;
  const auto now = s.now();
  if (parameters.at == UtcTime{}) parameters.at = now;
  if (parameters.language.empty()) parameters.language = client.language;
  if (auto words = client_words(client.user_agent); !words.empty()) {
    parameters.extra.emplace("client", std::move(words));
  }
  if (!client.address.empty()) parameters.extra.emplace("address", client.address);
  parameters.extra.insert(s.notice_values.begin(), s.notice_values.end());
  const auto expires_at = parameters.expires_at == UtcTime{} ? std::optional<UtcTime>{}
                                                             : std::optional{parameters.expires_at};
  s.enqueue(tx, make_mail_job(kind, parameters, s.vault, s.parts.random, now, expires_at));
}

}  // namespace coffeeauth
