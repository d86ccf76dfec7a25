#pragma once
/// Login codes on their way to the mailbox.

#include <optional>

#include "lib/auth/services.hpp"

namespace coffeeauth {

/// What a right password still does not open.
[[nodiscard]] Result<void> may_log_in(const User& user);

/// Mails a login code to the account that was found, if it could log in. The answer and what it
/// costs are the same where there is none.
[[nodiscard]] CodeReceipt mail_login_code(Services& s, const EmailAddress& email,
                                          const std::optional<Credentials>& found,
                                          LoginCodeBudget budget, const ClientContext& client);

}  // namespace coffeeauth
