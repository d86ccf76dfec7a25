#pragma once
/// Services: what the services share. Private to the library; Auth owns one.

#include "coffeeauth/auth.hpp"
#include "lib/vault/vault.hpp"

namespace coffeeauth {

struct Services {
  Services(Config config_in, Secret secret_key, const AuthParts& parts_in);

  const Config config;
  const AuthParts parts;
  const Vault vault;

  RateLimiter limits;
  PasswordService passwords;
  TokenService tokens;
  UserService users;
  VerificationService verification;
  SessionService sessions;
  AdminService admin;
};

}  // namespace coffeeauth
