// What stands between a right first factor and a session.

#include <utility>

#include "coffeeauth/prefixed_token.hpp"
#include "features/second_factor/src/room.hpp"

namespace coffeeauth::second_factor {
namespace {

std::string words_of(const LoginMethods& methods) {
  std::string words;
  for (const auto& method : methods) {
    words.append(words.empty() ? "" : " ").append(method.word());
  }
  return words;
}

}  // namespace

bool Room::is_trusted_device(const PendingLogin& login) const {
  if (!can_trust_device(login.user, login.purpose)) return false;
  if (login.device_token == nullptr || !is_prefixed_token(device_prefix, *login.device_token))
    return false;
  const auto& user = login.user;
  const auto digests =
      sealer->digests("device", {user.id.str(), login.device_token->expose_secret()});
  return transact([&](Transaction& tx) {
    return store.in(tx)->use_device(user.id, digests, user.security_version, login.now);
  });
}

Result<std::optional<LoginChallenge>> Room::ask(const PendingLogin& login) {
  const auto& user = login.user;
  if (!user.second_factor || has_second_step(login.done)) return std::optional<LoginChallenge>{};
  if (is_trusted_device(login)) {
    login.done.push_back(trusted_device);
    return std::optional<LoginChallenge>{};
  }
  const auto token = make_token(ticket_prefix);
  const Ticket ticket{.digest = sealer->digest("ticket", {token.expose_secret()}),
                      .user = user.id,
                      .security_version = user.security_version,
                      .methods = words_of(login.done),
                      .promise = std::string{login.purpose.word()},
                      .subject = std::string{login.subject},
                      .session = login.session,
                      .created_at = login.now,
                      .expires_at = login.now + settings.ticket_lifetime};
  auto methods = transact([&](Transaction& tx) {
    const auto rows = store.in(tx);
    rows->hold(user.id);
    rows->put_ticket(ticket, settings.tickets);
    kernel->record(tx, {.kind = first_factor_passed,
                        .at = login.now,
                        .user = user.id,
                        .session = login.session,
                        .client = login.client});
    auto all = list_all(tx, user.id);
    std::erase_if(all,
                  [&](const auto& one) { return !one.usable || !goes_with(one.type, login.done); });
    if (rows->count_recovery_codes(user.id) > 0) {
      all.push_back({.type = std::string{recovery_code.word()}});
    }
    return all;
  });
  return std::optional{
      LoginChallenge{.code = ErrorCode::second_factor_required,
                     .token = token.clone(),
                     .expires_at = ticket.expires_at,
                     .methods = std::move(methods),
                     .further = {{"can_trust_device", can_trust_device(user, login.purpose)}}}};
}

}  // namespace coffeeauth::second_factor
