#pragma once
/// Feature: an extension of Auth with its own tables, mails, routes and limits. To leave a feature
/// out, do not pass it to Auth.

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/claims.hpp"
#include "coffeeauth/code_channel.hpp"
#include "coffeeauth/email_address.hpp"
#include "coffeeauth/event.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/login.hpp"
#include "coffeeauth/mail_templates.hpp"
#include "coffeeauth/ports/store.hpp"
#include "coffeeauth/rate_limiter.hpp"
#include "coffeeauth/second_step.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

class Kernel;
class SealedRows;

/// Observes changes inside the transaction that makes them, to write a journal, a profile beside
/// each sign-up, or a message to send. Must be thread-safe.
class Recorder {
 public:
  virtual ~Recorder() = default;
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  /// Writes rows that belong to `event` through `transaction`: they are committed together with the
  /// change, or not at all. Called again when the transaction is retried. An exception rolls back
  /// the change.
  ///
  /// Events outside a transaction, such as a failed login, go to the EventSink only.
  virtual void record(Transaction& transaction, const Event& event) = 0;

 protected:
  Recorder() = default;
};

/// Knows the email addresses that are reserved although no account has them. Must be thread-safe.
class AddressGuard {
 public:
  virtual ~AddressGuard() = default;
  AddressGuard(const AddressGuard&) = delete;
  AddressGuard& operator=(const AddressGuard&) = delete;

  /// Returns the user for whom `email` is reserved at `now`; nothing when it is free. Called in
  /// each transaction that would give the address to an account, after Kernel::take_turn() for it.
  /// For all other users the address is taken.
  [[nodiscard]] virtual std::optional<UserId> holder_of(Transaction& transaction,
                                                        const EmailAddress& email, UtcTime now) = 0;

 protected:
  AddressGuard() = default;
};

/// A step of the Scheduler's clean-up.
struct CleanUp {
  /// A snake_case word, shown by EventKind::background_failed.
  std::string name;
  /// Deletes at most `limit` rows that have expired at `now` and returns how many it deleted;
  /// called again in a new transaction until it deletes fewer than `limit`.
  std::function<std::size_t(Transaction& transaction, std::size_t limit, UtcTime now)> run;
};

/// How many tokens of one kind are live, for metrics.
struct LiveTokens {
  /// A snake_case word: `password_reset`.
  std::string kind;
  /// Those that have not expired.
  std::size_t count = 0;
};

/// What a feature adds to Auth. Plain data; the pointers are borrowed from the feature.
struct Contributions {
  /// Limits that routes refer to, counted by RateLimiter.
  std::vector<LimitRule> limits{};
  /// Steps of the Scheduler's clean-up.
  std::vector<CleanUp> clean_ups{};
  /// Counts the live tokens of the feature at `now`, by kind, for Auth::live_tokens(); may be
  /// empty.
  std::function<std::vector<LiveTokens>(Transaction& transaction, UtcTime now)> count_live{};
  /// Called at every login.
  std::vector<LoginStep*> login_steps{};
  /// The methods of its own that logins can use, so that what sessions keep of them is understood.
  /// With any method, access tokens have `auth_time`, `acr` and `amr`.
  std::vector<LoginMethod> methods{};
  /// Ways to prove a second factor.
  std::vector<SecondStep*> second_steps{};
  /// Ways to send codes to users.
  std::vector<CodeChannel*> code_channels{};
  /// Asked for every authenticated request.
  std::vector<AccountGate*> gates{};
  /// What it does after a login without a session.
  std::vector<ProtectedPurpose*> purposes{};
  /// Whether it looks at LoginOptions::device_token: the REST login then accepts `device_token`.
  bool knows_devices = false;
  /// Called for every change.
  std::vector<Recorder*> recorders{};
  /// Called for every access token.
  std::vector<ClaimsSource*> claims{};
  /// Called before an account gets an email address.
  std::vector<AddressGuard*> address_guards{};
  /// The texts of its mails, for kinds that AuthParts::templates does not know.
  std::vector<MailKind> mails{};
  /// Further values for the texts of all notices, in MailParameters::extra: see Kernel::notify().
  std::map<std::string, std::string> notice_values{};
  /// The longest time after which a stored Sealer::digest() may still have to be recognised,
  /// whether or not the feature is enabled now; RewrapReport::previous_needed_until allows for it.
  /// 0 if the feature stores no digests. Range 0 to 100 years.
  std::chrono::seconds digests_live_for{0};
  /// What the feature stores sealed (Sealer::seal()), for rewrap() to re-encrypt, whether or not
  /// the feature is enabled now. What is not listed here is lost with the previous key.
  std::vector<SealedRows*> sealed{};
};

/// A feature of an Auth. Must outlive it; belongs to one Auth only.
class Feature {
 public:
  virtual ~Feature() = default;
  Feature(const Feature&) = delete;
  Feature& operator=(const Feature&) = delete;

  /// The feature's name: a snake_case word, unique within the Auth.
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;

  /// Connects the feature to `kernel`, which lives as long as the Auth, and returns what it adds.
  /// Called once, while the Auth is constructed: until that is done, only config() and sealer() of
  /// the kernel may be called. Throws std::invalid_argument for invalid options.
  [[nodiscard]] virtual Contributions attach(Kernel& kernel) = 0;

 protected:
  Feature() = default;
};

/// The Kernel that a feature was attached to, as a member of the feature:
/// `AttachedKernel kernel_{*this};`. attach() assigns to it, and methods use it like a pointer.
class AttachedKernel {
 public:
  /// Not attached yet. Borrows `feature`, whose name the exceptions contain.
  explicit AttachedKernel(const Feature& feature) noexcept : feature_(feature) {}
  AttachedKernel(const AttachedKernel&) = delete;
  AttachedKernel& operator=(const AttachedKernel&) = delete;
  ~AttachedKernel() = default;

  /// Attaches it; call it once, in Feature::attach().
  AttachedKernel& operator=(Kernel& kernel) noexcept {
    kernel_ = &kernel;
    return *this;
  }

  /// Returns the kernel. Throws std::logic_error, which names the feature, when it is not attached:
  /// the feature was not passed to Auth, or to standard::open() in Options::features.
  [[nodiscard]] Kernel& operator*() const;
  /// Gives access to the members of the kernel. Throws like operator*.
  [[nodiscard]] Kernel* operator->() const { return &**this; }

 private:
  const Feature& feature_;
  Kernel* kernel_ = nullptr;
};

}  // namespace coffeeauth
