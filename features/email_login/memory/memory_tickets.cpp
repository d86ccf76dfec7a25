#include "coffeeauth/email_login/memory.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "coffeeauth/memory/mail_shares.hpp"
#include "coffeeauth/memory/rooms.hpp"

namespace coffeeauth::email_login {
namespace {

using namespace std::chrono_literals;

struct TicketRow {
  Ticket ticket;
  std::size_t guesses = 0;
};

/// Guesses that were counted, in the day that began with the first of them.
struct DayOfGuesses {
  UtcTime began_at{};
  std::size_t count = 0;
};

/// Everything, under the lock of the memory store; tickets and guesses by user.
struct Tables {
  std::map<std::string, TicketRow> tickets;
  memory::MailShares mails;
  std::map<std::string, DayOfGuesses> guesses;
};

class MemoryTickets final : public Tickets {
 public:
  MemoryTickets(Tables& tables, Transaction& transaction) : all_(tables), tx_(transaction) {}

  bool take_slot(const UserId& user, const MailRequest& request, const MailPace& pace,
                 UtcTime now) override {
    if (!tx_.users().find(user)) return false;
    const auto share = share_for(user, request, now);
    return all_.mails.take(tx_, {user}, share, pace, now);
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
    auto over = all_.mails.erase_old(tx_, now - 24h, limit);
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
    all_.mails.erase_user(tx_, user);
  }

 private:
  [[nodiscard]] std::string share_for(const UserId& user, const MailRequest& request,
                                      UtcTime now) const {
    if (!request.by_owner) {
      return all_.mails.share_of({user}, request.network, request.max_networks, now);
    }
    return request.from_elsewhere ? MailShare::owner_elsewhere : MailShare::owner;
  }

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
