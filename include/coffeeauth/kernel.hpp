#pragma once
/// Kernel: what Auth lends to features, and to an embedder's own code that works beside them.

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/config.hpp"
#include "coffeeauth/digest.hpp"
#include "coffeeauth/email_address.hpp"
#include "coffeeauth/event.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/login.hpp"
#include "coffeeauth/mail_templates.hpp"
#include "coffeeauth/password_service.hpp"
#include "coffeeauth/ports/clock.hpp"
#include "coffeeauth/ports/random_source.hpp"
#include "coffeeauth/ports/store.hpp"
#include "coffeeauth/rate_limiter.hpp"
#include "coffeeauth/result.hpp"
#include "coffeeauth/secret.hpp"
#include "coffeeauth/session.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// Keyed hash of something of a feature's own: a ticket, a code, a network.
using FeatureDigest = Digest<struct FeatureDigestTag>;

/// Digests and encryption under keys of one feature alone, made from the service's secret key: what
/// is made for one purpose means nothing for another, nor to another feature. Immutable; callable
/// from any thread.
class Sealer {
 public:
  virtual ~Sealer() = default;
  Sealer(const Sealer&) = delete;
  Sealer& operator=(const Sealer&) = delete;

  /// Keyed hash (HMAC-SHA-256) of the parts, each framed by its length so that no two lists of
  /// parts collide: what a Store is given to keep.
  [[nodiscard]] virtual FeatureDigest digest(
      std::string_view purpose, std::initializer_list<std::string_view> parts) const = 0;
  /// The digest under each key of the ring, the current one first: what a Store is asked for, since
  /// it may have been kept under a previous one.
  [[nodiscard]] virtual std::vector<FeatureDigest> digests(
      std::string_view purpose, std::initializer_list<std::string_view> parts) const = 0;

  /// Encrypts `plain` and binds it to `purpose` and to `context`, which names the row it is for.
  [[nodiscard]] virtual std::string seal(std::string_view purpose, std::string_view context,
                                         std::string_view plain) const = 0;
  /// Reads what seal() wrote; nothing when it was written with another key, purpose or context, or
  /// is damaged.
  [[nodiscard]] virtual std::optional<Secret> open(std::string_view purpose,
                                                   std::string_view context,
                                                   std::string_view sealed) const = 0;

 protected:
  Sealer() = default;
};

/// What features build on: Auth::kernel(). Callable from any thread. What takes a Transaction
/// happens if and only if that transaction does, and works in one that the caller began with
/// Store::transact(), too.
class Kernel {
 public:
  virtual ~Kernel() = default;
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;

  /// What the Auth was made with.
  [[nodiscard]] virtual const Config& config() const noexcept = 0;
  /// Where to begin transactions.
  [[nodiscard]] virtual Store& store() noexcept = 0;
  /// The only source of time.
  [[nodiscard]] virtual Clock& clock() noexcept = 0;
  /// The only source of chance.
  [[nodiscard]] virtual RandomSource& random() noexcept = 0;
  /// Which passwords are good enough, and their hashes.
  [[nodiscard]] virtual PasswordService& passwords() noexcept = 0;

  /// Keys of the feature of that name.
  [[nodiscard]] virtual std::unique_ptr<Sealer> sealer(std::string_view feature) = 0;

  /// Writes a mail of that kind to the outbox; a worker delivers it after the commit. `kind` is a
  /// stable word that the templates know. It is dropped when it could not be sent by `expires_at`.
  virtual void enqueue(Transaction& transaction, std::string_view kind,
                       const MailParameters& parameters, std::optional<UtcTime> expires_at) = 0;

  /// Writes a notice to the outbox: a mail that tells somebody what was done with the account, from
  /// where. Sets what is not set of `parameters.at` and `language`, and adds to `extra` the values
  /// `client`, `address` and Contributions::notice_values. Dropped when it could not be sent by
  /// `parameters.expires_at`, where that is set.
  virtual void notify(Transaction& transaction, std::string_view kind, MailParameters parameters,
                      const ClientContext& client) = 0;

  /// Tells every Recorder of `event` in the transaction, and the EventSink after its commit. Sets
  /// Event::at where it is not set.
  virtual void record(Transaction& transaction, Event event) = 0;
  /// Tells the EventSink of what happens outside a transaction: a refusal. Sets Event::at where it
  /// is not set.
  virtual void note(Event event) noexcept = 0;

  /// To be called in a transaction that changes the account, ends sessions of it or makes its
  /// tokens stop: no request that comes after the commit is told what was before.
  virtual void changes(Transaction& transaction, const UserId& user) = 0;

  /// Makes transactions about one address go one after the other; the first step of one that must
  /// answer alike, and in the same time, whether the address has an account.
  virtual void take_turn(Transaction& transaction, const EmailAddress& email) = 0;

  /// Counts one action of `scope` by or for `whom`. Error: rate_limited.
  [[nodiscard]] virtual Result<void> count(const LimitScope& scope, std::string_view whom) = 0;

  /// Forgets the failed logins that were counted for the address, those from the client's network
  /// among them: whoever proved the mailbox need not wait for what strangers tried.
  virtual void forgive(const EmailAddress& email, const ClientContext& client) noexcept = 0;

  /// The user for whom a feature keeps `email`; see AddressGuard.
  [[nodiscard]] virtual std::optional<UserId> address_holder(Transaction& transaction,
                                                             const EmailAddress& email) = 0;

  /// Goes on with a login of the account, proved by `done`: asks the steps, and opens a session
  /// when all let it pass. The one door: no session is opened anywhere else.
  ///
  /// Errors: not_found; account_disabled; email_not_verified; what a step refuses with;
  /// invalid_credentials, when the account was changed meanwhile.
  [[nodiscard]] virtual Result<LoginOutcome> begin_login(const UserId& user, LoginMethods done,
                                                         const ClientContext& client) = 0;

 protected:
  Kernel() = default;
};

}  // namespace coffeeauth
