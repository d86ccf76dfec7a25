#pragma once
/// Feature: something that is added to Auth from outside: a room of its own, with its own tables,
/// mails, routes and limits. Leaving it out is not giving it to Auth.

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/claims.hpp"
#include "coffeeauth/email_address.hpp"
#include "coffeeauth/event.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/login.hpp"
#include "coffeeauth/mail_templates.hpp"
#include "coffeeauth/ports/store.hpp"
#include "coffeeauth/rate_limiter.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

class Kernel;

/// Hears of what changes in the transaction that changes it: a journal, a profile beside each
/// sign-up, a message to be sent. Callable from many threads.
class Recorder {
 public:
  virtual ~Recorder() = default;
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  /// Writes with `transaction` what belongs to `event`: all of it happens, or none, the change
  /// included. Called again when the transaction is tried again. What it throws undoes the change.
  ///
  /// Not told of what happens outside a transaction, such as a failed login: EventSink is.
  virtual void record(Transaction& transaction, const Event& event) = 0;

 protected:
  Recorder() = default;
};

/// Knows which addresses are spoken for although no account has them. Callable from many threads.
class AddressGuard {
 public:
  virtual ~AddressGuard() = default;
  AddressGuard(const AddressGuard&) = delete;
  AddressGuard& operator=(const AddressGuard&) = delete;

  /// The user for whom `email` is kept at `now`; nothing when it is free. Asked in each transaction
  /// that would give the address to an account, after Kernel::take_turn() for it. To anybody else
  /// the address is then taken.
  [[nodiscard]] virtual std::optional<UserId> holder_of(Transaction& transaction,
                                                        const EmailAddress& email, UtcTime now) = 0;

 protected:
  AddressGuard() = default;
};

/// A part of the Scheduler's clean-up.
struct CleanUp {
  /// A snake_case word, which EventKind::background_failed names.
  std::string name;
  /// Deletes at most `limit` rows that are over at `now`, and says how many went; called again in a
  /// transaction of its own until it says less.
  std::function<std::size_t(Transaction& transaction, std::size_t limit, UtcTime now)> run;
};

/// What a feature brings. Plain data; what is pointed to is borrowed and belongs to the feature.
struct Contributions {
  /// Counted by RateLimiter; routes name them.
  std::vector<LimitRule> limits{};
  /// Run by the Scheduler.
  std::vector<CleanUp> clean_ups{};
  /// Asked at every login.
  std::vector<LoginStep*> login_steps{};
  /// Told of every change.
  std::vector<Recorder*> recorders{};
  /// Asked for every access token.
  std::vector<ClaimsSource*> claims{};
  /// Asked before an account gets an address.
  std::vector<AddressGuard*> address_guards{};
  /// The words of its mails, for kinds that AuthParts::templates does not know.
  std::vector<MailKind> mails{};
  /// What the library's own notices are given as MailParameters::extra, beside their own values.
  std::map<std::string, std::string> notice_values{};
};

/// A feature of an Auth. Must outlive it, and belongs to one.
class Feature {
 public:
  virtual ~Feature() = default;
  Feature(const Feature&) = delete;
  Feature& operator=(const Feature&) = delete;

  /// A snake_case word that no other feature of this Auth has.
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;

  /// Takes the kernel, which stays good for as long as the Auth, and says what it brings. Called
  /// once, while the Auth is made, when nothing else of the kernel's may be called yet but
  /// config() and sealer(). Throws std::invalid_argument for options that cannot be.
  [[nodiscard]] virtual Contributions attach(Kernel& kernel) = 0;

 protected:
  Feature() = default;
};

}  // namespace coffeeauth
