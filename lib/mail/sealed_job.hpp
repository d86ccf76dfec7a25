#pragma once
/// How a job of a feature is put into the outbox and taken out again. Private to the library.

#include <optional>

#include "coffeeauth/ports/job_handler.hpp"
#include "coffeeauth/ports/outbox.hpp"
#include "coffeeauth/ports/random_source.hpp"
#include "coffeeauth/secret.hpp"
#include "lib/vault/vault.hpp"

namespace coffeeauth {

/// A job for that request, its payload sealed. Throws std::invalid_argument for a channel or kind
/// that is no snake_case word, and for that of mails.
[[nodiscard]] NewJob make_job(const JobRequest& request, const Vault& vault, RandomSource& random,
                              UtcTime now);

/// The payload of a job; nothing when it was sealed with another secret or is damaged.
[[nodiscard]] std::optional<Secret> open_job(const NewJob& job, const Vault& vault);

/// The payload of a job of any channel, mails included, for rewrap().
[[nodiscard]] Resealed reseal_job(const SealedJob& job, const Vault& vault, RandomSource& random);

}  // namespace coffeeauth
