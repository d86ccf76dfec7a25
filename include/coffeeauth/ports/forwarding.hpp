#pragma once
/// Forwarding*: decorators that forward every call. Derive from one and override the method that
/// you want to extend or replace; the others keep forwarding, in later versions too.
///
/// To write something along with the library's changes (a profile with each sign-up), a Recorder
/// takes less code: see feature.hpp.

#include <memory>
#include <utility>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/store.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// Forwards to the users of another transaction.
class ForwardingUsers : public UserWrites {
 public:
  /// Borrows `inner`, a transaction of the decorated Store.
  explicit ForwardingUsers(Transaction& inner) noexcept : inner_(inner) {}

  std::optional<User> find(const UserId& id) override { return inner_.users().find(id); }
  std::optional<Credentials> find_credentials(const UserId& id) override {
    return inner_.users().find_credentials(id);
  }
  std::optional<Credentials> find_credentials(const EmailAddress& email) override {
    return inner_.users().find_credentials(email);
  }
  std::vector<User> list(const UserListQuery& query) override { return inner_.users().list(query); }
  std::optional<std::size_t> count(const UserFilter& filter, std::size_t at_most) override {
    return inner_.users().count(filter, at_most);
  }
  bool knows_address(const UserId& user, const AddressDigest& digest) override {
    return inner_.users().knows_address(user, digest);
  }
  UserWrite create_user(const NewUser& user) override { return inner_.users().create_user(user); }
  UserWrite create_or_take_over(const NewUser& user) override {
    return inner_.users().create_or_take_over(user);
  }
  UserWrite update_user(const UserId& id, std::optional<std::int64_t> version,
                        const UserPatch& patch, UtcTime now) override {
    return inner_.users().update_user(id, version, patch, now);
  }
  UserWriteOutcome delete_user(const UserId& id, std::optional<std::int64_t> version) override {
    return inner_.users().delete_user(id, version);
  }
  bool renew_password_hash(const UserId& id, const PasswordHash& from,
                           const PasswordHash& to) override {
    return inner_.users().renew_password_hash(id, from, to);
  }
  std::size_t delete_unverified_before(UtcTime cutoff, std::size_t limit) override {
    return inner_.users().delete_unverified_before(cutoff, limit);
  }
  void remember_address(const UserId& user, const AddressDigest& digest, UtcTime now) override {
    inner_.users().remember_address(user, digest, now);
  }

 protected:
  /// The transaction that calls are forwarded to.
  [[nodiscard]] Transaction& inner() const noexcept { return inner_; }

 private:
  Transaction& inner_;
};

/// Forwards to the sign-ups and codes of another transaction.
class ForwardingSignUps : public SignUps {
 public:
  /// Borrows `inner`, a transaction of the decorated Store.
  explicit ForwardingSignUps(Transaction& inner) noexcept : inner_(inner) {}

  SignUp sign_up(const NewUser& candidate, std::size_t max_pending) override {
    return inner_.sign_ups().sign_up(candidate, max_pending);
  }
  void admit_network(const UserId& user, const AddressDigest& network, std::size_t max_networks,
                     UtcTime now) override {
    inner_.sign_ups().admit_network(user, network, max_networks, now);
  }
  bool take_mail_slot(const UserId& user, const AddressDigest& network, const MailPace& pace,
                      UtcTime now) override {
    return inner_.sign_ups().take_mail_slot(user, network, pace, now);
  }
  void put_code(const UserId& user, const NewCode& code, UtcTime now) override {
    inner_.sign_ups().put_code(user, code, now);
  }
  CodeVerdict try_code(const UserId& user, const AddressDigest& network, const CodeGuess& guess,
                       const GuessLimits& limits, UtcTime now) override {
    return inner_.sign_ups().try_code(user, network, guess, limits, now);
  }
  Activation activate(const UserId& user, const CodeGuess& code,
                      const std::optional<ChosenPassword>& chosen, UtcTime now) override {
    return inner_.sign_ups().activate(user, code, chosen, now);
  }
  std::size_t delete_stale(const StaleBefore& before, std::size_t limit) override {
    return inner_.sign_ups().delete_stale(before, limit);
  }

 protected:
  /// The transaction that calls are forwarded to.
  [[nodiscard]] Transaction& inner() const noexcept { return inner_; }

 private:
  Transaction& inner_;
};

