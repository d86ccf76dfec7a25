#pragma once
/// How a mail is put into the outbox and taken out again. Private to the library.

#include <optional>
#include <string_view>

#include "coffeeauth/mail_templates.hpp"
#include "coffeeauth/ports/outbox.hpp"
#include "coffeeauth/ports/random_source.hpp"
#include "coffeeauth/session.hpp"
#include "lib/vault/vault.hpp"

namespace coffeeauth {

/// What a mail to somebody is written in: their own language, as far as it is known, else what the
/// client asked for.
[[nodiscard]] std::string mail_language(const Language& own, const ClientContext& client);

/// A job for that mail, its parameters sealed: the outbox never holds a code in the clear. The
/// Message-ID is fixed here, once, for every try to come.
[[nodiscard]] NewJob make_mail_job(std::string_view kind, const MailParameters& parameters,
                                   const Vault& vault, RandomSource& random, UtcTime now,
                                   std::optional<UtcTime> expires_at);

/// The parameters of a job; nothing when it was sealed with another secret or is damaged.
[[nodiscard]] std::optional<MailParameters> open_mail_job(const NewJob& job, const Vault& vault);

/// The payload of a job, for rewrap().
[[nodiscard]] Resealed reseal_mail_job(const SealedJob& job, const Vault& vault,
                                       RandomSource& random);

}  // namespace coffeeauth
