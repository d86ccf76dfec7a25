#include "coffeeauth/recovery/memory.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "coffeeauth/memory/mail_shares.hpp"
#include "coffeeauth/memory/rooms.hpp"

namespace coffeeauth::recovery {
namespace {

using namespace std::chrono_literals;

struct Row {
  Ticket ticket;
  std::size_t guesses = 0;
};

/// Guesses that were counted, in the day that began with the first of them.
struct DayOfGuesses {
  UtcTime began_at{};
  std::size_t count = 0;
};

/// Mails to a mailbox that were counted, in the window that ends at `until`.
struct TargetCount {
  std::size_t mails = 0;
  UtcTime until{};
};

struct Reservation {
  UserId user;
  UtcTime until{};
};

/// Everything, under the lock of the memory store.
struct Tables {
  std::map<std::string, Row> tickets;
  memory::MailShares mails;
  std::map<std::string, TargetCount> targets;
  std::map<std::string, DayOfGuesses> guesses;
  std::map<std::string, Reservation> reservations;
};

bool is_one_at_a_time(TicketKind kind) { return kind != TicketKind::undo; }

/// Each purpose has paces of its own.
MailAccount account_of(const UserId& user, MailPurpose purpose) {
  return {.user = user, .scope = std::to_string(static_cast<int>(purpose))};
}

class MemoryTickets final : public Tickets {
 public:
  MemoryTickets(Tables& tables, Transaction& transaction) : all_(tables), tx_(transaction) {}

  bool take_slot(const UserId& user, const MailRequest& request, const MailPace& pace,
                 UtcTime now) override {
    if (!tx_.users().find(user)) return false;
    const auto account = account_of(user, request.purpose);
    const auto share =
        request.network ? all_.mails.share_of(account, *request.network, request.max_networks, now)
                        : MailShare::common;
    if (!all_.mails.has_room(account, share, pace, now)) return false;
    if (request.target && !take_target(*request.target, now)) return false;
    return all_.mails.take(tx_, account, share, pace, now);
  }

  void put(const Ticket& ticket) override {
    if (is_one_at_a_time(ticket.kind)) drop(ticket.user, ticket.kind, 0);
    const auto key = to_hex(ticket.digest.bytes());
    memory::keep(tx_, all_.tickets, key);
    all_.tickets.insert_or_assign(key, Row{.ticket = ticket});
  }

  std::optional<Ticket> find(TicketKind kind, const std::vector<FeatureDigest>& digests,
                             UtcTime now) override {
    for (const auto& digest : digests) {
      const auto row = all_.tickets.find(to_hex(digest.bytes()));
      if (row != all_.tickets.end() && is_good(row->second, kind, now)) return row->second.ticket;
    }
    return std::nullopt;
  }

  std::vector<Ticket> list(const UserId& user, TicketKind kind, UtcTime now) override {
    std::vector<Ticket> listed;
    for (const auto& [key, row] : all_.tickets) {
      if (row.ticket.user == user && is_good(row, kind, now)) listed.push_back(row.ticket);
    }
    std::sort(listed.begin(), listed.end(), [](const Ticket& a, const Ticket& b) {
      return a.security_version > b.security_version;
    });
    return listed;
  }

  bool redeem(TicketKind kind, const FeatureDigest& digest, UtcTime now) override {
    const auto key = to_hex(digest.bytes());
    const auto row = all_.tickets.find(key);
    if (row == all_.tickets.end() || !is_good(row->second, kind, now)) return false;
    memory::keep(tx_, all_.tickets, key);
    all_.tickets.erase(row);
    return true;
  }

  std::optional<Ticket> count_guess(const UserId& user, TicketKind kind, const GuessLimits& limits,
                                    UtcTime now) override {
    auto* const row = row_of(user, kind, now);
    if (row == nullptr || !row->ticket.code || row->guesses >= limits.per_code) return std::nullopt;
    memory::keep(tx_, all_.tickets, to_hex(row->ticket.digest.bytes()));
    ++row->guesses;
    memory::keep(tx_, all_.guesses, user.str());
    auto& day = all_.guesses[user.str()];
    if (now >= day.began_at + 24h) day = {.began_at = now};
    if (day.count >= limits.per_day) return std::nullopt;
    ++day.count;
    return row->ticket;
  }

  std::size_t drop(const UserId& user, TicketKind kind, std::int64_t from) override {
    return memory::erase_if(tx_, all_.tickets, [&](const Row& row) {
      const auto& ticket = row.ticket;
      return ticket.user == user && ticket.kind == kind && ticket.security_version >= from;
    });
  }

  void reserve(const EmailAddress& email, const UserId& user, UtcTime until) override {
    memory::keep(tx_, all_.reservations, email.canonical());
    all_.reservations.insert_or_assign(email.canonical(), Reservation{user, until});
  }

  std::optional<UserId> holder_of(const EmailAddress& email, UtcTime now) override {
    const auto row = all_.reservations.find(email.canonical());
    if (row == all_.reservations.end() || row->second.until <= now) return std::nullopt;
    return row->second.user;
  }

  std::size_t count_live(TicketKind kind, UtcTime now) override {
    return static_cast<std::size_t>(
        std::count_if(all_.tickets.begin(), all_.tickets.end(), [&](const auto& one) {
          const auto& ticket = one.second.ticket;
          return ticket.kind == kind && ticket.expires_at > now;
        }));
  }

  std::size_t delete_expired(std::size_t limit, UtcTime now) override {
    auto over = memory::erase_if(
        tx_, all_.tickets, [&](const Row& row) { return row.ticket.expires_at <= now; }, limit);
    over += memory::erase_if(
        tx_, all_.reservations, [&](const Reservation& row) { return row.until <= now; },
        limit - over);
    over += all_.mails.erase_old(tx_, now - 24h, limit - over);
    over += memory::erase_if(
        tx_, all_.targets, [&](const TargetCount& row) { return row.until <= now; }, limit - over);
    over += memory::erase_if(
        tx_, all_.guesses, [&](const DayOfGuesses& row) { return row.began_at <= now - 24h; },
        limit - over);
    return over;
  }

  /// Everything of a user who is deleted.
  void erase_user(const UserId& user) {
    memory::erase_if(tx_, all_.tickets, [&](const Row& row) { return row.ticket.user == user; });
    memory::erase_if(tx_, all_.reservations,
                     [&](const Reservation& row) { return row.user == user; });
    all_.mails.erase_user(tx_, user);
    memory::erase(tx_, all_.guesses, user.str());
  }

 private:
  static bool is_good(const Row& row, TicketKind kind, UtcTime now) {
    return row.ticket.kind == kind && row.ticket.expires_at > now;
  }

  bool take_target(const MailTarget& target, UtcTime now) {
    const auto key = to_hex(target.mailbox.bytes());
    const auto found = all_.targets.find(key);
    const bool is_fresh = found == all_.targets.end() || found->second.until <= now;
    auto next = is_fresh ? TargetCount{.until = now + target.limit.window} : found->second;
    if (next.mails >= target.limit.count) return false;
    ++next.mails;
    memory::keep(tx_, all_.targets, key);
    all_.targets.insert_or_assign(key, next);
    return true;
  }

  Row* row_of(const UserId& user, TicketKind kind, UtcTime now) {
    for (auto& [key, row] : all_.tickets) {
      if (row.ticket.user == user && is_good(row, kind, now)) return &row;
    }
    return nullptr;
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

}  // namespace coffeeauth::recovery
