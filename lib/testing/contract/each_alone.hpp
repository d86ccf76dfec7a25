#pragma once
/// EachAlone: the verbs of a Store, each in a transaction of its own.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "lib/testing/contract/patient.hpp"
#include "lib/testing/contract/samples.hpp"

namespace coffeeauth::testing {

/// Short to read, and callable from any thread, as the Store is. Tried again where many at one row
/// are told to.
class EachAlone {
 public:
  explicit EachAlone(Store& store) : store_(store) {}

  UserWrite create(const NewUser& made) const {
    return patiently(store_, [&](Transaction& tx) { return tx.users().create_user(made); });
  }
  UserWrite take_over(const NewUser& made) const {
    return patiently(store_, [&](Transaction& tx) { return tx.users().create_or_take_over(made); });
  }
  UserWrite update(const UserId& id, const UserPatch& patch,
                   std::optional<std::int64_t> version = {}, UtcTime now = noon) const {
    return patiently(
        store_, [&](Transaction& tx) { return tx.users().update_user(id, version, patch, now); });
  }
  UserWriteOutcome erase(const UserId& id, std::optional<std::int64_t> version = {}) const {
    return patiently(store_, [&](Transaction& tx) { return tx.users().delete_user(id, version); });
  }
  std::size_t erase_unverified(UtcTime cutoff, std::size_t limit = 100) const {
    return patiently(store_, [&](Transaction& tx) {
      return tx.users().delete_unverified_before(cutoff, limit);
    });
  }
  void remember(const UserId& id, const AddressDigest& seen, UtcTime now = noon) const {
    patiently(store_, [&](Transaction& tx) { tx.users().remember_address(id, seen, now); });
  }

  SignUp sign_up(const NewUser& made, std::size_t max_pending = 5) const {
    return patiently(store_,
                     [&](Transaction& tx) { return tx.sign_ups().sign_up(made, max_pending); });
  }
  void admit(const UserId& id, const AddressDigest& from, std::size_t most = 3,
             UtcTime now = noon) const {
    patiently(store_, [&](Transaction& tx) { tx.sign_ups().admit_network(id, from, most, now); });
  }
  bool take_mail_slot(const UserId& id, const MailPace& pace, UtcTime now,
                      const AddressDigest& from = network(1)) const {
    return patiently(
        store_, [&](Transaction& tx) { return tx.sign_ups().take_mail_slot(id, from, pace, now); });
  }
  void put_code(const UserId& id, const CodeDigest& digest, UtcTime expires_at = noon + 1h,
                UtcTime now = noon, const AddressDigest& from = network(1)) const {
    patiently(store_, [&](Transaction& tx) {
      tx.sign_ups().put_code(id, {.digest = digest, .network = from, .expires_at = expires_at},
                             now);
    });
  }
  CodeVerdict try_code(const UserId& id, const CodeGuess& guess,
                       const GuessLimits& limits = five_guesses, UtcTime now = noon,
                       const AddressDigest& from = network(1)) const {
    return patiently(store_, [&](Transaction& tx) {
      return tx.sign_ups().try_code(id, from, guess, limits, now);
    });
  }
  Activation activate(const UserId& id, const CodeGuess& digest,
                      const std::optional<ChosenPassword>& chosen = {}, UtcTime now = noon) const {
    return patiently(
        store_, [&](Transaction& tx) { return tx.sign_ups().activate(id, digest, chosen, now); });
  }
  std::size_t erase_stale(const StaleBefore& before, std::size_t limit = 100) const {
    return patiently(store_,
                     [&](Transaction& tx) { return tx.sign_ups().delete_stale(before, limit); });
  }

