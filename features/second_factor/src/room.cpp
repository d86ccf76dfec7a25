#include "features/second_factor/src/room.hpp"

#include <algorithm>
#include <iterator>

#include "coffeeauth/prefixed_token.hpp"

namespace coffeeauth::second_factor {
Secret Room::make_token(std::string_view prefix) const {
  return make_prefixed_token(prefix, kernel->random());
}

std::optional<Ticket> Room::find_ticket(const Secret& token) const {
  if (!is_prefixed_token(ticket_prefix, token)) return std::nullopt;
  const auto digests = sealer->digests("ticket", {token.expose_secret()});
  return transact([&](Transaction& tx) { return store.in(tx)->find_ticket(digests, now()); });
}

bool Room::can_trust_device(const User& user, const LoginPurpose& purpose) const {
  if (purpose != LoginPurpose::login || settings.device_lifetime.count() == 0) return false;
  return user.role != Role::admin || settings.devices_for_admins;
}

FailurePolicy Room::failure_policy() const {
  return {.free = settings.failures,
          .first_wait = settings.first_wait,
          .longest_wait = settings.longest_wait,
          .stop = settings.failures_stop};
}

MadeCodes Room::make_recovery_codes(const UserId& user) const {
  MadeCodes made{.shown = {.codes = {}, .created_at = now()}, .digests = {}};
  for (std::size_t i = 0; i < settings.recovery_codes; ++i) {
    const auto code = RecoveryCode::random(kernel->random());
    made.shown.codes.push_back(code.shown());
    made.digests.push_back(digest_of(code, user));
  }
  return made;
}

bool Room::store_first_codes(Transaction& tx, const Principal& principal, const MadeCodes& made,
                             const ClientContext& client) const {
  const auto& user = principal.user.id;
  const auto rows = store.in(tx);
  if (rows->count_recovery_codes(user) != 0) return false;
  rows->replace_recovery_codes(user, made.digests, made.shown.created_at);
  kernel->record(tx, {.kind = recovery_codes_renewed,
                      .user = user,
                      .session = principal.session,
                      .client = client});
  return true;
}

std::vector<ChallengeMethod> Room::list_all(Transaction& tx, const UserId& user) const {
  std::vector<ChallengeMethod> all;
  for (auto* const step : kernel->second_steps()) {
    auto some = step->list(tx, user);
    std::move(some.begin(), some.end(), std::back_inserter(all));
  }
  return all;
}

bool Room::has_usable(Transaction& tx, const UserId& user) const {
  const auto all = list_all(tx, user);
  return std::any_of(all.begin(), all.end(), [](const auto& one) { return one.usable; });
}

void Room::tell_owner(Transaction& tx, std::string_view mail, const UserId& user,
                      const ClientContext& client, std::map<std::string, std::string> extra) const {
  const auto account = tx.users().find(user);
  if (!account) return;
  kernel->notify(tx, mail,
                 {.to = account->email,
                  .first_name = account->first_name,
                  .language = account->language.tag(),
                  .extra = std::move(extra)},
                 client);
}

void Room::tell_of_step(Transaction& tx, std::string_view mail, const UserId& user,
                        const ClientContext& client,
                        std::map<std::string, std::string> extra) const {
  if (!kernel->count(notice_limit, user.str())) return;
  tell_owner(tx, mail, user, client, std::move(extra));
}

Result<User> account_of(Transaction& tx, const Ticket& ticket) {
  auto user = tx.users().find(ticket.user);
  if (!user || !user->is_active || user->security_version != ticket.security_version) {
    return ErrorCode::token_invalid;
  }
  return *std::move(user);
}

Result<std::unique_ptr<Factors>> begin_change(const Room& room, Transaction& tx,
                                              const Principal& principal, UtcTime now) {
  room.kernel->take_turn(tx, principal.user.email);
  if (const auto good = check_unchanged(tx, principal, now); !good) return good.error();
  auto rows = room.store.in(tx);
  rows->hold(principal.user.id);
  return rows;
}

}  // namespace coffeeauth::second_factor
