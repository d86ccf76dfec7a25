#pragma once
/// The methods of the ports over Tables, one class for each port.

#include <memory>
#include <utility>

#include "tables.hpp"

namespace json_store {

/// The tables that reads use: the last committed ones, or those of a transaction.
class Source {
 public:
  virtual ~Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  [[nodiscard]] virtual std::shared_ptr<const Tables> look() = 0;

 protected:
  Source() = default;
};

/// The state of a transaction: its copy of the tables.
class Work final : public Source {
 public:
  explicit Work(Tables copy) : tables(std::move(copy)) {}
  std::shared_ptr<const Tables> look() override {
    return {std::shared_ptr<const Tables>{}, &tables};
  }
  /// Fails the method because of a caller's bug, and the transaction with it.
  [[noreturn]] void refuse(const char* why);

  Tables tables;
  bool failed = false;
};

/// Null when there is none.
[[nodiscard]] UserRow* find_row(Tables& tables, const UserId& id);
[[nodiscard]] const UserRow* find_row(const Tables& tables, const EmailAddress& email);
[[nodiscard]] bool is_live(const Session& session, UtcTime now);
/// Applies the result of apply_patch() to the account, and ends its sessions if that requires it.
void put_patched(Tables& tables, UserRow& row, const PatchedUser& patched);
/// The user as a sign-up or an administrator writes it; refuses an id that is taken. The password
/// of one that is not verified is its pending sign-up's.
UserRow& add_user(Work& work, const NewUser& user, bool is_verified);
[[nodiscard]] Pending pending_of(const NewUser& sign_up);
void drop_codes(UserRow& row);
void drop_sign_ups(UserRow& row);
std::size_t erase_sessions(Tables& tables, const UserId& user, const std::optional<SessionId>& but);

class UserReadsPart : public virtual UserReads {
 public:
  explicit UserReadsPart(Source& source) : source_(source) {}
  std::optional<User> find(const UserId& id) override;
  std::optional<Credentials> find_credentials(const UserId& id) override;
  std::optional<Credentials> find_credentials(const EmailAddress& email) override;
  std::vector<User> list(const UserListQuery& query) override;
  std::optional<std::size_t> count(const UserFilter& filter, std::size_t at_most) override;
  bool knows_address(const UserId& user, const AddressDigest& digest) override;

 private:
  Source& source_;
};

class UsersPart final : public UserWrites, public UserReadsPart {
 public:
  explicit UsersPart(Work& work) : UserReadsPart(work), work_(work) {}
  UserWrite create_user(const NewUser& user) override;
  UserWrite create_or_take_over(const NewUser& user) override;
  UserWrite update_user(const UserId& id, std::optional<std::int64_t> expected_version,
                        const UserPatch& patch, UtcTime now) override;
  UserWriteOutcome delete_user(const UserId& id,
                               std::optional<std::int64_t> expected_version) override;
  bool renew_password_hash(const UserId& id, const PasswordHash& old_hash,
                           const PasswordHash& new_hash) override;
  std::size_t delete_unverified_before(UtcTime cutoff, std::size_t limit) override;
  void remember_address(const UserId& user, const AddressDigest& digest, UtcTime now) override;

 private:
  Work& work_;
};

class SignUpsPart final : public SignUps {
 public:
  explicit SignUpsPart(Work& work) : work_(work) {}
  SignUp sign_up(const NewUser& candidate, std::size_t max_pending) override;
  void admit_network(const UserId& user, const AddressDigest& network, std::size_t max_networks,
                     UtcTime now) override;
  bool take_mail_slot(const UserId& user, const AddressDigest& network, const MailPace& pace,
                      UtcTime now) override;
  void put_code(const UserId& user, const NewCode& code, UtcTime now) override;
  CodeVerdict try_code(const UserId& user, const AddressDigest& network, const CodeGuess& guess,
                       const GuessLimits& limits, UtcTime now) override;
  Activation activate(const UserId& user, const CodeGuess& code,
                      const std::optional<ChosenPassword>& chosen, UtcTime now) override;
  std::size_t delete_stale(const StaleBefore& before, std::size_t limit) override;

 private:
  Work& work_;
};

class SessionReadsPart : public virtual SessionReads {
 public:
  explicit SessionReadsPart(Source& source) : source_(source) {}
  std::optional<LiveSession> find_live(const SessionId& id, UtcTime now) override;
  std::vector<Session> list_sessions(const UserId& user, UtcTime now, std::size_t limit) override;

