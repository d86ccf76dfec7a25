#pragma once
/// DecoratedStore: the memory store behind a layer in which one verb can be made wrong.

#include <memory>

#include "coffeeauth/memory/memory.hpp"
#include "coffeeauth/testing/contract/store.hpp"

namespace coffeeauth::broken {

/// The inner transaction, which a broken verb can roll back and begin again.
class Work {
 public:
  explicit Work(Store& store) : store_(store), inner_(store.begin()) {}

  Transaction& operator*() const { return *inner_; }
  Transaction* operator->() const { return inner_.get(); }
  void roll_back() { inner_.reset(); }
  void begin_again() { inner_ = store_.begin(); }

 private:
  Store& store_;
  std::unique_ptr<Transaction> inner_;
};

class Users : public UserWrites {
 public:
  explicit Users(Work& work) : work_(work) {}

  std::optional<User> find(const UserId& id) override { return work_->users().find(id); }
  std::optional<Credentials> find_credentials(const UserId& id) override {
    return work_->users().find_credentials(id);
  }
  std::optional<Credentials> find_credentials(const EmailAddress& email) override {
    return work_->users().find_credentials(email);
  }
  std::vector<User> list(const UserListQuery& query) override { return work_->users().list(query); }
  std::optional<std::size_t> count(const UserFilter& filter, std::size_t at_most) override {
    return work_->users().count(filter, at_most);
  }
  bool knows_address(const UserId& user, const AddressDigest& digest) override {
    return work_->users().knows_address(user, digest);
  }
  UserWrite create_user(const NewUser& user) override { return work_->users().create_user(user); }
  UserWrite create_or_take_over(const NewUser& user) override {
    return work_->users().create_or_take_over(user);
  }
  UserWrite update_user(const UserId& id, std::optional<std::int64_t> version,
                        const UserPatch& patch, UtcTime now) override {
    return work_->users().update_user(id, version, patch, now);
  }
  UserWriteOutcome delete_user(const UserId& id, std::optional<std::int64_t> version) override {
    return work_->users().delete_user(id, version);
  }
  bool renew_password_hash(const UserId& id, const PasswordHash& from,
                           const PasswordHash& to) override {
    return work_->users().renew_password_hash(id, from, to);
  }
  std::size_t delete_unverified_before(UtcTime cutoff, std::size_t limit) override {
    return work_->users().delete_unverified_before(cutoff, limit);
  }
  void remember_address(const UserId& user, const AddressDigest& digest, UtcTime now) override {
    work_->users().remember_address(user, digest, now);
  }

 protected:
  Work& work_;
};

class Codes : public SignUps {
 public:
  explicit Codes(Work& work) : work_(work) {}

  SignUp sign_up(const NewUser& candidate, std::size_t max_pending) override {
    return work_->sign_ups().sign_up(candidate, max_pending);
  }
  void admit_network(const UserId& user, const AddressDigest& network, std::size_t max_networks,
                     UtcTime now) override {
    work_->sign_ups().admit_network(user, network, max_networks, now);
  }
  bool take_mail_slot(const UserId& user, const AddressDigest& network, const MailPace& pace,
                      UtcTime now) override {
    return work_->sign_ups().take_mail_slot(user, network, pace, now);
  }
  void put_code(const UserId& user, const NewCode& code, UtcTime now) override {
    work_->sign_ups().put_code(user, code, now);
  }
  CodeVerdict try_code(const UserId& user, const AddressDigest& network, const CodeGuess& guess,
                       const GuessLimits& limits, UtcTime now) override {
    return work_->sign_ups().try_code(user, network, guess, limits, now);
  }
  Activation activate(const UserId& user, const CodeGuess& code,
                      const std::optional<ChosenPassword>& chosen, UtcTime now) override {
    return work_->sign_ups().activate(user, code, chosen, now);
  }
  std::size_t delete_stale(const StaleBefore& before, std::size_t limit) override {
    return work_->sign_ups().delete_stale(before, limit);
  }

 protected:
  Work& work_;
};

class Sessions : public SessionWrites {
 public:
  explicit Sessions(Work& work) : work_(work) {}

  std::optional<LiveSession> find_live(const SessionId& id, UtcTime now) override {
    return work_->sessions().find_live(id, now);
  }
  std::vector<Session> list_sessions(const UserId& user, UtcTime now, std::size_t limit) override {
    return work_->sessions().list_sessions(user, now, limit);
  }
  OpenedSession open_session(const NewSession& session, std::int64_t security_version,
                             std::size_t max_sessions) override {
    return work_->sessions().open_session(session, security_version, max_sessions);
  }
  bool put_login_code(const UserId& user, const NewLoginCode& code, std::size_t max_per_day,
                      UtcTime now) override {
    return work_->sessions().put_login_code(user, code, max_per_day, now);
  }
  bool try_login_code(const UserId& user, const LoginGuess& guess, const GuessLimits& limits,
                      UtcTime now) override {
    return work_->sessions().try_login_code(user, guess, limits, now);
  }
  RotationResult rotate_refresh(const Rotation& rotation) override {
    return work_->sessions().rotate_refresh(rotation);
  }
  bool end_session(const SessionId& id, const std::optional<UserId>& owner) override {
    return work_->sessions().end_session(id, owner);
  }
  std::size_t end_sessions(const UserId& user, const std::optional<SessionId>& except) override {
    return work_->sessions().end_sessions(user, except);
  }
  std::size_t delete_expired_sessions(UtcTime now, std::size_t limit) override {
    return work_->sessions().delete_expired_sessions(now, limit);
  }

 protected:
  Work& work_;
};

class Jobs : public OutboxWrites {
 public:
  explicit Jobs(Work& work) : work_(work) {}

