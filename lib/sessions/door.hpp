#pragma once
/// The door: the one place where sessions are opened. Private to the library.

#include <functional>
#include <optional>
#include <string>

#include "coffeeauth/digest.hpp"
#include "coffeeauth/kernel.hpp"
#include "coffeeauth/login.hpp"
#include "coffeeauth/result.hpp"
#include "coffeeauth/session_service.hpp"
#include "lib/sessions/login_methods.hpp"

namespace coffeeauth {

struct Services;

/// Where a login comes from, and what the account knows of it.
struct Arrival {
  /// As rate_limit_network() gives it.
  std::string network;
  /// Of that network.
  AddressDigest address;
  /// Whether the account has logged in from there before.
  bool is_familiar = false;
};

[[nodiscard]] Arrival arrival_of(const Services& s, const UserId& user,
                                 const ClientContext& client);

/// Runs first in the transaction that ends a login; an error undoes it.
using Within = std::function<Result<void>(Transaction&)>;

/// What the first step that asks says; nothing when all let it pass. Errors: what a step refuses
/// with; second_factor_required when the account has a second factor and none was asked for.
[[nodiscard]] Result<std::optional<LoginChallenge>> ask_steps(const Services& s,
                                                              const PendingLogin& login);

/// What the owner of a second factor must have done recently; others nothing. Errors: those of
/// SessionService::require_recent().
[[nodiscard]] Result<void> require_second_step(Services& s, const Principal& principal);

/// Asks the steps, and notes the proof with its session when all let it pass. Errors: what a step
/// refuses with; token_invalid, when the session ended or the account was changed meanwhile.
[[nodiscard]] Result<ReauthenticationOutcome> prove_again(Services& s, const PendingLogin& proof,
                                                          const Within& within = {});

/// Asks the steps, and opens a session when all let the login pass; what was counted against the
/// account is forgotten then. Errors: what a step refuses with; invalid_credentials when the
/// account was changed since it was read.
[[nodiscard]] Result<LoginOutcome> open_session(Services& s, const PendingLogin& login,
                                                const Arrival& from, const Within& within = {});

/// Asks the steps, and keeps what the purpose of the login promises: Kernel::continue_login().
[[nodiscard]] Result<ContinuedOutcome> continue_login(Services& s, const ContinuedLogin& login,
                                                      const ClientContext& client);

}  // namespace coffeeauth
