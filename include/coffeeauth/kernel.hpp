#pragma once
/// Kernel: the interface of Auth for features, and for an embedder's own code beside them.

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "coffeeauth/code_channel.hpp"
#include "coffeeauth/config.hpp"
#include "coffeeauth/digest.hpp"
#include "coffeeauth/email_address.hpp"
#include "coffeeauth/event.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/ids.hpp"
#include "coffeeauth/login.hpp"
#include "coffeeauth/mail_templates.hpp"
#include "coffeeauth/password.hpp"
#include "coffeeauth/password_service.hpp"
#include "coffeeauth/ports/clock.hpp"
#include "coffeeauth/ports/job_handler.hpp"
#include "coffeeauth/ports/random_source.hpp"
#include "coffeeauth/ports/store.hpp"
#include "coffeeauth/rate_limiter.hpp"
#include "coffeeauth/result.hpp"
#include "coffeeauth/second_step.hpp"
#include "coffeeauth/secret.hpp"
#include "coffeeauth/session.hpp"
#include "coffeeauth/user.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// Keyed hash of a value that a feature defines: a ticket, a code, a network.
using FeatureDigest = Digest<struct FeatureDigestTag>;

/// Digests and encryption under keys of a single feature, derived from the service's secret key: a
/// value made for one purpose or feature is useless for another. Immutable; thread-safe.
class Sealer {
 public:
  virtual ~Sealer() = default;
  Sealer(const Sealer&) = delete;
  Sealer& operator=(const Sealer&) = delete;

  /// Returns the HMAC-SHA-256 of the parts, for a Store to keep. Each part is framed by its length,
  /// so that different lists of parts cannot collide.
  [[nodiscard]] virtual FeatureDigest digest(
      std::string_view purpose, std::initializer_list<std::string_view> parts) const = 0;
  /// Returns the digest under each key of the ring, the current one first, to look up a row in a
  /// Store: the row may have been written under a previous key.
  [[nodiscard]] virtual std::vector<FeatureDigest> digests(
      std::string_view purpose, std::initializer_list<std::string_view> parts) const = 0;

  /// Encrypts `plain` and binds it to `purpose` and to `context`, which names its row.
  [[nodiscard]] virtual std::string seal(std::string_view purpose, std::string_view context,
                                         std::string_view plain) const = 0;
  /// Decrypts what seal() returned; nothing when key, purpose or context differ or the text is
  /// damaged.
  [[nodiscard]] virtual std::optional<Secret> open(std::string_view purpose,
                                                   std::string_view context,
                                                   std::string_view sealed) const = 0;

 protected:
  Sealer() = default;
};

/// A new password of an account, for Kernel::set_password(). Must be chosen by an operator, or by a
/// person who has just proved the mailbox or given the current password.
struct NewPassword {
  /// From PasswordService::hash(). Made before the transaction, because it takes tens of
  /// milliseconds.
  PasswordHash hash;
  /// The one session that survives. Without it, all sessions of the account end, and the event has
  /// the detail `account`: `recovered`.
  std::optional<SessionId> keeps_session{};
  /// The expected current hash; if the account has another one, nothing changes.
  std::optional<PasswordHash> expects_password_hash{};
  /// The expected User::security_version; if the account has another one, nothing changes.
  std::optional<std::int64_t> expects_security_version{};
  /// The event to record.
  EventKind event = EventKind::password_changed;
  /// The kind of the notice to the owner.
  std::string_view notice = mail_kind::password_changed;
};

/// A login that a feature continues with a proof of its own.
struct ContinuedLogin {
  /// The account.
  UserId user;
  /// All methods used, in order.
  LoginMethods done;
  /// What the login is for.
  LoginPurpose purpose = LoginPurpose::login;
  /// PendingLogin::subject.
  std::string subject{};
  /// The session, for LoginPurpose::reauthenticate.
  std::optional<SessionId> session{};
  /// The expected User::security_version; if the account has another one, the login fails.
  std::optional<std::int64_t> expects_security_version{};
  /// PendingLogin::device_token; null for none.
  const Secret* device_token = nullptr;
  /// Called first in the transaction that creates the session or keeps the promise, to spend what
  /// was proved; not called if a step asks for more. An error undoes the transaction and is
  /// returned. May be empty.
  std::function<Result<void>(Transaction&)> within{};
};