  std::vector<JobSummary> list_jobs(JobState state, std::size_t limit) override {
    return work_->outbox().list_jobs(state, limit);
  }
  std::vector<SealedJob> list_sealed_jobs(const JobId& after, std::size_t limit) override {
    return work_->outbox().list_sealed_jobs(after, limit);
  }
  OutboxDepth depth() override { return work_->outbox().depth(); }
  std::optional<UtcTime> next_due() override { return work_->outbox().next_due(); }
  void enqueue(const NewJob& job) override { work_->outbox().enqueue(job); }
  std::vector<ClaimedJob> claim_jobs(std::size_t limit, const LeaseId& lease, UtcTime now,
                                     UtcTime until) override {
    return work_->outbox().claim_jobs(limit, lease, now, until);
  }
  bool complete_job(const JobId& job) override { return work_->outbox().complete_job(job); }
  bool renew_lease(const JobId& job, const LeaseId& lease, UtcTime until) override {
    return work_->outbox().renew_lease(job, lease, until);
  }
  bool release_job(const JobId& job, const LeaseId& lease, UtcTime due_at) override {
    return work_->outbox().release_job(job, lease, due_at);
  }
  bool retry_job(const JobId& job, const LeaseId& lease, UtcTime next,
                 const std::string& reason) override {
    return work_->outbox().retry_job(job, lease, next, reason);
  }
  bool bury_job(const JobId& job, const LeaseId& lease, const std::string& reason,
                UtcTime now) override {
    return work_->outbox().bury_job(job, lease, reason, now);
  }
  bool revive_job(const JobId& job, UtcTime now) override {
    return work_->outbox().revive_job(job, now);
  }
  bool reseal_job(const JobId& job, const std::string& from, const std::string& to) override {
    return work_->outbox().reseal_job(job, from, to);
  }
  std::size_t delete_expired_jobs(UtcTime now, std::size_t limit) override {
    return work_->outbox().delete_expired_jobs(now, limit);
  }
  std::size_t delete_dead_jobs(UtcTime cutoff, std::size_t limit) override {
    return work_->outbox().delete_dead_jobs(cutoff, limit);
  }

 protected:
  Work& work_;
};

class Keys : public KeyWrites {
 public:
  explicit Keys(Work& work) : work_(work) {}

  std::vector<StoredKey> list_keys() override { return work_->keys().list_keys(); }
  bool insert_first_key(const StoredKey& key, UtcTime others_verify_until) override {
    return work_->keys().insert_first_key(key, others_verify_until);
  }
  bool rotate_key(const StoredKey& next, std::string_view current, UtcTime until) override {
    return work_->keys().rotate_key(next, current, until);
  }
  bool revoke_key(std::string_view kid) override { return work_->keys().revoke_key(kid); }
  bool reseal_key(std::string_view kid, const std::string& from, const std::string& to) override {
    return work_->keys().reseal_key(kid, from, to);
  }
  std::size_t delete_keys_before(UtcTime now) override {
    return work_->keys().delete_keys_before(now);
  }
  bool acquire_lease(std::string_view name, const LeaseId& holder, UtcTime now,
                     UtcTime until) override {
    return work_->keys().acquire_lease(name, holder, now, until);
  }
  void release_lease(std::string_view name, const LeaseId& holder) override {
    work_->keys().release_lease(name, holder);
  }

 protected:
  Work& work_;
};

/// How a transaction ends that was not committed.
enum class Uncommitted { rolls_back, commits };

/// The parts a broken Store is made of; it names the one that is wrong.
struct Sound {
  using UsersPart = Users;
  using CodesPart = Codes;
  using SessionsPart = Sessions;
  using JobsPart = Jobs;
  using KeysPart = Keys;
  static constexpr auto uncommitted = Uncommitted::rolls_back;
};

template <class Parts>
class DecoratedTransaction final : public Transaction {
 public:
  explicit DecoratedTransaction(Store& store) : work_(store) {}
  ~DecoratedTransaction() override {
    if (Parts::uncommitted == Uncommitted::commits && !committed_) work_->commit();
  }

  UserWrites& users() override { return users_; }
  SignUps& sign_ups() override { return codes_; }
  SessionWrites& sessions() override { return sessions_; }
  OutboxWrites& outbox() override { return jobs_; }
  KeyWrites& keys() override { return keys_; }
  void commit() override {
    work_->commit();
    committed_ = true;
  }
  Transaction& innermost() noexcept override { return work_->innermost(); }

 private:
  Work work_;
  typename Parts::UsersPart users_{work_};
  typename Parts::CodesPart codes_{work_};
  typename Parts::SessionsPart sessions_{work_};
  typename Parts::JobsPart jobs_{work_};
  typename Parts::KeysPart keys_{work_};
  bool committed_ = false;
};

template <class Parts>
class DecoratedStore final : public Store {
 public:
  UserReads& users() override { return inner_->users(); }
  SessionReads& sessions() override { return inner_->sessions(); }
  OutboxReads& outbox() override { return inner_->outbox(); }
  KeyReads& keys() override { return inner_->keys(); }
  void ping() override { inner_->ping(); }
  Store& innermost() noexcept override { return inner_->innermost(); }
  std::unique_ptr<Transaction> begin() override {
    return std::make_unique<DecoratedTransaction<Parts>>(*inner_);
  }

 private:
  std::unique_ptr<Store> inner_ = memory::make_memory_store();
};

template <class Parts>
class Harness final : public testing::StoreHarness {
 public:
  std::unique_ptr<Store> fresh() override { return std::make_unique<DecoratedStore<Parts>>(); }
  bool durable() const override { return false; }
  std::unique_ptr<Store> reopen() override { return nullptr; }
};

}  // namespace coffeeauth::broken
