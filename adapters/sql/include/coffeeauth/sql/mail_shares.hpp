#pragma once
/// MailShares: the pace of mails that strangers can request, in a table of a feature.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/config.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/ids.hpp"
#include "coffeeauth/kernel.hpp"
#include "coffeeauth/mail_account.hpp"
#include "coffeeauth/sql/query.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace sql {

/// Counts mails for accounts in shares, so that strangers who request them use up nothing of the
/// account's own: see memory::MailShares. Thread-safe.
///
/// The table has the columns `user_id`, `network` (texts), `sent_at`, `hour_began_at`,
/// `hour_count`, `day_began_at` and `day_count` (integers), and a scope if the mails of an account
/// have several paces; its primary key is `user_id`, the scope and `network`. An index on `sent_at`
/// serves delete_old().
class MailShares {
 public:
  /// `table` and `scope` are names of SQL; `scope` is empty for none.
  explicit MailShares(std::string_view table, std::string_view scope = {});

  /// Returns the share of `network`, which it gets at `now`, for 24 hours from its first mail on,
  /// if fewer than `max_networks` have one; else MailShare::common. Until the transaction ends, no
  /// other transaction can hand out shares of the account.
  [[nodiscard]] std::string share_of(Transaction& transaction, const MailAccount& account,
                                     const FeatureDigest& network, std::size_t max_networks,
                                     UtcTime now) const;
  /// Counts one mail of an existing user in a share, unless it would exceed `pace` there. False for
  /// an unknown user, too.
  [[nodiscard]] bool take(Transaction& transaction, const MailAccount& account,
                          std::string_view share, const MailPace& pace, UtcTime now) const;
  /// Deletes at most `limit` shares whose last mail was sent at or before `cutoff`; returns their
  /// number.
  std::size_t delete_old(Transaction& transaction, UtcTime cutoff, std::size_t limit) const;

 private:
  [[nodiscard]] std::vector<Value> keys_of(const MailAccount& account) const;

  bool has_scope_;
  Sql hold_;
  Sql shares_;
  Sql take_;
  Sql delete_old_;
};

}  // namespace sql
}  // namespace coffeeauth
