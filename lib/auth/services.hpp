#pragma once
/// Services: what the services share. Private to the library; Auth owns one.

#include <utility>

#include "coffeeauth/auth.hpp"
#include "lib/jobs/job_signal.hpp"
#include "lib/vault/vault.hpp"

namespace coffeeauth {

struct Services {
  Services(Config config_in, Secret secret_key, const AuthParts& parts_in);

  const Config config;
  const AuthParts parts;
  const Vault vault;
  /// Wakes the workers of this process.
  JobSignal job_written;

  RateLimiter limits;
  PasswordService passwords;
  TokenService tokens;
  UserService users;
  VerificationService verification;
  SessionService sessions;
  AdminService admin;

  [[nodiscard]] UtcTime now() const noexcept { return parts.clock.now(); }
  /// Makes every cached list of users unreachable. To be called after each commit that changed one.
  void users_changed() const noexcept;
  /// A transaction that may change users. Where it throws, it may have been committed all the same
  /// (its answer was lost), so every cached list becomes unreachable then, too.
  template <class Work>
  auto transact_on_users(Work&& work) const {
    try {
      return parts.store.transact(std::forward<Work>(work));
    } catch (...) {
      users_changed();
      throw;
    }
  }
  void emit(const Event& event) const noexcept { parts.events.on(event); }
};

/// The cache tag of everything that shows users.
inline constexpr std::string_view users_tag = "users";

/// Gives a transaction that found nothing to write one row to write, so that what it found cannot
/// be told by how long its commit took.
void write_decoy(Transaction& tx, const UserId& user, UtcTime now);

}  // namespace coffeeauth
