#include "coffeeauth/memory/mail_shares.hpp"

#include "coffeeauth/memory/rooms.hpp"

namespace coffeeauth::memory {

using namespace std::chrono_literals;

MailShares::Key MailShares::key_of(const MailAccount& account, std::string_view share) {
  return {account.user.str(), account.scope, std::string{share}};
}

std::string MailShares::share_of(const MailAccount& account, const FeatureDigest& network,
                                 std::size_t max_networks, UtcTime now) const {
  const auto own = to_hex(network.bytes());
  std::size_t others = 0;
  for (auto row = shares_.upper_bound(key_of(account, MailShare::common)); row != shares_.end();
       ++row) {
    const auto& [user, scope, share] = row->first;
    if (user != account.user.str() || scope != account.scope) break;
    const bool counts = share != MailShare::owner && share != MailShare::owner_elsewhere &&
                        now < row->second.day_began_at + 24h;
    if (counts && share == own) return own;
    others += counts ? 1 : 0;
  }
  return others < max_networks ? own : MailShare::common;
}

std::optional<MailShares::Share> MailShares::with_one_more(const MailAccount& account,
                                                           std::string_view share,
                                                           const MailPace& pace,
                                                           UtcTime now) const {
  const auto found = shares_.find(key_of(account, share));
  auto next = found == shares_.end() ? Share{.user = account.user} : found->second;
  if (next.in_day > 0 && now < next.sent_at + pace.pause) return std::nullopt;
  if (now >= next.hour_began_at + 1h) {
    next.hour_began_at = now;
    next.in_hour = 0;
  }
  if (now >= next.day_began_at + 24h) {
    next.day_began_at = now;
    next.in_day = 0;
  }
  if (next.in_hour >= pace.per_hour || next.in_day >= pace.per_day) return std::nullopt;
  ++next.in_hour;
  ++next.in_day;
  next.sent_at = now;
  return next;
}

bool MailShares::has_room(const MailAccount& account, std::string_view share, const MailPace& pace,
                          UtcTime now) const {
  return with_one_more(account, share, pace, now).has_value();
}

bool MailShares::take(Transaction& tx, const MailAccount& account, std::string_view share,
                      const MailPace& pace, UtcTime now) {
  const auto next = with_one_more(account, share, pace, now);
  if (!next) return false;
  const auto key = key_of(account, share);
  keep(tx, shares_, key);
  shares_.insert_or_assign(key, *next);
  return true;
}

void MailShares::erase_user(Transaction& tx, const UserId& user) {
  erase_if(tx, shares_, [&](const Share& share) { return share.user == user; });
}

std::size_t MailShares::erase_old(Transaction& tx, UtcTime cutoff, std::size_t limit) {
  return erase_if(
      tx, shares_, [&](const Share& share) { return share.sent_at <= cutoff; }, limit);
}

}  // namespace coffeeauth::memory
