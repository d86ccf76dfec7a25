#pragma once
/// The door: the one place where sessions are opened. Private to the library.

#include <string>

#include "coffeeauth/digest.hpp"
#include "coffeeauth/login.hpp"
#include "coffeeauth/result.hpp"

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

/// Asks the steps, and opens a session when all let the login pass; what was counted against the
/// account is forgotten then. Errors: what a step refuses with; invalid_credentials when the
/// account was changed since it was read.
[[nodiscard]] Result<LoginOutcome> open_session(Services& s, const PendingLogin& login,
                                                const Arrival& from);

}  // namespace coffeeauth
