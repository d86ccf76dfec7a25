// Who must have a second factor, and what is accepted as one.

#include <algorithm>
#include <iterator>

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

bool Room::is_accepted(Role role, std::string_view type) const {
  if (role != Role::admin) return true;
  const auto& types = settings.admin_types;
  return std::find(types.begin(), types.end(), type) != types.end();
}

bool Room::has_accepted(const User& user, const std::vector<ChallengeMethod>& methods) const {
  return std::any_of(methods.begin(), methods.end(), [&](const auto& method) {
    return method.usable && is_accepted(user.role, method.type);
  });
}

std::vector<std::string> Room::accepted_types(Role role) const {
  std::vector<std::string> all;
  std::copy_if(settings.types.begin(), settings.types.end(), std::back_inserter(all),
               [&](const auto& type) { return is_own(type); });
  for (const auto* const step : kernel->second_steps()) {
    if (step != this && step->is_usable()) all.emplace_back(step->type());
  }
  std::erase_if(all, [&](const auto& type) { return !is_accepted(role, type); });
  return all;
}

std::vector<ErrorCode> Room::pass_errors() const {
  if (settings.policy == Policy::never) return {};
  return {enrolment_required};
}

std::vector<ErrorCode> Room::keep_errors() const {
  if (settings.policy == Policy::never) return {};
  return {policy_demands};
}

bool Room::satisfies_policy(const User& user,
                            const std::function<std::vector<ChallengeMethod>()>& list) const {
  if (!is_demanded_of(user)) return true;
  if (!user.second_factor) return false;
  // Whoever has the flag has a factor; the Store is asked only where some are not good enough.
  const auto& steps = kernel->second_steps();
  const auto& channels = kernel->code_channels();
  const auto accepts = [&](const auto* one) { return is_accepted(user.role, one->type()); };
  const bool all_are_accepted = std::all_of(steps.begin(), steps.end(), accepts) &&
                                std::all_of(channels.begin(), channels.end(), accepts);
  return all_are_accepted || has_accepted(user, list());
}

Result<void> Room::pass(const User& user) {
  const bool passes = satisfies_policy(
      user, [&] { return transact([&](Transaction& tx) { return list_all(tx, user.id); }); });
  return passes ? Result<void>{} : enrolment_required;
}

Result<void> Room::may_keep_only(const User& user, const std::vector<ChallengeMethod>& left) {
  if (!is_demanded_of(user)) return {};
  return has_accepted(user, left) ? Result<void>{} : policy_demands;
}

}  // namespace coffeeauth::second_factor
