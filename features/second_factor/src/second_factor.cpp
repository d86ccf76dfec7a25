#include "coffeeauth/second_factor/second_factor.hpp"

#include <algorithm>
#include <utility>

#include "coffeeauth/second_factor/routes.hpp"
#include "coffeeauth_second_factor_mails.hpp"
#include "features/second_factor/src/room.hpp"

namespace coffeeauth::second_factor {

SecondFactor::SecondFactor(FactorStore& factors, const OneTimeCodes& codes,
                           SecondFactorOptions options) {
  check(options);
  state_ = std::make_unique<State>(*this, factors, codes, std::move(options));
}
SecondFactor::~SecondFactor() = default;

std::string_view SecondFactor::name() const noexcept { return "second_factor"; }

const SecondFactorOptions& SecondFactor::options() const noexcept { return state_->room.settings; }

Contributions SecondFactor::attach(Kernel& kernel) {
  auto& room = state_->room;
  room.kernel = kernel;
  room.sealer = kernel.sealer(name());
  const auto clean = [&room](Transaction& tx, std::size_t limit, UtcTime now) {
    return room.store.in(tx)->delete_expired(limit, now);
  };
  // Switched off, it asks for nothing and demands nothing, and the door refuses whoever has a
  // second factor. What sessions keep is understood all the same, what has to go goes, and nobody
  // is left with the password alone because apps are not listed.
  const auto count = [&room](Transaction& tx, UtcTime now) {
    const auto live = room.store.in(tx)->count_live(now);
    return std::vector<LiveTokens>{{"second_factor", live.tickets},
                                   {"trusted_device", live.devices}};
  };
  Contributions brought{.clean_ups = {{"second_factor", clean}},
                        .count_live = count,
                        .methods = {totp, recovery_code, trusted_device},
                        .second_steps = {&room},
                        .recorders = {&room},
                        .mails = mail_kinds(),
                        .digests_live_for = longest_trust,
                        .sealed = {&room}};
  if (room.settings.enabled) {
    brought.limits = {{step_limit, room.settings.steps},
                      {change_limit, room.settings.changes, true},
                      {notice_limit, room.settings.step_notices, true}};
    brought.login_steps = {&room};
    brought.gates = {&room};
    brought.knows_devices = room.settings.device_lifetime.count() > 0;
  }
  return brought;
}

bool SecondFactor::has_step(std::string_view type) const {
  const auto& steps = state_->room.kernel->second_steps();
  return std::any_of(steps.begin(), steps.end(), [&](const SecondStep* step) {
    return step->type() == type && step->is_usable();
  });
}

std::vector<ErrorCode> SecondFactor::step_errors() const {
  std::vector<ErrorCode> all;
  for (const auto* const step : state_->room.kernel->second_steps()) {
    const auto errors = step->errors();
    all.insert(all.end(), errors.begin(), errors.end());
  }
  return all;
}

std::vector<std::string> SecondFactor::accepted_types(Role role) const {
  return state_->room.accepted_types(role);
}

const std::vector<CodeChannel*>& SecondFactor::code_channels() const {
  return state_->room.kernel->code_channels();
}

std::vector<MailKind> mails() { return mail_kinds(); }

}  // namespace coffeeauth::second_factor
