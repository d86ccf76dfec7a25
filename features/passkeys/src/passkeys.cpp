#include "coffeeauth/passkeys/passkeys.hpp"

#include <utility>

#include "coffeeauth_passkeys_mails.hpp"
#include "features/passkeys/src/options.hpp"
#include "features/passkeys/src/room.hpp"

namespace coffeeauth::passkeys {

PasskeyService::PasskeyService(PasskeyStore& passkeys, const PublicKeyVerifier& keys,
                               PasskeyOptions options)
    : state_(std::make_unique<State>(*this, passkeys, keys, std::move(options))) {}
PasskeyService::~PasskeyService() = default;

std::string_view PasskeyService::name() const noexcept { return "passkeys"; }

const PasskeyOptions& PasskeyService::options() const noexcept { return state_->room.settings; }

Contributions PasskeyService::attach(Kernel& kernel) {
  auto& room = state_->room;
  room.kernel = kernel;
  room.sealer = kernel.sealer(name());
  const auto clean = [&room](Transaction& tx, std::size_t limit, UtcTime now) {
    return room.passkeys.in(tx)->delete_expired(limit, now);
  };
  // What sessions keep of passkeys is understood, and thieves' passkeys go, whether or not it is
  // enabled now.
  // Accounts have their passkeys while it is disabled, too: with the last other factor, their
  // second factor must not go.
  return {.limits = {{options_limit, room.settings.asks},
                     {login_limit, room.settings.tries},
                     {change_limit, room.settings.changes, true}},
          .clean_ups = {{"passkeys", clean}},
          .methods = {passkey_method, user_verified_method},
          .second_steps = {&room},
          .recorders = {&room},
          .mails = mail_kinds(),
          .digests_live_for = longest_challenge};
}

std::vector<MailKind> mails() { return mail_kinds(); }

}  // namespace coffeeauth::passkeys
