// The devices that whoever is logged in has trusted.

#include "features/second_factor/src/room.hpp"

namespace coffeeauth::second_factor {

std::vector<Device> SecondFactor::devices(const UserId& user) {
  const auto& room = state_->room;
  return room.transact([&](Transaction& tx) -> std::vector<Device> {
    const auto present = tx.users().find(user);
    if (!present) return {};
    return room.store.in(tx)->list_devices(user, present->security_version, room.now());
  });
}

Result<void> SecondFactor::forget_device(const Principal& principal, const DeviceId& device,
                                         const ClientContext& client) {
  const auto& room = state_->room;
  const auto& user = principal.user.id;
  return room.transact([&](Transaction& tx) -> Result<void> {
    if (!room.store.in(tx)->forget_device(user, device)) return ErrorCode::not_found;
    room.kernel->record(
        tx,
        {.kind = device_forgotten, .user = user, .session = principal.session, .client = client});
    return {};
  });
}

void SecondFactor::forget_devices(const Principal& principal, const ClientContext& client) {
  const auto& room = state_->room;
  const auto& user = principal.user.id;
  room.transact([&](Transaction& tx) {
    const auto forgotten = room.store.in(tx)->forget_devices(user);
    if (forgotten == 0) return;
    room.kernel->record(tx, {.kind = device_forgotten,
                             .user = user,
                             .session = principal.session,
                             .client = client,
                             .count = forgotten});
  });
}

}  // namespace coffeeauth::second_factor
