#pragma once
/// Services: what the services share. Private to the library; Auth owns one.

#include <atomic>
#include <utility>

#include "coffeeauth/auth.hpp"
#include "lib/jobs/job_signal.hpp"
#include "lib/sessions/live_users.hpp"
#include "lib/vault/vault.hpp"

namespace coffeeauth {

/// Forgets when it goes: after a commit, and after one whose answer was lost.
template <class Whose>
class Forgetting {
 public:
  Forgetting(LiveUsers& live_users, const Whose& whose) noexcept
      : live_users_(live_users), whose_(whose) {}
  ~Forgetting() { live_users_.forget(whose_); }
  Forgetting(const Forgetting&) = delete;
  Forgetting& operator=(const Forgetting&) = delete;

 private:
  LiveUsers& live_users_;
  const Whose& whose_;
};

/// The one place where an EventSink is called: an embedder's may throw anything.
class GuardedEvents final : public EventSink {
 public:
  explicit GuardedEvents(EventSink& inner) noexcept : inner_(inner) {}

  void on(const Event& event) noexcept override {
    try {
      inner_.on(event);
    } catch (...) {
      // What has happened has happened; its event is lost.
    }
  }

 private:
  EventSink& inner_;
};

struct Services {
  Services(Config config_in, const SecretKeys& secret_keys, const AuthParts& parts_in);

  const Config config;
  const AuthParts parts;
  /// In place of `parts.events`, which may throw.
  mutable GuardedEvents events;
  const Vault vault;
  /// Workers and schedulers that were made over these services and are still there.
  std::atomic<int> background_parts{0};
  /// Wakes the workers of this process.
  JobSignal job_written;
  LiveUsers live_users;

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
  /// As transact_on_users(), of `user` alone: this process takes nobody for who they were before.
  template <class Work>
  auto transact_on_user(const UserId& user, Work&& work) {
    const Forgetting<UserId> after{live_users, user};
    return transact_on_users(std::forward<Work>(work));
  }
  /// A transaction that may end sessions: all of a user, or one.
  template <class Whose, class Work>
  auto transact_on_sessions(const Whose& whose, Work&& work) {
    const Forgetting<Whose> after{live_users, whose};
    return parts.store.transact(std::forward<Work>(work));
  }
  void emit(const Event& event) const noexcept { events.on(event); }
};

/// Counts one for as long as it lives.
class BackgroundPart {
 public:
  explicit BackgroundPart(Services& services) noexcept : services_(services) {
    ++services_.background_parts;
  }
  ~BackgroundPart() { --services_.background_parts; }
  BackgroundPart(const BackgroundPart&) = delete;
  BackgroundPart& operator=(const BackgroundPart&) = delete;

 private:
  Services& services_;
};

/// The cache tag of everything that shows users.
inline constexpr std::string_view users_tag = "users";

/// The first step of a transaction that answers alike whether an address has an account: those for
/// one address go one after the other, as those for an account's row would by themselves, and each
/// has something to commit. Else the time of an answer would tell what the answer does not.
void take_turn(const Services& s, Transaction& tx, const EmailAddress& email, UtcTime now);

}  // namespace coffeeauth
