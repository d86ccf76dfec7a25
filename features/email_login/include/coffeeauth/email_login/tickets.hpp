#pragma once
/// TicketStore: stores the links and codes of the feature `email_login`.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "coffeeauth/config.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/ids.hpp"
#include "coffeeauth/kernel.hpp"
#include "coffeeauth/ports/signup_store.hpp"
#include "coffeeauth/ports/store.hpp"
#include "coffeeauth/time.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace email_login {

/// A mailed link with its code.
struct Ticket {
  /// The account. It has at most one ticket.
  UserId user;
  /// The digest of the link's token.
  FeatureDigest link;
  /// The digest of the token that the code needs, held by the client that requested the mail.
  FeatureDigest login;
  /// The digest of the code.
  FeatureDigest code;
  /// User::security_version when it was created: any later change of the account invalidates it.
  std::int64_t security_version = 0;
  /// When it was created.
  UtcTime created_at{};
  /// When it expires.
  UtcTime expires_at{};

  /// Compares all members, digests in constant time.
  bool operator==(const Ticket&) const = default;
};

/// A request for a mail.
struct MailRequest {
  /// The network that requests it.
  FeatureDigest network;
  /// How many networks can have a share of their own.
  std::size_t max_networks = 0;
  /// Whether the account itself requests it, with a proof: such mails have a share apart, whatever
  /// the network, which no stranger can use up.
  bool by_owner = false;
  /// Whether it does so from a network that it has not used before, which has another such share.
  bool from_elsewhere = false;
};

/// The tables of the feature, as part of one transaction of the Store.
///
/// Rows are deleted with their user. Every method that reports what it did must decide it
/// atomically, so that concurrent transactions see each other's effects.
class Tickets {
 public:
  virtual ~Tickets() = default;
  Tickets(const Tickets&) = delete;
  Tickets& operator=(const Tickets&) = delete;

  /// Counts one mail for the account in the share of the network, unless it would exceed `pace`
  /// there: an hour and a day each start with the first mail counted in them. Returns false for an
  /// unknown user, too.
  ///
  /// A network gets its own share of the account's mails with its first mail, for 24 hours, if
  /// fewer than `max_networks` have one then. All other networks have one share together, and mails
  /// that the account itself requests have two more, which are no network's. Of many concurrent
  /// calls, as many get a share, and a mail, as may.
  [[nodiscard]] virtual bool take_slot(const UserId& user, const MailRequest& request,
                                       const MailPace& pace, UtcTime now) = 0;

  /// Stores a ticket of an existing user, in place of the account's earlier one.
  virtual void put(const Ticket& ticket) = 0;
  /// Returns the ticket whose link has one of these digests if it is valid at `now`; does not use
  /// it.
  [[nodiscard]] virtual std::optional<Ticket> find(const std::vector<FeatureDigest>& links,
                                                   UtcTime now) = 0;
  /// Returns how many tickets are valid at `now`, of all accounts.
  [[nodiscard]] virtual std::size_t count_live(UtcTime now) = 0;
  /// Deletes the ticket of that link if it is valid at `now`; exactly one of many concurrent calls
  /// gets true.
  [[nodiscard]] virtual bool redeem(const FeatureDigest& link, UtcTime now) = 0;
  /// Counts a guess at the code of the ticket whose `login` is one of these digests, and returns
  /// the ticket. Returns nothing when there is none that is valid at `now`, when `limits.per_code`
  /// guesses at this code were counted before, or `limits.per_day` at codes of the account within
  /// 24 hours of the first. The caller must commit before it compares.
  [[nodiscard]] virtual std::optional<Ticket> count_guess(const std::vector<FeatureDigest>& logins,
                                                          const GuessLimits& limits,
                                                          UtcTime now) = 0;

  /// Deletes at most `limit` rows: tickets expired at `now`, and counts of mails and guesses that
  /// are a day old. Returns their number; less than `limit` means that none is left.
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

}  // namespace email_login
}  // namespace coffeeauth