 private:
  Source& source_;
};

class SessionsPart final : public SessionWrites, public SessionReadsPart {
 public:
  explicit SessionsPart(Work& work) : SessionReadsPart(work), work_(work) {}
  OpenedSession open_session(const NewSession& session, std::int64_t security_version,
                             std::size_t max_sessions) override;
  bool put_login_code(const UserId& user, const NewLoginCode& code, std::size_t max_per_day,
                      UtcTime now) override;
  bool try_login_code(const UserId& user, const LoginGuess& guess, const GuessLimits& limits,
                      UtcTime now) override;
  RotationResult rotate_refresh(const Rotation& rotation) override;
  bool mark_authenticated(const SessionId& id, const std::string& methods, UtcTime now) override;
  bool replace_refresh(const SessionId& id, const RefreshTokenDigest& next,
                       std::chrono::milliseconds idle_lifetime, UtcTime now) override;
  bool end_session(const SessionId& id, const std::optional<UserId>& owner) override;
  std::size_t end_sessions(const UserId& user, const std::optional<SessionId>& except) override;
  std::size_t delete_expired_sessions(UtcTime now, std::size_t limit) override;

 private:
  std::size_t make_room(const Session& opened, std::size_t max_sessions);
  SessionRow* find_live_row(const SessionId& id, UtcTime now);

  Work& work_;
};

class OutboxReadsPart : public virtual OutboxReads {
 public:
  explicit OutboxReadsPart(Source& source) : source_(source) {}
  std::vector<JobSummary> list_jobs(JobState state, std::size_t limit) override;
  std::vector<SealedJob> list_sealed_jobs(const JobId& after, std::size_t limit) override;
  OutboxDepth depth() override;
  std::optional<UtcTime> next_due(std::string_view channel) override;

 private:
  Source& source_;
};

class OutboxPart final : public OutboxWrites, public OutboxReadsPart {
 public:
  explicit OutboxPart(Work& work) : OutboxReadsPart(work), work_(work) {}
  void enqueue(const NewJob& job) override;
  std::vector<ClaimedJob> claim_jobs(std::string_view channel, std::size_t limit,
                                     const LeaseId& lease, UtcTime now, UtcTime until) override;
  bool complete_job(const JobId& job) override;
  bool renew_lease(const JobId& job, const LeaseId& lease, UtcTime until) override;
  bool release_job(const JobId& job, const LeaseId& lease, UtcTime due_at) override;
  bool retry_job(const JobId& job, const LeaseId& lease, UtcTime next_attempt_at,
                 const std::string& reason) override;
  bool bury_job(const JobId& job, const LeaseId& lease, const std::string& reason,
                UtcTime now) override;
  bool revive_job(const JobId& job, UtcTime now) override;
  bool reseal_job(const JobId& job, const std::string& from, const std::string& to) override;
  std::size_t delete_expired_jobs(UtcTime now, std::size_t limit) override;
  std::size_t delete_dead_jobs(UtcTime cutoff, std::size_t limit) override;

 private:
  JobRow* leased(const JobId& job, const LeaseId& lease);
  Work& work_;
};

class KeyReadsPart : public virtual KeyReads {
 public:
  explicit KeyReadsPart(Source& source) : source_(source) {}
  std::vector<StoredKey> list_keys() override;

 private:
  Source& source_;
};

class KeysPart final : public KeyWrites, public KeyReadsPart {
 public:
  explicit KeysPart(Work& work) : KeyReadsPart(work), work_(work) {}
  bool insert_first_key(const StoredKey& key, UtcTime others_verify_until) override;
  bool rotate_key(const StoredKey& next, std::string_view current_kid,
                  UtcTime current_verifies_until) override;
  bool revoke_key(std::string_view kid) override;
  bool reseal_key(std::string_view kid, const std::string& from, const std::string& to) override;
  std::size_t delete_keys_before(UtcTime now) override;
  bool acquire_lease(std::string_view name, const LeaseId& holder, UtcTime now,
                     UtcTime until) override;
  void release_lease(std::string_view name, const LeaseId& holder) override;

 private:
  Work& work_;
};

}  // namespace json_store
