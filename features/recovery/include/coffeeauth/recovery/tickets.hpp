#pragma once
/// TicketStore: stores the links, codes and reserved addresses of the feature `recovery`.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "coffeeauth/config.hpp"
#include "coffeeauth/email_address.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/ids.hpp"
#include "coffeeauth/kernel.hpp"
#include "coffeeauth/ports/signup_store.hpp"
#include "coffeeauth/ports/store.hpp"
#include "coffeeauth/time.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace recovery {

/// The purpose of a ticket. A ticket is valid for its own purpose only.
enum class TicketKind {
  /// A password reset, by link or by code. An account has at most one.
  reset,
  /// A change of address, by link or by code. An account has at most one.
  email_change,
  /// Undoing a change of address. An account has one for each change.
  undo,
};

/// The purpose of a mail that is requested. The mails of each purpose have a pace of their own.
enum class MailPurpose {
  /// A password reset, requested by anyone who knows the address.
  reset,
  /// A password reset, sent by an administrator or an operator.
  reset_by_administrator,
  /// A change of address, requested by the user.
  email_change,
};

/// A mailbox that many accounts can request mails to.
struct MailTarget {
  /// The keyed digest of its address.
  FeatureDigest mailbox;
  /// The mails it gets from all accounts together.
  Limit limit;
};

/// A request for a mail by, or for, an account.
struct MailRequest {
  /// The purpose.
  MailPurpose purpose;
  /// The network that requests it, for a mail that strangers can request.
  std::optional<FeatureDigest> network{};
  /// How many networks can have a share of their own.
  std::size_t max_networks = 0;
  /// The mailbox, if it is not the account's own.
  std::optional<MailTarget> target{};
};

/// A mailed link with its code.
struct Ticket {
  /// The digest of the link's token.
  FeatureDigest digest;
  /// The purpose.
  TicketKind kind;
  /// The account.
  UserId user;
  /// User::security_version when it was created: any later change of the account invalidates it.
  /// For `undo`, the version that the change gave the account, by which changes are ordered.
  std::int64_t security_version = 0;
  /// The new address for `email_change`; the address to restore for `undo`.
  std::optional<EmailAddress> email{};
  /// For `undo`: the address that the account got by the change.
  std::optional<EmailAddress> changed_to{};
  /// The digest of the code, if there is one.
  std::optional<FeatureDigest> code{};
  /// The session that requested a change of address. It stays open after the change; if it ends
  /// before, the ticket is invalid.
  std::optional<SessionId> session{};
  /// For `reset`: whether the second factor was proved for it, so that setting the password asks
  /// for none.
  bool second_factor_done = false;
  /// For `undo`: when the change was requested; nothing for changes made by older versions.
  std::optional<UtcTime> asked_at{};
  /// When it was created.
  UtcTime created_at{};
  /// When it expires.
  UtcTime expires_at{};

  /// Compares all members, digests in constant time.
  bool operator==(const Ticket&) const = default;
};

/// The tables of the feature, as part of one transaction of the Store.
///
/// Rows are deleted with their user, except the counts of targets. Every method that reports what
/// it did must decide it atomically, so that concurrent transactions see each other's effects.
class Tickets {
 public:
  virtual ~Tickets() = default;
  Tickets(const Tickets&) = delete;
  Tickets& operator=(const Tickets&) = delete;

  /// Counts one mail for the account in the share of the network, unless it would exceed `pace`
  /// there: an hour and a day each start with the first mail counted in them. Returns false for an
  /// unknown user, too. With a `target` the mail is counted there as well, in a window that starts
  /// with the first one; what exceeds the pace or that limit is counted in neither.
  ///
  /// A network gets its own share of the account's mails of that purpose with its first mail, for
  /// 24 hours, if fewer than `max_networks` have one then. All other networks, and requests without
  /// one, have one share together. So strangers cost an owner who has a share nothing, and the
  /// shares together bound the mails sent to an account. Of many concurrent calls, as many get a
  /// share, and a mail, as may.
  [[nodiscard]] virtual bool take_slot(const UserId& user, const MailRequest& request,
                                       const MailPace& pace, UtcTime now) = 0;

  /// Stores a ticket of an existing user. For `reset` and `email_change` it replaces the account's
  /// earlier one.
  virtual void put(const Ticket& ticket) = 0;
  /// Returns the ticket with one of these digests if it is valid at `now`; does not use it.
  [[nodiscard]] virtual std::optional<Ticket> find(TicketKind kind,
                                                   const std::vector<FeatureDigest>& digests,
                                                   UtcTime now) = 0;
  /// Returns the account's tickets of that kind that are valid at `now`, by security_version, the
  /// latest first; does not use them.
  [[nodiscard]] virtual std::vector<Ticket> list(const UserId& user, TicketKind kind,
                                                 UtcTime now) = 0;
  /// Returns how many tickets of that kind are valid at `now`, of all accounts.
  [[nodiscard]] virtual std::size_t count_live(TicketKind kind, UtcTime now) = 0;
  /// Deletes the ticket if it is valid at `now`; exactly one of many concurrent calls gets true.
  [[nodiscard]] virtual bool redeem(TicketKind kind, const FeatureDigest& digest, UtcTime now) = 0;
  /// Counts a guess at the code of the account's ticket and returns the ticket. Returns nothing
  /// when there is none with a code that is valid at `now`, when `limits.per_code` guesses at this
  /// code were counted before, or `limits.per_day` at codes of either kind within 24 hours of the
  /// first. The caller must commit before it compares.
  [[nodiscard]] virtual std::optional<Ticket> count_guess(const UserId& user, TicketKind kind,
                                                          const GuessLimits& limits,
                                                          UtcTime now) = 0;
  /// Deletes the account's tickets of that kind whose security_version is at least `from`; returns
  /// their number.
  virtual std::size_t drop(const UserId& user, TicketKind kind, std::int64_t from = 0) = 0;

  /// Reserves an address for an existing user, replacing any earlier reservation.
  virtual void reserve(const EmailAddress& email, const UserId& user, UtcTime until) = 0;
  /// Returns the user for whom the address is reserved at `now`.
  [[nodiscard]] virtual std::optional<UserId> holder_of(const EmailAddress& email, UtcTime now) = 0;

  /// Deletes at most `limit` rows: tickets and reservations expired at `now`, counts of mails and
  /// guesses that are a day old, and those of targets whose window is over. Returns their number;
  /// less than `limit` means that none is left.
  virtual std::size_t delete_expired(std::size_t limit, UtcTime now) = 0;

 protected:
  Tickets() = default;
};

/// Opens the feature's tables in transactions of its Store, through any decorators. Must be
/// thread-safe.
class TicketStore {
 public:
  virtual ~TicketStore() = default;
  TicketStore(const TicketStore&) = delete;
  TicketStore& operator=(const TicketStore&) = delete;

  /// Returns the tables as `transaction` sees and changes them; valid as long as the transaction.
  /// Throws std::invalid_argument for a transaction of another kind of Store.
  [[nodiscard]] virtual std::unique_ptr<Tickets> in(Transaction& transaction) = 0;

 protected:
  TicketStore() = default;
};

}  // namespace recovery
}  // namespace coffeeauth