/// Forwards to the sessions of another transaction.
class ForwardingSessions : public SessionWrites {
 public:
  /// Borrows `inner`, a transaction of the decorated Store.
  explicit ForwardingSessions(Transaction& inner) noexcept : inner_(inner) {}

  std::optional<LiveSession> find_live(const SessionId& id, UtcTime now) override {
    return inner_.sessions().find_live(id, now);
  }
  std::vector<Session> list_sessions(const UserId& user, UtcTime now, std::size_t limit) override {
    return inner_.sessions().list_sessions(user, now, limit);
  }
  OpenedSession open_session(const NewSession& session, std::int64_t security_version,
                             std::size_t max_sessions) override {
    return inner_.sessions().open_session(session, security_version, max_sessions);
  }
  bool put_login_code(const UserId& user, const NewLoginCode& code, std::size_t max_per_day,
                      UtcTime now) override {
    return inner_.sessions().put_login_code(user, code, max_per_day, now);
  }
  bool try_login_code(const UserId& user, const LoginGuess& guess, const GuessLimits& limits,
                      UtcTime now) override {
    return inner_.sessions().try_login_code(user, guess, limits, now);
  }
  RotationResult rotate_refresh(const Rotation& rotation) override {
    return inner_.sessions().rotate_refresh(rotation);
  }
  bool mark_authenticated(const SessionId& id, const std::string& methods, UtcTime now) override {
    return inner_.sessions().mark_authenticated(id, methods, now);
  }
  bool replace_refresh(const SessionId& id, const RefreshTokenDigest& next,
                       std::chrono::milliseconds idle_lifetime, UtcTime now) override {
    return inner_.sessions().replace_refresh(id, next, idle_lifetime, now);
  }
  bool end_session(const SessionId& id, const std::optional<UserId>& owner) override {
    return inner_.sessions().end_session(id, owner);
  }
  std::size_t end_sessions(const UserId& user, const std::optional<SessionId>& except) override {
    return inner_.sessions().end_sessions(user, except);
  }
  std::size_t delete_expired_sessions(UtcTime now, std::size_t limit) override {
    return inner_.sessions().delete_expired_sessions(now, limit);
  }

 protected:
  /// The transaction that calls are forwarded to.
  [[nodiscard]] Transaction& inner() const noexcept { return inner_; }

 private:
  Transaction& inner_;
};

/// Forwards to the outbox of another transaction.
class ForwardingOutbox : public OutboxWrites {
 public:
  /// Borrows `inner`, a transaction of the decorated Store.
  explicit ForwardingOutbox(Transaction& inner) noexcept : inner_(inner) {}

  std::vector<JobSummary> list_jobs(JobState state, std::size_t limit) override {
    return inner_.outbox().list_jobs(state, limit);
  }
  std::vector<SealedJob> list_sealed_jobs(const JobId& after, std::size_t limit) override {
    return inner_.outbox().list_sealed_jobs(after, limit);
  }
  OutboxDepth depth() override { return inner_.outbox().depth(); }
  std::optional<UtcTime> next_due(std::string_view channel) override {
    return inner_.outbox().next_due(channel);
  }
  void enqueue(const NewJob& job) override { inner_.outbox().enqueue(job); }
  std::vector<ClaimedJob> claim_jobs(std::string_view channel, std::size_t limit,
                                     const LeaseId& lease, UtcTime now, UtcTime until) override {
    return inner_.outbox().claim_jobs(channel, limit, lease, now, until);
  }
  bool complete_job(const JobId& job) override { return inner_.outbox().complete_job(job); }
  bool renew_lease(const JobId& job, const LeaseId& lease, UtcTime until) override {
    return inner_.outbox().renew_lease(job, lease, until);
  }
  bool release_job(const JobId& job, const LeaseId& lease, UtcTime due_at) override {
    return inner_.outbox().release_job(job, lease, due_at);
  }
  bool retry_job(const JobId& job, const LeaseId& lease, UtcTime next,
                 const std::string& reason) override {
    return inner_.outbox().retry_job(job, lease, next, reason);
  }
  bool bury_job(const JobId& job, const LeaseId& lease, const std::string& reason,
                UtcTime now) override {
    return inner_.outbox().bury_job(job, lease, reason, now);
  }
  bool revive_job(const JobId& job, UtcTime now) override {
    return inner_.outbox().revive_job(job, now);
  }
  bool reseal_job(const JobId& job, const std::string& from, const std::string& to) override {
    return inner_.outbox().reseal_job(job, from, to);
  }
  std::size_t delete_expired_jobs(UtcTime now, std::size_t limit) override {
    return inner_.outbox().delete_expired_jobs(now, limit);
  }
  std::size_t delete_dead_jobs(UtcTime cutoff, std::size_t limit) override {
    return inner_.outbox().delete_dead_jobs(cutoff, limit);
  }

