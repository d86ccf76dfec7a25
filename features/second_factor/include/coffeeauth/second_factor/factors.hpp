#pragma once
/// FactorStore: storage of the feature `second_factor` for tickets, counters, factors, recovery
/// codes and trusted devices.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ids.hpp"
#include "coffeeauth/kernel.hpp"
#include "coffeeauth/ports/signup_store.hpp"
#include "coffeeauth/ports/store.hpp"
#include "coffeeauth/second_factor/records.hpp"
#include "coffeeauth/time.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace second_factor {

/// How many rows have not expired, of all users.
struct LiveRows {
  /// Tickets.
  std::size_t tickets = 0;
  /// Trusted devices.
  std::size_t devices = 0;

  /// Compares both numbers.
  bool operator==(const LiveRows&) const = default;
};

/// The tables of the feature, as part of one transaction of the Store.
///
/// Rows are deleted with their user. Every method that reports what it did must decide it
/// atomically, so that concurrent transactions see each other's effects. Whoever calls several
/// methods for one user in a transaction calls hold() first: such transactions then wait for each
/// other, where they could otherwise conflict.
class Factors {
 public:
  virtual ~Factors() = default;
  Factors(const Factors&) = delete;
  Factors& operator=(const Factors&) = delete;

  /// Makes all other transactions that call this for the user, or one of put_ticket(),
  /// try_code(), take_notice(), add_factor(), confirm_factor(), remove_factor(), remove_factors(),
  /// replace_recovery_codes(), drop_recovery_codes(), spend_recovery_code() and trust(), wait until
  /// this transaction ends. What list_factors() returns afterwards stays true until then. Does
  /// nothing for an unknown user.
  virtual void hold(const UserId& user) = 0;

  /// Stores a ticket of an existing user, with its attempts and code, replacing one with the same
  /// digest. If the user then has more than `max_live` tickets with this promise, the ones of it
  /// created first are deleted: begun resets take nothing from begun logins.
  virtual void put_ticket(const Ticket& ticket, std::size_t max_live) = 0;
  /// Returns the ticket with one of these digests if it has not expired at `now`; does not use it.
  /// The caller compares Ticket::attempts with the limit.
  [[nodiscard]] virtual std::optional<Ticket> find_ticket(const std::vector<FeatureDigest>& digests,
                                                          UtcTime now) = 0;
  /// Counts an attempt and returns the ticket, that attempt included. Returns nothing when there is
  /// no such ticket, when it has expired at `now`, or when `max` attempts were counted before. The
  /// caller must commit before it compares.
  [[nodiscard]] virtual std::optional<Ticket> spend_attempt(const FeatureDigest& digest,
                                                            std::size_t max, UtcTime now) = 0;
  /// Deletes the ticket if it has not expired at `now` and returns it; exactly one of many
  /// concurrent calls gets it. Its attempts do not matter: the last one may have been right.
  ///
  /// Does not look at the account. In the same transaction the caller must check that the account
  /// is active, verified and still at Ticket::security_version, and roll back otherwise.
  [[nodiscard]] virtual std::optional<Ticket> redeem(const FeatureDigest& digest, UtcTime now) = 0;
  /// Returns how many tickets and trusted devices have not expired at `now`, of all users.
  [[nodiscard]] virtual LiveRows count_live(UtcTime now) = 0;
  /// Deletes all tickets of the user; returns their number.
  virtual std::size_t drop_tickets(const UserId& user) = 0;

  /// Stores the only code of a ticket, replacing an earlier one; no guess at it has been counted.
  /// Returns false when there is no such ticket or it has expired at `now`.
  [[nodiscard]] virtual bool put_code(const FeatureDigest& ticket, const TicketCode& code,
                                      UtcTime now) = 0;
  /// Counts a guess at the code that was sent to `factor` for the ticket, and returns the ticket
  /// with the code's digest, which the caller compares after it has committed. Returns nothing when
  /// ticket or code do not exist or have expired at `now`, when the code was sent to another
  /// factor, when `limits.per_code` guesses at this code were counted before, or `limits.per_day`
  /// at all codes of the account within 24 hours of the first.
  [[nodiscard]] virtual std::optional<Ticket> try_code(const FeatureDigest& ticket,
                                                       const FactorId& factor,
                                                       const GuessLimits& limits, UtcTime now) = 0;

  /// Counts an attempt of the user at a second factor as failed, in the counter for networks that
  /// the account has used before (`known`) or in the one for all others. Returns `wait` or
  /// `locked`, and counts nothing, when `policy` forbids the attempt; `locked` for an unknown user.
  /// Of many concurrent calls, as many get `go` as the policy allows.
  ///
  /// The caller must commit before it compares, so that a rollback of what follows cannot undo the
  /// count, and calls passed() when the second factor was right.
  [[nodiscard]] virtual Attempt begin_attempt(const UserId& user, bool known,
                                              const FailurePolicy& policy, UtcTime now) = 0;
  /// Returns what begin_attempt() would for an existing user, but counts nothing: `failures` are
  /// those until now.
  [[nodiscard]] virtual Attempt attempts(const UserId& user, bool known,
                                         const FailurePolicy& policy, UtcTime now) = 0;
  /// Clears that counter of the user.
  virtual void passed(const UserId& user, bool known) = 0;
  /// Clears both counters of the user.
  virtual void unlock(const UserId& user) = 0;
  /// Returns true, and remembers `now`, when the last call for the user that returned true was at
  /// least `pause` ago. Exactly one of many concurrent calls gets true. For notices about failures.
  [[nodiscard]] virtual bool take_notice(const UserId& user, std::chrono::seconds pause,
                                         UtcTime now) = 0;

