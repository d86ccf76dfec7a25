#pragma once
/// TicketStore: where the room `recovery` keeps its links and codes, and the addresses it reserves.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "coffeeauth/email_address.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/ids.hpp"
#include "coffeeauth/kernel.hpp"
#include "coffeeauth/ports/signup_store.hpp"
#include "coffeeauth/ports/store.hpp"
#include "coffeeauth/time.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace recovery {

/// What a ticket is good for. One of a kind means nothing as another.
enum class TicketKind {
  /// A new password, by link or by code. An account has one at a time.
  reset,
  /// A new address, by link or by code. An account has one at a time.
  email_change,
  /// An address that was changed comes back. An account has one for each change.
  undo,
};

/// What a mailed link, and the code beside it, stand for.
struct Ticket {
  /// Of the token in the link.
  FeatureDigest digest;
  /// What it is good for.
  TicketKind kind;
  /// Whose it is.
  UserId user;
  /// User::security_version when it was made: any later change of the account makes it worthless.
  /// For `undo` that which the change gave the account, by which changes are ordered.
  std::int64_t security_version = 0;
  /// The new address of `email_change`, the address that `undo` restores.
  std::optional<EmailAddress> email{};
  /// The address that the change which `undo` takes back gave the account.
  std::optional<EmailAddress> changed_to{};
  /// Of the code, where there is one.
  std::optional<FeatureDigest> code{};
  /// The session that asked, which a change of address leaves open.
  std::optional<SessionId> session{};
  /// When it was made.
  UtcTime created_at{};
  /// From then on it is worthless.
  UtcTime expires_at{};

  /// Digests are compared in constant time.
  bool operator==(const Ticket&) const = default;
};

/// The rows of the room, as part of one transaction of the Store.
///
/// They go with their user. Every verb that says what it has done decides it in one step, so that
/// of several transactions at once each sees what the others did.
class Tickets {
 public:
  virtual ~Tickets() = default;
  Tickets(const Tickets&) = delete;
  Tickets& operator=(const Tickets&) = delete;

  /// Counts one mail of `kind` for the account, unless that would be faster than `pace`: an hour
  /// and a day each begin with the first mail that is counted in them. False also for a user that
  /// there is not.
  [[nodiscard]] virtual bool take_slot(const UserId& user, TicketKind kind, const MailPace& pace,
                                       UtcTime now) = 0;

  /// Keeps a ticket of a user that there is. For `reset` and `email_change` it takes the place of
  /// the account's earlier one.
  virtual void put(const Ticket& ticket) = 0;
  /// The ticket with one of these digests that is good at `now`; spends nothing.
  [[nodiscard]] virtual std::optional<Ticket> find(TicketKind kind,
                                                   const std::vector<FeatureDigest>& digests,
                                                   UtcTime now) = 0;
  /// The account's tickets of that kind that are good at `now`, by security_version, the latest
  /// first; spends nothing.
  [[nodiscard]] virtual std::vector<Ticket> list(const UserId& user, TicketKind kind,
                                                 UtcTime now) = 0;
  /// Takes the ticket away, if it is good at `now`: of many who try at once one gets true.
  [[nodiscard]] virtual bool redeem(TicketKind kind, const FeatureDigest& digest, UtcTime now) = 0;
  /// Counts a guess at the code of the account's ticket and gives the ticket; nothing when there is
  /// none with a code that is good at `now`, or when `most` guesses were counted before. The caller
  /// commits, and only then compares.
  [[nodiscard]] virtual std::optional<Ticket> count_guess(const UserId& user, TicketKind kind,
                                                          std::size_t most, UtcTime now) = 0;
  /// Takes away the account's tickets of that kind whose security_version is at least `from`;
  /// returns how many.
  virtual std::size_t drop(const UserId& user, TicketKind kind, std::int64_t from = 0) = 0;

  /// Keeps an address for a user that there is, in place of whatever was said of it before.
  virtual void reserve(const EmailAddress& email, const UserId& user, UtcTime until) = 0;
  /// For whom the address is kept at `now`.
  [[nodiscard]] virtual std::optional<UserId> holder_of(const EmailAddress& email, UtcTime now) = 0;

  /// Deletes at most `limit` tickets and reservations that are over at `now`; returns how many.
  virtual std::size_t delete_expired(std::size_t limit, UtcTime now) = 0;

 protected:
  Tickets() = default;
};

/// Opens the room's rows in transactions of the Store that it was made for, whatever decorators
/// stand around them. Callable from any thread.
class TicketStore {
 public:
  virtual ~TicketStore() = default;
  TicketStore(const TicketStore&) = delete;
  TicketStore& operator=(const TicketStore&) = delete;

  /// The rows, as `transaction` sees and changes them; valid as long as it is. Throws
  /// std::invalid_argument for a transaction of another kind of Store.
  [[nodiscard]] virtual std::unique_ptr<Tickets> in(Transaction& transaction) = 0;

 protected:
  TicketStore() = default;
};

}  // namespace recovery
}  // namespace coffeeauth