/// The outcome of a continued login: for LoginPurpose::login a TokenPair, for
/// LoginPurpose::reauthenticate Reauthenticated, for a purpose of a feature its token, or the
/// challenge of a step.
using ContinuedOutcome = std::variant<TokenPair, Reauthenticated, Secret, LoginChallenge>;

/// The services that features build on: Auth::kernel(). Thread-safe. Methods that take a
/// Transaction take effect only when it commits, and also work in a transaction that the caller
/// began with Store::transact().
class Kernel {
 public:
  virtual ~Kernel() = default;
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;

  /// The configuration of the Auth.
  [[nodiscard]] virtual const Config& config() const noexcept = 0;
  /// The Store, to begin transactions.
  [[nodiscard]] virtual Store& store() noexcept = 0;
  /// The only source of time.
  [[nodiscard]] virtual Clock& clock() noexcept = 0;
  /// The only source of randomness.
  [[nodiscard]] virtual RandomSource& random() noexcept = 0;
  /// Password rules and hashing.
  [[nodiscard]] virtual PasswordService& passwords() noexcept = 0;

  /// Makes the keys of the feature called `feature`.
  [[nodiscard]] virtual std::unique_ptr<Sealer> sealer(std::string_view feature) = 0;

  /// Writes a mail to the outbox; a worker delivers it after the commit. `kind` is a stable word
  /// that the templates know. If `parameters.language` is empty, the mail is written in the
  /// User::language of the account with that address, unless that account has no password: until
  /// then the language may be a stranger's. A mail that was not sent by `expires_at` is dropped.
  virtual void enqueue(Transaction& transaction, std::string_view kind,
                       const MailParameters& parameters, std::optional<UtcTime> expires_at) = 0;

  /// Writes a notice to the outbox: a mail that tells the owner about a change to the account and
  /// where it came from. Fills in `parameters.at` when it is not set, and `language` when it is
  /// empty: as enqueue() does, or else with the language of the client. Adds `client`, `address`
  /// and Contributions::notice_values to `extra`. A notice that was not sent by
  /// `parameters.expires_at`, if set, is dropped. Writes nothing if NoticeConfig omits the kind.
  virtual void notify(Transaction& transaction, std::string_view kind, MailParameters parameters,
                      const ClientContext& client) = 0;

  /// Reports `event` to every Recorder within the transaction, and to the EventSink after the
  /// commit. Sets Event::at when it is not set.
  virtual void record(Transaction& transaction, Event event) = 0;
  /// Reports an event outside of a transaction, such as a refusal, to the EventSink. Sets Event::at
  /// when it is not set.
  virtual void note(Event event) noexcept = 0;

  /// Call it in a transaction that changes the account, ends its sessions or invalidates its
  /// tokens: no request that starts after the commit sees the state before it.
  virtual void changes(Transaction& transaction, const UserId& user) = 0;

  /// Sets the password of the account, ends its sessions, records the event and writes the notice
  /// to the owner; returns the account as it is now. If the account has no password yet, and no
  /// session of its own sets it, its names and language are removed: they may be a stranger's from
  /// a sign-up. Return the error from the
  /// transaction, so that the rest is undone, too.
  ///
  /// Errors: not_found; email_not_verified, because the mailbox would be trusted with a password
  /// that its owner may not have chosen; version_conflict, if an expectation does not hold.
  [[nodiscard]] virtual Result<User> set_password(Transaction& transaction, const UserId& user,
                                                  const NewPassword& password,
                                                  const ClientContext& client) = 0;

  /// Serialises transactions about one email address. Call it first in a transaction whose answer
  /// and timing must not reveal whether the address has an account.
  virtual void take_turn(Transaction& transaction, const EmailAddress& email) = 0;

