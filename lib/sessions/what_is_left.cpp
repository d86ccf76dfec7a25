#include "lib/sessions/what_is_left.hpp"

#include <iterator>
#include <utility>
#include <vector>

#include "lib/auth/services.hpp"

namespace coffeeauth {
namespace {

std::vector<ChallengeMethod> left_of(const Services& s, Transaction& tx, const UserId& user) {
  std::vector<ChallengeMethod> left;
  for (auto* const step : s.second_steps) {
    auto some = step->list(tx, user);
    std::move(some.begin(), some.end(), std::back_inserter(left));
  }
  return left;
}

}  // namespace

Result<User> settle_second_factor(Services& s, Transaction& tx, const UserId& id, Gates gates,
                                  const ClientContext& client) {
  auto user = tx.users().find(id);
  if (!user) return ErrorCode::not_found;
  const auto left = left_of(s, tx, id);
  if (gates == Gates::closed) {
    for (auto* const gate : s.gates) {
      if (const auto may = gate->may_keep_only(*user, left); !may) return may.error();
    }
  }
  if (!user->second_factor || !left.empty()) return *std::move(user);
  auto done = tx.users().update_user(id, std::nullopt, {.second_factor = false}, s.now());
  if (!done.user) return ErrorCode::not_found;
  s.account_changes_with(tx, id);
  s.record(tx, {.kind = EventKind::second_factor_off, .at = s.now(), .user = id, .client = client});
  return *std::move(done.user);
}

}  // namespace coffeeauth
