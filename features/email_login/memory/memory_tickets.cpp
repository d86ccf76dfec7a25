#include "coffeeauth/email_login/memory.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "coffeeauth/memory/rooms.hpp"

namespace coffeeauth::email_login {
namespace {

using namespace std::chrono_literals;

struct TicketRow {
  Ticket ticket;
  std::size_t guesses = 0;
};

/// Mails that were counted in a share, in the hour and in the day that began with the first of
/// them.
struct MailShare {
  UtcTime sent_at{};
  UtcTime hour_began_at{};
  std::size_t in_hour = 0;
  UtcTime day_began_at{};
  std::size_t in_day = 0;
};

/// Guesses that were counted, in the day that began with the first of them.
struct DayOfGuesses {
  UtcTime began_at{};
  std::size_t count = 0;
};

/// User and network; without a network, the share of all that have none of their own.
using ShareKey = std::pair<std::string, std::string>;

/// Everything, under the lock of the memory store; tickets and guesses by user.
struct Tables {
  std::map<std::string, TicketRow> tickets;
  std::map<ShareKey, MailShare> shares;
  std::map<std::string, DayOfGuesses> guesses;
};

/// The share with one mail more; nothing when that would be too fast.
std::optional<MailShare> with_one_more(MailShare share, const MailPace& pace, UtcTime now) {
  if (share.in_day > 0 && now < share.sent_at + pace.pause) return std::nullopt;
  if (now >= share.hour_began_at + 1h) {
    share.hour_began_at = now;
    share.in_hour = 0;
  }
  if (now >= share.day_began_at + 24h) {
    share.day_began_at = now;
    share.in_day = 0;
  }
  if (share.in_hour >= pace.per_hour || share.in_day >= pace.per_day) return std::nullopt;
  ++share.in_hour;
  ++share.in_day;
  share.sent_at = now;
  return share;
}

class MemoryTickets final : public Tickets {
 public:
  MemoryTickets(Tables& tables, Transaction& transaction) : all_(tables), tx_(transaction) {}

  bool take_slot(const UserId& user, const MailRequest& request, const MailPace& pace,
                 UtcTime now) override {
    if (!tx_.users().find(user)) return false;
    const auto key = share_for(user, request, now);
    const auto found = all_.shares.find(key);
    const auto next =
        with_one_more(found == all_.shares.end() ? MailShare{} : found->second, pace, now);
    if (!next) return false;
    memory::keep(tx_, all_.shares, key);
    all_.shares.insert_or_assign(key, *next);
    return true;
  }

  void put(const Ticket& ticket) override {
    const auto key = ticket.user.str();
    memory::keep(tx_, all_.tickets, key);
    all_.tickets.insert_or_assign(key, TicketRow{.ticket = ticket});
  }

  std::optional<Ticket> find(const std::vector<FeatureDigest>& links, UtcTime now) override {
    const auto row = row_with(&Ticket::link, links, now);
    if (row == all_.tickets.end()) return std::nullopt;
    return row->second.ticket;
  }

  bool redeem(const FeatureDigest& link, UtcTime now) override {
    const auto row = row_with(&Ticket::link, {link}, now);
    if (row == all_.tickets.end()) return false;
    memory::erase(tx_, all_.tickets, std::string{row->first});
    return true;
  }

  std::optional<Ticket> count_guess(const std::vector<FeatureDigest>& logins,
                                    const GuessLimits& limits, UtcTime now) override {
    const auto row = row_with(&Ticket::login, logins, now);
    if (row == all_.tickets.end() || row->second.guesses >= limits.per_code) return std::nullopt;
    const auto& user = row->first;
    memory::keep(tx_, all_.tickets, user);
    ++row->second.guesses;
    memory::keep(tx_, all_.guesses, user);
    auto& day = all_.guesses[user];
    if (now >= day.began_at + 24h) day = {.began_at = now};
    if (day.count >= limits.per_day) return std::nullopt;
    ++day.count;
    return row->second.ticket;
  }

  std::size_t count_live(UtcTime now) override {
    return static_cast<std::size_t>(
        std::count_if(all_.tickets.begin(), all_.tickets.end(),
                      [&](const auto& one) { return one.second.ticket.expires_at > now; }));
  }

  std::size_t delete_expired(std::size_t limit, UtcTime now) override {
    auto over = memory::erase_if(
        tx_, all_.shares, [&](const MailShare& share) { return share.sent_at <= now - 24h; },
        limit);
    over += memory::erase_if(
        tx_, all_.tickets, [&](const TicketRow& row) { return row.ticket.expires_at <= now; },
        limit - over);
    over += memory::erase_if(
        tx_, all_.guesses, [&](const DayOfGuesses& day) { return day.began_at <= now - 24h; },
        limit - over);
    return over;
  }

  /// Everything of a user who is deleted.
  void erase_user(const UserId& user) {
    const auto key = user.str();
    memory::erase(tx_, all_.tickets, key);
    memory::erase(tx_, all_.guesses, key);
    for (;;) {
      const auto row = all_.shares.lower_bound({key, {}});
      if (row == all_.shares.end() || row->first.first != key) break;
      memory::erase(tx_, all_.shares, ShareKey{row->first});
    }
  }

 private:
  using Rows = std::map<std::string, TicketRow>;

  /// The live row that has one of these digests there.
  [[nodiscard]] Rows::iterator row_with(FeatureDigest Ticket::*member,
                                        const std::vector<FeatureDigest>& digests, UtcTime now) {
    return std::find_if(all_.tickets.begin(), all_.tickets.end(), [&](const auto& row) {
      const auto& ticket = row.second.ticket;
      return ticket.expires_at > now &&
             std::find(digests.begin(), digests.end(), ticket.*member) != digests.end();
    });
  }

  /// The network's own share where it has one or gets one, or else the common one.
  [[nodiscard]] ShareKey share_for(const UserId& user, const MailRequest& request,
                                   UtcTime now) const {
    ShareKey common{user.str(), {}};
    const ShareKey owners{user.str(), "owner"};
    if (request.by_owner) return owners;
    ShareKey own{user.str(), to_hex(request.network.bytes())};
    std::size_t others = 0;
    for (auto row = all_.shares.upper_bound(common); row != all_.shares.end(); ++row) {
      if (row->first.first != user.str()) break;
      const bool has_share = row->first != owners && now < row->second.day_began_at + 24h;
      if (has_share && row->first == own) return own;
      others += has_share ? 1 : 0;
    }
    return others < request.max_networks ? own : common;
  }

  Tables& all_;
  Transaction& tx_;
};

class MemoryTicketStore final : public TicketStore {
 public:
  explicit MemoryTicketStore(Store& store) {
    // Shared, since the store keeps the function for as long as it lives.
    memory::on_user_deleted(store, [tables = tables_](Transaction& tx, const UserId& user) {
      MemoryTickets{*tables, tx}.erase_user(user);
    });
  }

  std::unique_ptr<Tickets> in(Transaction& transaction) override {
    // Throws for a transaction of another kind.
    memory::on_rollback(transaction, [tables = tables_] {});
    return std::make_unique<MemoryTickets>(*tables_, transaction);
  }

 private:
  std::shared_ptr<Tables> tables_ = std::make_shared<Tables>();
};

}  // namespace

std::unique_ptr<TicketStore> make_memory_tickets(Store& store) {
  return std::make_unique<MemoryTicketStore>(store);
}

}  // namespace coffeeauth::email_login
