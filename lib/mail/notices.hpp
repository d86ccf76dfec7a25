#pragma once
/// Notices: mails that tell an account's owner what was done with it. Private to the library.

#include <string>
#include <string_view>

#include "coffeeauth/config.hpp"
#include "coffeeauth/mail_templates.hpp"
#include "coffeeauth/ports/store.hpp"
#include "coffeeauth/session.hpp"

namespace coffeeauth {

struct Services;

/// The language of the account with that address; empty where there is none, it is not known, or
/// the account has no password: until then it may be a stranger's.
[[nodiscard]] std::string language_at(Transaction& tx, const EmailAddress& email);

/// Whether an operator omits notices of that kind.
[[nodiscard]] bool is_left_out(const NoticeConfig& notices, std::string_view kind);

/// As Kernel::notify(), for a caller who has the account: a language that is empty is not known,
/// and the account is not read again for it.
void enqueue_notice(const Services& s, Transaction& tx, std::string_view kind,
                    MailParameters parameters, const ClientContext& client);

}  // namespace coffeeauth
