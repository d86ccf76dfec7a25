// What goes when somebody else changed the account: another feature, an administrator, or the owner
// who undoes what a thief did.

#include <algorithm>

#include "features/second_factor/src/room.hpp"

namespace coffeeauth::second_factor {
void Room::record(Transaction& tx, const Event& event) {
  if (!event.user) return;
  if (event.has(second_factors_removed)) {
    remove_all(tx, event);
    return;
  }
  if (event.has(guesses_forgiven)) store.in(tx)->unlock(*event.user);
  if (event.undone_since) remove_since(tx, event, *event.undone_since);
  if (event.kind == EventKind::second_factor_off) {
    // Whoever turns it on again gets new ones.
    store.in(tx)->drop_recovery_codes(*event.user);
    forget_devices(tx, event);
  } else if (event.has(credential_changed) || event.has(account_recovered)) {
    forget_devices(tx, event);
  }
}

void Room::remove_all(Transaction& tx, const Event& event) {
  const auto& user = *event.user;
  const auto rows = store.in(tx);
  rows->hold(user);
  rows->drop_tickets(user);
  rows->remove_factors(user);
  rows->drop_recovery_codes(user);
  rows->unlock(user);
  forget_devices(tx, event);
  // Others may have something left, and remove it and settle after this.
  static_cast<void>(kernel->settle_second_factor(tx, user, Gates::open, event.client));
}

void Room::remove_since(Transaction& tx, const Event& event, UtcTime since) {
  const auto& user = *event.user;
  const auto rows = store.in(tx);
  rows->hold(user);
  rows->drop_tickets(user);
  rows->drop_recovery_codes(user, since);
  forget_devices(tx, event);
  const auto removed = rows->remove_factors(user, since);
  if (removed == 0) return;
  kernel->record(tx, {.kind = factor_removed,
                      .at = event.at,
                      .user = user,
                      .actor = event.actor,
                      .client = event.client,
                      .count = removed,
                      .details = {credential_changed}});
  // Whoever undoes it decides what the account may be left with.
  static_cast<void>(kernel->settle_second_factor(tx, user, Gates::open, event.client));
}

void Room::forget_devices(Transaction& tx, const Event& event) const {
  const auto forgotten = store.in(tx)->forget_devices(*event.user);
  if (forgotten == 0) return;
  kernel->record(tx, {.kind = device_forgotten,
                      .at = event.at,
                      .user = event.user,
                      .actor = event.actor,
                      .client = event.client,
                      .count = forgotten});
}

Result<void> SecondFactor::reset(const UserId& id, std::optional<UserId> actor,
                                 const ClientContext& client) {
  auto& room = state_->room;
  auto& kernel = *room.kernel;
  return room.transact([&](Transaction& tx) -> Result<void> {
    const auto user = tx.users().find(id);
    if (!user) return ErrorCode::not_found;
    kernel.take_turn(tx, user->email);
    const auto rows = room.store.in(tx);
    rows->hold(id);
    const bool had_any =
        user->second_factor || !room.list_all(tx, id).empty() || rows->count_recovery_codes(id) > 0;
    // The recorders of all features remove what is theirs.
    kernel.record(tx, {.kind = second_factor_reset,
                       .user = id,
                       .actor = actor,
                       .client = client,
                       .details = {second_factors_removed, credential_changed}});
    const auto settled = kernel.settle_second_factor(tx, id, Gates::open, client);
    if (!settled) return settled.error();
    const auto ended = tx.sessions().end_sessions(id, std::nullopt);
    kernel.changes(tx, id);
    if (ended > 0) {
      kernel.record(tx, {.kind = EventKind::session_ended,
                         .user = id,
                         .actor = actor,
                         .client = client,
                         .count = ended});
    }
    // Not the administrator's language, device or network.
    if (had_any) room.tell_owner(tx, "second_factor_reset", id, ClientContext{});
    return {};
  });
}

}  // namespace coffeeauth::second_factor
