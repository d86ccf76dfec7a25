#include "lib/mail/mail_job.hpp"

#include <utility>

#include <nlohmann/json.hpp>

namespace coffeeauth {
namespace {

constexpr std::string_view purpose = "mail_job";

/// Binds a sealed payload to its job, so that rows cannot be swapped.
std::string context_of(const JobId& id, std::string_view kind) {
  return id.str().append(1, ':').append(kind);
}

UtcTime happened_at(const MailParameters& parameters, UtcTime now) {
  return parameters.at == UtcTime{} ? now : parameters.at;
}

}  // namespace

std::string mail_language(const Language& own, const ClientContext& client) {
  return own.empty() ? client.language : own.tag();
}

NewJob make_mail_job(std::string_view kind, const MailParameters& parameters, const Vault& vault,
                     RandomSource& random, UtcTime now, std::optional<UtcTime> expires_at) {
  const nlohmann::json payload = {{"to", parameters.to.display()},
                                  {"to_canonical", parameters.to.canonical()},
                                  {"first_name", parameters.first_name},
                                  {"language", parameters.language},
                                  {"code", parameters.code},
                                  {"expires_at", to_unix_millis(parameters.expires_at)},
                                  {"link", parameters.link},
                                  {"at", to_unix_millis(happened_at(parameters, now))},
                                  {"extra", parameters.extra}};
  // Rows that were imported and clients that an embedder describes may hold any bytes, and no mail
  // fails for them.
  const Secret plain{
      std::string_view{payload.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)}};
  const auto id = JobId::make(now, random);
  return NewJob{
      .id = id,
      .kind = std::string{kind},
      .sealed_payload = vault.seal(purpose, context_of(id, kind), plain.expose_secret(), random),
      .message_id = id.str() + "@coffeeauth",
      .created_at = now,
      .expires_at = expires_at};
}

Resealed reseal_mail_job(const SealedJob& job, const Vault& vault, RandomSource& random) {
  return vault.reseal(purpose, context_of(job.id, job.kind), job.sealed_payload, random);
}

std::optional<MailParameters> open_mail_job(const NewJob& job, const Vault& vault) {
  const auto plain = vault.open(purpose, context_of(job.id, job.kind), job.sealed_payload);
  if (!plain) return std::nullopt;
  const auto payload = nlohmann::json::parse(plain->expose_secret(), nullptr, false);
  if (!payload.is_object()) return std::nullopt;
  // What jobs of earlier versions lack has a value that they could have had.
  return MailParameters{.to = EmailAddress::restore(payload.value("to", std::string{}),
                                                    payload.value("to_canonical", std::string{})),
                        .first_name = payload.value("first_name", std::string{}),
                        .language = payload.value("language", std::string{}),
                        .code = payload.value("code", std::string{}),
                        .expires_at = from_unix_millis(payload.value("expires_at", std::int64_t{})),
                        .link = payload.value("link", std::string{}),
                        .at = from_unix_millis(payload.value("at", to_unix_millis(job.created_at))),
                        .extra = payload.value("extra", std::map<std::string, std::string>{})};
}

}  // namespace coffeeauth
