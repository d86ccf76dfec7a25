// Passkeys as a login, and to authenticate again.

#include <utility>

#include "features/passkeys/src/ceremony_options.hpp"
#include "features/passkeys/src/room.hpp"

namespace coffeeauth::passkeys {
namespace {

/// Continues a login by a passkey that verified its user. The one that was spent or removed in the
/// meantime is told of like any other that is refused.
Result<ContinuedOutcome> go_on(const Room& room, const Proven& proven, ContinuedLogin login,
                               const ClientContext& client) {
  login.user = proven.passkey.user;
  login.done = methods_of(proven.assertion);
  login.within = [&](Transaction& tx) { return room.spend(tx, proven, client); };
  auto outcome = room.kernel->continue_login(login, client);
  if (outcome) return outcome;
  const auto& code = outcome.error().code;
  // Its account may be gone as well.
  if (code == passkey_rejected || code == ErrorCode::not_found) {
    return room.reject_late(proven, client);
  }
  return outcome;
}

}  // namespace

std::string PasskeyService::login_options() {
  const auto& room = state_->room;
  return request_json(room.settings, room.challenge(Ceremony::login, {}),
                      UserVerification::required, {});
}

Result<LoginOutcome> PasskeyService::log_in(std::string_view credential,
                                            const ClientContext& client) {
  const auto& room = state_->room;
  const auto proven = room.verify(credential, {.ceremony = Ceremony::login}, client);
  if (!proven) return proven.error();
  auto outcome = go_on(room, *proven, {}, client);
  if (!outcome) return outcome.error();
  if (auto* const tokens = std::get_if<TokenPair>(&*outcome)) {
    return LoginOutcome{std::move(*tokens)};
  }
  return LoginOutcome{std::get<LoginChallenge>(*std::move(outcome))};
}

std::string PasskeyService::reauthentication_options(const Principal& principal) {
  const auto& room = state_->room;
  return request_json(room.settings, room.challenge(Ceremony::step_up, subject_of(principal)),
                      UserVerification::required, room.passkeys_of(principal.user.id));
}

Result<ReauthenticationOutcome> PasskeyService::reauthenticate(const Principal& principal,
                                                               std::string_view credential,
                                                               const ClientContext& client) {
  const auto& room = state_->room;
  const auto proven = room.verify(
      credential,
      {.ceremony = Ceremony::step_up, .subject = subject_of(principal), .user = principal.user.id},
      client);
  if (!proven) return proven.error();
  ContinuedLogin again{};
  again.purpose = LoginPurpose::reauthenticate;
  again.session = principal.session;
  again.expects_security_version = principal.user.security_version;
  auto outcome = go_on(room, *proven, std::move(again), client);
  if (!outcome) return outcome.error();
  if (auto* const proved = std::get_if<Reauthenticated>(&*outcome)) {
    return ReauthenticationOutcome{std::move(*proved)};
  }
  return ReauthenticationOutcome{std::get<LoginChallenge>(*std::move(outcome))};
}

}  // namespace coffeeauth::passkeys