 protected:
  /// The transaction that calls are forwarded to.
  [[nodiscard]] Transaction& inner() const noexcept { return inner_; }

 private:
  Transaction& inner_;
};

/// Forwards to the signing keys and leases of another transaction.
class ForwardingKeys : public KeyWrites {
 public:
  /// Borrows `inner`, a transaction of the decorated Store.
  explicit ForwardingKeys(Transaction& inner) noexcept : inner_(inner) {}

  std::vector<StoredKey> list_keys() override { return inner_.keys().list_keys(); }
  bool insert_first_key(const StoredKey& key, UtcTime others_verify_until) override {
    return inner_.keys().insert_first_key(key, others_verify_until);
  }
  bool rotate_key(const StoredKey& next, std::string_view current, UtcTime until) override {
    return inner_.keys().rotate_key(next, current, until);
  }
  bool revoke_key(std::string_view kid) override { return inner_.keys().revoke_key(kid); }
  bool reseal_key(std::string_view kid, const std::string& from, const std::string& to) override {
    return inner_.keys().reseal_key(kid, from, to);
  }
  std::size_t delete_keys_before(UtcTime now) override {
    return inner_.keys().delete_keys_before(now);
  }
  bool acquire_lease(std::string_view name, const LeaseId& holder, UtcTime now,
                     UtcTime until) override {
    return inner_.keys().acquire_lease(name, holder, now, until);
  }
  void release_lease(std::string_view name, const LeaseId& holder) override {
    inner_.keys().release_lease(name, holder);
  }

 protected:
  /// The transaction that calls are forwarded to.
  [[nodiscard]] Transaction& inner() const noexcept { return inner_; }

 private:
  Transaction& inner_;
};

/// Forwards to another transaction, which it owns.
class ForwardingTransaction : public Transaction {
 public:
  /// `inner` must not be null.
  explicit ForwardingTransaction(std::unique_ptr<Transaction> inner) noexcept
      : inner_(std::move(inner)) {}

  [[nodiscard]] UserWrites& users() override { return inner_->users(); }
  [[nodiscard]] SignUps& sign_ups() override { return inner_->sign_ups(); }
  [[nodiscard]] SessionWrites& sessions() override { return inner_->sessions(); }
  [[nodiscard]] OutboxWrites& outbox() override { return inner_->outbox(); }
  [[nodiscard]] KeyWrites& keys() override { return inner_->keys(); }
  void commit() override { inner_->commit(); }
  [[nodiscard]] Transaction& innermost() noexcept override { return inner_->innermost(); }

 protected:
  /// The transaction that calls are forwarded to.
  [[nodiscard]] Transaction& inner() const noexcept { return *inner_; }

 private:
  const std::unique_ptr<Transaction> inner_;
};

/// Forwards to another Store. begin() returns that Store's transaction: override it to return your
/// own, most likely a ForwardingTransaction.
class ForwardingStore : public Store {
 public:
  /// Borrows `inner`.
  explicit ForwardingStore(Store& inner) noexcept : inner_(inner) {}

  [[nodiscard]] UserReads& users() override { return inner_.users(); }
  [[nodiscard]] SessionReads& sessions() override { return inner_.sessions(); }
  [[nodiscard]] OutboxReads& outbox() override { return inner_.outbox(); }
  [[nodiscard]] KeyReads& keys() override { return inner_.keys(); }
  void ping() override { inner_.ping(); }
  [[nodiscard]] std::unique_ptr<Transaction> begin() override { return inner_.begin(); }
  [[nodiscard]] Store& innermost() noexcept override { return inner_.innermost(); }

 protected:
  /// The Store that calls are forwarded to.
  [[nodiscard]] Store& inner() const noexcept { return inner_; }

 private:
  Store& inner_;
};

}  // namespace coffeeauth
