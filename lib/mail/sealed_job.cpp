#include "lib/mail/sealed_job.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "lib/mail/mail_job.hpp"

namespace coffeeauth {
namespace {

/// Of each channel its own, so that no worker of another opens what it was handed by mistake: one
/// of an earlier version claims every job, and gives back what it cannot open.
std::string purpose_of(std::string_view channel) { return std::string{"job/"}.append(channel); }

/// Binds a sealed payload to its job, so that rows cannot be swapped.
std::string row_of(const JobId& id, std::string_view kind) {
  return id.str().append(1, ':').append(kind);
}

void check_word(std::string_view word, const char* what) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  const bool is_word =
      !word.empty() && word.size() <= 64 && std::all_of(word.begin(), word.end(), fits);
  if (!is_word)
    throw std::invalid_argument(std::string{what} + " of a job is not a snake_case word");
}

}  // namespace

NewJob make_job(const JobRequest& request, const Vault& vault, RandomSource& random, UtcTime now) {
  check_word(request.channel, "the channel");
  check_word(request.kind, "the kind");
  if (request.channel == mail_channel) {
    throw std::invalid_argument("mails are enqueued with Kernel::enqueue()");
  }
  const auto id = JobId::make(now, random);
  return NewJob{.id = id,
                .kind = std::string{request.kind},
                .sealed_payload = vault.seal(purpose_of(request.channel), row_of(id, request.kind),
                                             request.payload, random),
                .message_id = id.str(),
                .created_at = now,
                .expires_at = request.expires_at,
                .channel = std::string{request.channel}};
}

std::optional<Secret> open_job(const NewJob& job, const Vault& vault) {
  return vault.open(purpose_of(job.channel), row_of(job.id, job.kind), job.sealed_payload);
}

Resealed reseal_job(const SealedJob& job, const Vault& vault, RandomSource& random) {
  if (job.channel == mail_channel) return reseal_mail_job(job, vault, random);
  return vault.reseal(purpose_of(job.channel), row_of(job.id, job.kind), job.sealed_payload,
                      random);
}

}  // namespace coffeeauth