  /// Counts one action of `scope` by or for `whom`. Error: rate_limited.
  [[nodiscard]] virtual Result<void> count(const LimitScope& scope, std::string_view whom) = 0;

  /// Forgets failed logins counted for the email address, and for it from the client's network: a
  /// user who has proved the mailbox does not have to wait because of a stranger's attempts.
  virtual void forgive(const EmailAddress& email, const ClientContext& client) noexcept = 0;

  /// Returns the user for whom a feature reserves `email`; see AddressGuard.
  [[nodiscard]] virtual std::optional<UserId> address_holder(Transaction& transaction,
                                                             const EmailAddress& email) = 0;

  /// Continues a login of the account, proved by `done`: asks the steps, and creates a session when
  /// all of them let it pass. Sessions are created nowhere else.
  ///
  /// Errors: not_found; account_disabled; email_not_verified; the error of a step;
  /// invalid_credentials when the account was changed in the meantime.
  [[nodiscard]] virtual Result<LoginOutcome> begin_login(const UserId& user, LoginMethods done,
                                                         const ClientContext& client) = 0;
  /// Continues a login, for any purpose: asks the steps, and keeps the promise of the purpose when
  /// all of them let it pass.
  ///
  /// Errors: like begin_login(); the error of `within`; token_invalid when the session that
  /// authenticates again ended, or the account was changed in the meantime.
  [[nodiscard]] virtual Result<ContinuedOutcome> continue_login(const ContinuedLogin& login,
                                                                const ClientContext& client) = 0;
  /// Asks the steps whether the account has to prove more for a purpose of a feature, which then
  /// returns the challenge to its client. Returns nothing when all of them let it pass. Errors:
  /// that of a step; second_factor_required, if the account has a second factor that no step asked
  /// for.
  [[nodiscard]] virtual Result<std::optional<LoginChallenge>> ask_steps(
      const PendingLogin& login) = 0;

  /// Returns the methods that `words` name, separated by blanks, as far as a feature of this Auth
  /// lists them (Contributions::methods): a feature keeps the words of PendingLogin::done between
  /// two steps, and a method of a feature that has been left out since counts for nothing.
  [[nodiscard]] virtual LoginMethods known_methods(std::string_view words) const = 0;
  /// Returns the ways of all features to prove a second factor, in the order of the features.
  [[nodiscard]] virtual const std::vector<SecondStep*>& second_steps() const noexcept = 0;
  /// Returns the ways of all features to send codes, in the order of the features.
  [[nodiscard]] virtual const std::vector<CodeChannel*>& code_channels() const noexcept = 0;
  /// Returns the gates of all features, in the order of the features.
  [[nodiscard]] virtual const std::vector<AccountGate*>& gates() const noexcept = 0;
  /// Call it in a transaction that removed a second factor of the account, and that began with
  /// take_turn(): it turns User::second_factor off when nothing is left, which invalidates earlier
  /// access tokens. Returns the account as it is now. Errors: not_found; with Gates::closed, that
  /// of a gate which insists on what was removed.
  [[nodiscard]] virtual Result<User> settle_second_factor(Transaction& transaction,
                                                          const UserId& user, Gates gates,
                                                          const ClientContext& client) = 0;
  /// Whether the account has logged in from the network of the client before, as far as it is
  /// still known: strangers elsewhere must not use up the owner's attempts.
  [[nodiscard]] virtual bool knows_network(const UserId& user, const ClientContext& client) = 0;

  /// Writes a job of a feature to the outbox and returns its id; a jobs::JobWorker for its channel
  /// delivers it after the commit. Waits there while no process has such a worker. Throws
  /// std::invalid_argument if channel or kind is not a snake_case word, and for mail_channel.
  virtual JobId enqueue_job(Transaction& transaction, const JobRequest& job) = 0;

 protected:
  Kernel() = default;
};

}  // namespace coffeeauth