  OpenSessionOutcome open(const NewSession& opened, std::int64_t security_version = 1) const {
    return open_one_of(1'000, opened, security_version).outcome;
  }
  OpenedSession open_one_of(std::size_t max_sessions, const NewSession& opened,
                            std::int64_t security_version = 1) const {
    return patiently(store_, [&](Transaction& tx) {
      return tx.sessions().open_session(opened, security_version, max_sessions);
    });
  }
  bool put_login_code(const UserId& id, const CodeDigest& digest, UtcTime expires_at = noon + 1h,
                      UtcTime now = noon,
                      LoginCodeBudget budget = LoginCodeBudget::anybodys) const {
    return patiently(store_, [&](Transaction& tx) {
      return tx.sessions().put_login_code(
          id, {.digest = digest, .expires_at = expires_at, .budget = budget}, 3, now);
    });
  }
  bool try_login_code(const UserId& id, const CodeGuess& guess,
                      const GuessLimits& limits = five_guesses, UtcTime now = noon,
                      bool password_is_right = true) const {
    return patiently(store_, [&](Transaction& tx) {
      return tx.sessions().try_login_code(
          id, {.digest = guess, .password_is_right = password_is_right}, limits, now);
    });
  }
  RotationResult rotate(const Rotation& rotation) const {
    return patiently(store_,
                     [&](Transaction& tx) { return tx.sessions().rotate_refresh(rotation); });
  }
  bool end(const SessionId& id, const std::optional<UserId>& owner = {}) const {
    return patiently(store_, [&](Transaction& tx) { return tx.sessions().end_session(id, owner); });
  }

  void enqueue(const NewJob& made) const {
    patiently(store_, [&](Transaction& tx) { tx.outbox().enqueue(made); });
  }
  std::vector<ClaimedJob> claim(std::size_t limit, const LeaseId& lease, UtcTime now = noon,
                                std::chrono::milliseconds length = 60s,
                                std::string_view channel = mail_channel) const {
    return patiently(store_, [&](Transaction& tx) {
      return tx.outbox().claim_jobs(channel, limit, lease, now, now + length);
    });
  }
  bool complete(const JobId& id) const {
    return patiently(store_, [&](Transaction& tx) { return tx.outbox().complete_job(id); });
  }
  bool renew(const JobId& id, const LeaseId& lease, UtcTime until) const {
    return patiently(store_,
                     [&](Transaction& tx) { return tx.outbox().renew_lease(id, lease, until); });
  }
  bool release(const JobId& id, const LeaseId& lease, UtcTime due_at) const {
    return patiently(store_,
                     [&](Transaction& tx) { return tx.outbox().release_job(id, lease, due_at); });
  }
  bool retry(const JobId& id, const LeaseId& lease, UtcTime next, const std::string& why) const {
    return patiently(store_,
                     [&](Transaction& tx) { return tx.outbox().retry_job(id, lease, next, why); });
  }
  bool bury(const JobId& id, const LeaseId& lease, const std::string& why,
            UtcTime now = noon) const {
    return patiently(store_,
                     [&](Transaction& tx) { return tx.outbox().bury_job(id, lease, why, now); });
  }
  bool revive(const JobId& id, UtcTime now) const {
    return patiently(store_, [&](Transaction& tx) { return tx.outbox().revive_job(id, now); });
  }

  bool reseal_job(const JobId& id, const std::string& from, const std::string& to) const {
    return patiently(store_, [&](Transaction& tx) { return tx.outbox().reseal_job(id, from, to); });
  }

  bool insert_first(const StoredKey& made, UtcTime others_verify_until = noon + 1h) const {
    return patiently(store_, [&](Transaction& tx) {
      return tx.keys().insert_first_key(made, others_verify_until);
    });
  }
  bool revoke(std::string_view kid) const {
    return patiently(store_, [&](Transaction& tx) { return tx.keys().revoke_key(kid); });
  }
  bool reseal_key(std::string_view kid, const std::string& from, const std::string& to) const {
    return patiently(store_, [&](Transaction& tx) { return tx.keys().reseal_key(kid, from, to); });
  }
  bool rotate_key(const StoredKey& next, std::string_view current, UtcTime until) const {
    return patiently(store_,
                     [&](Transaction& tx) { return tx.keys().rotate_key(next, current, until); });
  }
  bool acquire(std::string_view name, const LeaseId& holder, UtcTime now = noon,
               std::chrono::milliseconds length = 60s) const {
    return patiently(store_, [&](Transaction& tx) {
      return tx.keys().acquire_lease(name, holder, now, now + length);
    });
  }

 private:
  Store& store_;
};

/// A fresh Store and its verbs: what each SUBCASE begins with.
struct Trial {
  template <class Harness>
  explicit Trial(Harness& harness)
      : store(harness.fresh()), alone(*store), threads(harness.threads()) {}

  [[nodiscard]] User get(const UserId& id) const { return store->users().find(id).value(); }
  [[nodiscard]] bool exists(const UserId& id) const { return store->users().find(id).has_value(); }
  [[nodiscard]] bool is_live(const SessionId& id, UtcTime now = noon) const {
    return store->sessions().find_live(id, now).has_value();
  }

  std::unique_ptr<Store> store;
  EachAlone alone;
  /// How many a race has.
  std::size_t threads;
};

}  // namespace coffeeauth::testing
