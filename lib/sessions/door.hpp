#pragma once
/// The door: the one place where sessions are opened. Private to the library.

#include <optional>
#include <string>

#include "coffeeauth/digest.hpp"
#include "coffeeauth/login.hpp"
#include "coffeeauth/result.hpp"
#include "coffeeauth/session_service.hpp"

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

/// What sessions keep of how their owner proved who they are: the words, with blanks between.
[[nodiscard]] std::string words_of(const LoginMethods& methods);

/// What the first step that asks says; nothing when all let it pass. Error: what a step refuses
/// with.
[[nodiscard]] Result<std::optional<LoginChallenge>> ask_steps(const Services& s,
                                                              const PendingLogin& login);

/// Notes a proof that every step let pass with its session. Error: token_invalid, when the session
/// ended meanwhile.
[[nodiscard]] Result<ReauthenticationOutcome> prove_again(Services& s, const PendingLogin& proof);

/// Asks the steps, and opens a session when all let the login pass; what was counted against the
/// account is forgotten then. Errors: what a step refuses with; invalid_credentials when the
/// account was changed since it was read.
[[nodiscard]] Result<LoginOutcome> open_session(Services& s, const PendingLogin& login,
                                                const Arrival& from);

}  // namespace coffeeauth
