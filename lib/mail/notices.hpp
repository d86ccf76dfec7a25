#pragma once
/// Notices: mails that tell an account's owner what was done with it. Private to the library.

#include <string>
#include <string_view>

#include "coffeeauth/ports/store.hpp"
#include "coffeeauth/session.hpp"

namespace coffeeauth {

struct Services;

/// Which browser on which system, in words that are the same in every language: `Firefox, Linux`.
/// Nothing of the text itself, which a stranger wrote; empty when neither is known.
[[nodiscard]] std::string client_words(std::string_view user_agent);

/// Writes a notice to the outbox, in the transaction of what it tells.
void enqueue_notice(const Services& s, Transaction& tx, std::string_view kind, const User& user,
                    const ClientContext& client, UtcTime at);

}  // namespace coffeeauth
