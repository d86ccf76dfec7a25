// Who must have a second factor, and what is accepted as one.

#include <algorithm>

#include "features/second_factor/src/room.hpp"

namespace coffeeauth::second_factor {

bool Room::is_demanded_of(const User& user) const {
  if (!settings.enabled) return false;
  switch (settings.policy) {
    case Policy::never:
      return false;
    case Policy::admins:
      return user.role == Role::admin;
    case Policy::everyone:
      return true;
  }
  return true;
}

bool Room::is_accepted(const User& user, const ChallengeMethod& method) const {
  if (!method.usable) return false;
  if (user.role != Role::admin) return true;
  const auto& types = settings.admin_types;
  return std::find(types.begin(), types.end(), method.type) != types.end();
}

Result<void> Room::pass(const User& user) {
  if (!is_demanded_of(user)) return {};
  if (!user.second_factor) return enrolment_required;
  // Whoever has the flag has a factor; the Store is asked only where some are not good enough.
  const auto& steps = kernel->second_steps();
  const auto& channels = kernel->code_channels();
  const auto accepts = [&](const auto* one) {
    return is_accepted(user, {.type = std::string{one->type()}});
  };
  const bool all_are_accepted = std::all_of(steps.begin(), steps.end(), accepts) &&
                                std::all_of(channels.begin(), channels.end(), accepts);
  if (all_are_accepted) return {};
  const auto left = transact([&](Transaction& tx) { return list_all(tx, user.id); });
  const bool has_one = std::any_of(left.begin(), left.end(),
                                   [&](const auto& method) { return is_accepted(user, method); });
  return has_one ? Result<void>{} : enrolment_required;
}

Result<void> Room::may_keep_only(const User& user, const std::vector<ChallengeMethod>& left) {
  if (!is_demanded_of(user)) return {};
  const bool has_one = std::any_of(left.begin(), left.end(),
                                   [&](const auto& method) { return is_accepted(user, method); });
  return has_one ? Result<void>{} : policy_demands;
}

}  // namespace coffeeauth::second_factor
