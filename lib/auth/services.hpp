#pragma once
/// Services: what the services share. Private to the library; Auth owns one.

#include <atomic>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "coffeeauth/auth.hpp"
#include "coffeeauth/feature.hpp"
#include "coffeeauth/rewrap.hpp"
#include "lib/jobs/job_signal.hpp"
#include "lib/sessions/live_users.hpp"
#include "lib/vault/vault.hpp"

namespace coffeeauth {

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

/// Calls `then` after the commit, and after one whose answer was lost.
template <class Then>
void unless_rolled_back(Transaction& tx, Then then) {
  tx.at_end([then = std::move(then)](TransactionEnd end) {
    if (end != TransactionEnd::rolled_back) then();
  });
}

/// What a feature has sealed.
struct FeatureRows {
  /// Of the feature.
  std::string name;
  SealedRows* rows;
};

struct Services {
  Services(Config config_in, const SecretKeys& secret_keys, const AuthParts& parts_in);

  const Config config;
  const AuthParts parts;
  /// What the features brought; set while the Auth is made, and never again.
  std::vector<Recorder*> recorders;
  std::vector<LoginStep*> login_steps;
  std::vector<CleanUp> clean_ups;
  std::vector<AddressGuard*> address_guards;
  std::vector<decltype(Contributions::count_live)> live_counts;
  std::vector<LoginMethod> methods{LoginMethod::password, LoginMethod::email_code};
  std::vector<SecondStep*> second_steps;
  std::vector<CodeChannel*> code_channels;
  std::vector<AccountGate*> gates;
  std::vector<ProtectedPurpose*> purposes;
  bool knows_devices = false;
  std::vector<MailKind> mails;
  std::map<std::string, std::string> notice_values;
  std::chrono::seconds digests_live_for{0};
  std::vector<FeatureRows> sealed_rows;
  /// In place of `parts.events`, which may throw.
  mutable GuardedEvents events;
  const Vault vault;
  /// Workers and schedulers that were made over these services and are still there.
  std::atomic<int> background_parts{0};
  /// Wakes the workers of this process.
  mutable JobSignal job_written;
  LiveUsers live_users;

  RateLimiter limits;
  PasswordService passwords;
  TokenService tokens;
  UserService users;
  VerificationService verification;
  SessionService sessions;
  AdminService admin;

  [[nodiscard]] UtcTime now() const noexcept { return parts.clock.now(); }
  template <class Work>
  auto transact(Work&& work) const {
    return parts.store.transact(std::forward<Work>(work));
  }

  /// Tells every Recorder in the transaction, and the EventSink after its commit.
  void record(Transaction& tx, Event event) const;
  /// Tells the EventSink of what happens outside a transaction.
  void note(Event event) const noexcept;

  /// Makes every cached list of users unreachable.
  void users_changed() const noexcept;
  /// The same, for a transaction that changes users.
  void lists_change_with(Transaction& tx) const;
  /// This process takes nobody for who they were before: `whose` user, or session alone.
  template <class Whose>
  void forget_after(Transaction& tx, const Whose& whose) {
    unless_rolled_back(tx, [this, whose] { live_users.forget(whose); });
  }
  /// Both, for a transaction that changes that account.
  void account_changes_with(Transaction& tx, const UserId& user) {
    forget_after(tx, user);
    lists_change_with(tx);
  }

  /// For whom a feature keeps the address.
  [[nodiscard]] std::optional<UserId> address_holder(Transaction& tx, const EmailAddress& email,
                                                     UtcTime at) const;

  /// Writes the job, and wakes the workers of this process after the commit.
  void enqueue(Transaction& tx, const NewJob& job) const;
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
