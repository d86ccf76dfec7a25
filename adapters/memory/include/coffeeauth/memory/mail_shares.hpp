#pragma once
/// MailShares: the pace of mails that strangers can request, for rows of a feature in memory.

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "coffeeauth/config.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/ids.hpp"
#include "coffeeauth/kernel.hpp"
#include "coffeeauth/mail_account.hpp"
#include "coffeeauth/ports/store.hpp"
#include "coffeeauth/time.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace memory {

/// Counts mails for accounts in shares: each network that requests them gets one of its own, as
/// long as there are any, and all others have one together. So strangers use up nothing of a
/// network that the owner has used, and the shares together bound the mails of an account.
///
/// Not thread-safe; the lock of the memory store protects it (coffeeauth/memory/rooms.hpp).
class MailShares {
 public:
  /// Returns the share of `network`, which it gets at `now`, for 24 hours from its first mail on,
  /// if fewer than `max_networks` have one; else MailShare::common.
  [[nodiscard]] std::string share_of(const MailAccount& account, const FeatureDigest& network,
                                     std::size_t max_networks, UtcTime now) const;
  /// Whether take() would count a mail.
  [[nodiscard]] bool has_room(const MailAccount& account, std::string_view share,
                              const MailPace& pace, UtcTime now) const;
  /// Counts one mail of an existing user in a share, unless it would exceed `pace` there.
  [[nodiscard]] bool take(Transaction& transaction, const MailAccount& account,
                          std::string_view share, const MailPace& pace, UtcTime now);
  /// Erases all shares of a user.
  void erase_user(Transaction& transaction, const UserId& user);
  /// Erases at most `limit` shares whose last mail was sent at or before `cutoff`; returns their
  /// number.
  std::size_t erase_old(Transaction& transaction, UtcTime cutoff, std::size_t limit);

 private:
  /// The hour and the day began with the first mail that was counted in them.
  struct Share {
    UserId user;
    UtcTime sent_at{};
    UtcTime hour_began_at{};
    std::size_t in_hour = 0;
    UtcTime day_began_at{};
    std::size_t in_day = 0;
  };
  using Key = std::tuple<std::string, std::string, std::string>;

  [[nodiscard]] static Key key_of(const MailAccount& account, std::string_view share);
  /// The share with one mail more; nothing when that would be too fast.
  [[nodiscard]] std::optional<Share> with_one_more(const MailAccount& account,
                                                   std::string_view share, const MailPace& pace,
                                                   UtcTime now) const;

  std::map<Key, Share> shares_;
};

}  // namespace memory
}  // namespace coffeeauth
