#pragma once
/// MailAccount and MailShare: whose mails memory::MailShares and sql::MailShares count, and where.

#include <string>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ids.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// An account whose mails are counted.
struct MailAccount {
  /// The user.
  UserId user;
  /// The purpose, if the account's mails have several paces; else empty.
  std::string scope{};
};

/// The shares that are no network's. A network's share is its digest in hexadecimal digits.
struct MailShare {
  /// That of all networks that have none of their own, and of requests without one.
  static constexpr const char* common = "";
  /// The account's own.
  static constexpr const char* owner = "owner";
  /// Another one, for what somebody may request who has stolen the account's password.
  static constexpr const char* owner_elsewhere = "elsewhere";
};

}  // namespace coffeeauth
