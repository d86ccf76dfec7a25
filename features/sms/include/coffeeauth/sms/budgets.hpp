#pragma once
/// BudgetStore: storage of the room `sms` for the number of text messages sent.

#include <cstddef>
#include <memory>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ids.hpp"
#include "coffeeauth/kernel.hpp"
#include "coffeeauth/ports/store.hpp"
#include "coffeeauth/sms/options.hpp"
#include "coffeeauth/time.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace sms {

/// What a message is for. Those of one share take nothing from another.
enum class BudgetShare {
  /// The code of a login from a network that the account has used before.
  login,
  /// A number that the account has named is to be confirmed.
  enrolment,
  /// The code of a login from any other network: whoever has stolen a password uses up this one.
  login_elsewhere,
};

/// A message that is about to be sent.
struct BudgetRequest {
  /// The account that it is sent for.
  UserId user;
  /// The recipient's number, under each key of the ring; the current one first.
  std::vector<FeatureDigest> number;
  /// The network of the request, likewise.
  std::vector<FeatureDigest> network;
  /// Messages to a number, and of a user, are counted for each share. Numbers of a network, and
  /// enrolments of a user, are those of `enrolment` alone.
  BudgetShare share = BudgetShare::login;
};

/// Whether a message may be sent.
enum class BudgetVerdict {
  /// Yes; it was counted.
  taken,
  /// No: a limit of its number, user or network, or the user's limit of enrolments. Not counted.
  paced,
  /// No: only the limit of the whole service. Not counted.
  service_full,
};

/// The answer to a BudgetRequest.
struct BudgetAnswer {
  /// Whether the message may be sent.
  BudgetVerdict verdict = BudgetVerdict::taken;
  /// When it may be sent, if no other is until then; the time of the request for one that is taken.
  UtcTime free_at{};
};

/// The rows of the room, within one transaction of the Store. Those of a deleted user lose the
/// user, but still count for number, network and service: otherwise an account for each message
/// would get around the limits.
class Budgets {
 public:
  virtual ~Budgets() = default;
  Budgets(const Budgets&) = delete;
  Budgets& operator=(const Budgets&) = delete;

  /// Counts a message for an existing user at `now` against all limits, or against none. Counts
  /// earlier messages under any of the digests, and this one under the first of each.
  ///
  /// Implementations must decide races: of any number of simultaneous calls, in any number of
  /// processes, no more are `taken` than each limit allows, and no fewer.
  [[nodiscard]] virtual BudgetAnswer take(const BudgetRequest& request, const SmsLimits& limits,
                                          UtcTime now) = 0;

  /// Deletes at most `limit` messages counted at or before `cutoff`; returns how many. Callers: at
  /// least 24 hours ago.
  virtual std::size_t delete_old(UtcTime cutoff, std::size_t limit) = 0;

 protected:
  Budgets() = default;
};

/// Gives access to the room's rows in transactions of one Store, also behind decorators.
/// Thread-safe.
class BudgetStore {
 public:
  virtual ~BudgetStore() = default;
  BudgetStore(const BudgetStore&) = delete;
  BudgetStore& operator=(const BudgetStore&) = delete;

  /// Returns the rows within `transaction`, valid as long as it is. Throws std::invalid_argument
  /// for a transaction of another kind of Store.
  [[nodiscard]] virtual std::unique_ptr<Budgets> in(Transaction& transaction) = 0;

 protected:
  BudgetStore() = default;
};

}  // namespace sms
}  // namespace coffeeauth