  /// Stores a pending factor of an existing user, replacing the pending one of the same kind,
  /// unless the user has `max` confirmed factors of that kind.
  [[nodiscard]] virtual AddOutcome add_factor(const Factor& factor, std::size_t max) = 0;
  /// Confirms the user's factor and sets its last step; exactly one of many concurrent calls gets
  /// true. Returns false when there is none, it is confirmed, or it is no longer pending at `now`.
  [[nodiscard]] virtual bool confirm_factor(const UserId& user, const FactorId& id,
                                            std::int64_t step, UtcTime now) = 0;
  /// Accepts the time step for the user's confirmed factor if it is later than the last one, and
  /// records the use; exactly one of many concurrent calls with a step gets true.
  [[nodiscard]] virtual bool accept_step(const UserId& user, const FactorId& id, std::int64_t step,
                                         UtcTime now) = 0;
  /// Records the use of the user's confirmed factor; returns false when there is none.
  [[nodiscard]] virtual bool mark_used(const UserId& user, const FactorId& id, UtcTime now) = 0;
  /// Returns the user's factors in the order of their ids: the confirmed ones, and those that are
  /// still pending at `now`.
  [[nodiscard]] virtual std::vector<Factor> list_factors(const UserId& user, UtcTime now) = 0;
  /// Returns the user's factor, if list_factors() would.
  [[nodiscard]] virtual std::optional<Factor> find_factor(const UserId& user, const FactorId& id,
                                                          UtcTime now) = 0;
  /// Sets the label of the user's factor; returns false when there is none.
  [[nodiscard]] virtual bool rename_factor(const UserId& user, const FactorId& id,
                                           std::string_view label) = 0;
  /// Deletes the user's factor, pending or confirmed; returns false when there is none.
  [[nodiscard]] virtual bool remove_factor(const UserId& user, const FactorId& id) = 0;
  /// Deletes the user's factors that were confirmed at or after `since`, and all pending ones;
  /// returns the number of confirmed ones.
  virtual std::size_t remove_factors(const UserId& user, UtcTime since = UtcTime{}) = 0;
  /// Returns at most `limit` factors of all users whose id is greater than `after`, in the order of
  /// their ids; all of them if called with the last id of each batch, from FactorId{} on.
  [[nodiscard]] virtual std::vector<SealedFactor> list_sealed(const FactorId& after,
                                                              std::size_t limit) = 0;
  /// Replaces the factor's secret if it is still `from`; returns false otherwise.
  [[nodiscard]] virtual bool reseal(const FactorId& id, const std::string& from,
                                    const std::string& to) = 0;

  /// Replaces all recovery codes of an existing user.
  virtual void replace_recovery_codes(const UserId& user, const std::vector<FeatureDigest>& digests,
                                      UtcTime now) = 0;
  /// Deletes the user's recovery codes that were stored at or after `since`; returns their number.
  virtual std::size_t drop_recovery_codes(const UserId& user, UtcTime since = UtcTime{}) = 0;
  /// Deletes the user's recovery code with one of these digests and returns how many are left;
  /// returns nothing when there is none. Exactly one of many concurrent calls gets a number.
  [[nodiscard]] virtual std::optional<std::size_t> spend_recovery_code(
      const UserId& user, const std::vector<FeatureDigest>& digests) = 0;
  /// Returns how many recovery codes the user has left.
  [[nodiscard]] virtual std::size_t count_recovery_codes(const UserId& user) = 0;

  /// Stores a trusted device of an existing user. If the user then has more than `max`, the ones
  /// created first are deleted.
  virtual void trust(const Device& device, std::size_t max) = 0;
  /// Records the use of the user's device with one of these digests, if it has that
  /// `security_version` and has not expired at `now`; returns whether there is one.
  [[nodiscard]] virtual bool use_device(const UserId& user,
                                        const std::vector<FeatureDigest>& digests,
                                        std::int64_t security_version, UtcTime now) = 0;
  /// Returns the user's devices that use_device() would accept, the one created last first.
  [[nodiscard]] virtual std::vector<Device> list_devices(const UserId& user,
                                                         std::int64_t security_version,
                                                         UtcTime now) = 0;
  /// Deletes the user's device; returns false when there is none.
  [[nodiscard]] virtual bool forget_device(const UserId& user, const DeviceId& id) = 0;
  /// Deletes all devices of the user; returns their number.
  virtual std::size_t forget_devices(const UserId& user) = 0;

  /// Deletes at most `limit` tickets, devices and pending factors that have expired at `now`;
  /// returns their number. Less than `limit` means that none is left. Counters and recovery codes
  /// do not expire.
  virtual std::size_t delete_expired(std::size_t limit, UtcTime now) = 0;

 protected:
  Factors() = default;
};

/// Opens the feature's tables in transactions of its Store, through any decorators. Must be
/// thread-safe.
class FactorStore {
 public:
  virtual ~FactorStore() = default;
  FactorStore(const FactorStore&) = delete;
  FactorStore& operator=(const FactorStore&) = delete;

  /// Returns the tables as `transaction` sees and changes them; valid as long as the transaction.
  /// Throws std::invalid_argument for a transaction of another kind of Store.
  [[nodiscard]] virtual std::unique_ptr<Factors> in(Transaction& transaction) = 0;

 protected:
  FactorStore() = default;
};

}  // namespace second_factor
}  // namespace coffeeauth
