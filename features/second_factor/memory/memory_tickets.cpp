// Tickets, codes that were sent, and counters, in memory.

#include <algorithm>
#include <vector>

#include "features/second_factor/memory/memory_rows.hpp"

namespace coffeeauth::second_factor {
namespace {

using namespace std::chrono_literals;

Attempt state_of(const FailuresRow& row, const FailurePolicy& policy, UtcTime now) {
  if (row.failures >= policy.stop) {
    return {.verdict = AttemptVerdict::locked, .failures = row.failures};
  }
  if (row.blocked_until > now) {
    return {.verdict = AttemptVerdict::wait, .failures = row.failures, .until = row.blocked_until};
  }
  return {.verdict = AttemptVerdict::go, .failures = row.failures};
}

/// With one failure more, and the wait that comes after it.
FailuresRow with_a_failure(FailuresRow row, const FailurePolicy& policy, UtcTime now) {
  ++row.failures;
  if (row.failures < policy.free) {
    row.wait = 0s;
  } else if (row.wait == 0s) {
    row.wait = policy.first_wait;
  } else {
    row.wait = std::min(row.wait * 2, policy.longest_wait);
  }
  row.blocked_until = now + row.wait;
  return row;
}

}  // namespace

void MemoryTickets::put_ticket(const Ticket& ticket, std::size_t max_live) {
  const auto key = to_hex(ticket.digest.bytes());
  memory::keep(tx_, all_.tickets, key);
  all_.tickets.insert_or_assign(key, TicketRow{.ticket = ticket});
  std::vector<std::pair<UtcTime, std::string>> others;
  for (const auto& [digest, row] : all_.tickets) {
    const bool is_alike = row.ticket.user == ticket.user && row.ticket.promise == ticket.promise;
    if (is_alike && digest != key) {
      others.emplace_back(row.ticket.created_at, digest);
    }
  }
  std::sort(others.begin(), others.end());
  for (std::size_t i = 0; i + max_live <= others.size(); ++i)
    memory::erase(tx_, all_.tickets, others[i].second);
}

std::optional<Ticket> MemoryTickets::find_ticket(const std::vector<FeatureDigest>& digests,
                                                 UtcTime now) {
  for (const auto& digest : digests) {
    const auto row = all_.tickets.find(to_hex(digest.bytes()));
    if (row != all_.tickets.end() && row->second.ticket.expires_at > now) return row->second.ticket;
  }
  return std::nullopt;
}

TicketRow* MemoryTickets::ticket_to_change(const FeatureDigest& digest, UtcTime now) {
  const auto key = to_hex(digest.bytes());
  const auto row = all_.tickets.find(key);
  if (row == all_.tickets.end() || row->second.ticket.expires_at <= now) return nullptr;
  memory::keep(tx_, all_.tickets, key);
  return &row->second;
}

std::optional<Ticket> MemoryTickets::spend_attempt(const FeatureDigest& digest, std::size_t max,
                                                   UtcTime now) {
  auto* const row = ticket_to_change(digest, now);
  if (row == nullptr || row->ticket.attempts >= max) return std::nullopt;
  ++row->ticket.attempts;
  return row->ticket;
}

std::optional<Ticket> MemoryTickets::redeem(const FeatureDigest& digest, UtcTime now) {
  const auto* const row = ticket_to_change(digest, now);
  if (row == nullptr) return std::nullopt;
  auto ticket = row->ticket;
  all_.tickets.erase(to_hex(digest.bytes()));
  return ticket;
}

std::size_t MemoryTickets::drop_tickets(const UserId& user) {
  return memory::erase_if(tx_, all_.tickets,
                          [&](const TicketRow& row) { return row.ticket.user == user; });
}

bool MemoryTickets::put_code(const FeatureDigest& ticket, const TicketCode& code, UtcTime now) {
  auto* const row = ticket_to_change(ticket, now);
  if (row == nullptr) return false;
  row->ticket.code = code;
  row->code_guesses = 0;
  return true;
}

std::optional<Ticket> MemoryTickets::try_code(const FeatureDigest& ticket, const FactorId& factor,
                                              const GuessLimits& limits, UtcTime now) {
  auto* const row = ticket_to_change(ticket, now);
  if (row == nullptr) return std::nullopt;
  const auto& code = row->ticket.code;
  if (!code || code->factor != factor || code->expires_at <= now) return std::nullopt;
  if (row->code_guesses >= limits.per_code) return std::nullopt;
  ++row->code_guesses;
  memory::keep(tx_, all_.accounts, row->ticket.user);
  auto& account = all_.accounts[row->ticket.user];
  if (now >= account.day_began_at + 24h) {
    account.day_began_at = now;
    account.day_guesses = 0;
  }
  if (account.day_guesses >= limits.per_day) return std::nullopt;
  ++account.day_guesses;
  return row->ticket;
}

Attempt MemoryTickets::begin_attempt(const UserId& user, bool known, const FailurePolicy& policy,
                                     UtcTime now) {
  if (!tx_.users().find(user)) return {};
  const auto state = attempts(user, known, policy, now);
  if (state.verdict != AttemptVerdict::go) return state;
  const FailuresKey key{user, known};
  memory::keep(tx_, all_.failures, key);
  auto& row = all_.failures[key];
  row = with_a_failure(row, policy, now);
  return {.verdict = AttemptVerdict::go, .failures = row.failures};
}

Attempt MemoryTickets::attempts(const UserId& user, bool known, const FailurePolicy& policy,
                                UtcTime now) {
  const auto row = all_.failures.find({user, known});
  return state_of(row == all_.failures.end() ? FailuresRow{} : row->second, policy, now);
}

void MemoryTickets::passed(const UserId& user, bool known) {
  memory::erase(tx_, all_.failures, FailuresKey{user, known});
}

void MemoryTickets::unlock(const UserId& user) {
  for (const bool known : {false, true}) passed(user, known);
}

bool MemoryTickets::take_notice(const UserId& user, std::chrono::seconds pause, UtcTime now) {
  if (!tx_.users().find(user)) return false;
  memory::keep(tx_, all_.accounts, user);
  auto& account = all_.accounts[user];
  if (account.notified_at && *account.notified_at > now - pause) return false;
  account.notified_at = now;
  return true;
}

}  // namespace coffeeauth::second_factor
