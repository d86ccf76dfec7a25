#pragma once
/// AdminService: user management for administrators. Check that the caller is an administrator
/// before you call it: the service trusts `actor`.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/result.hpp"
#include "coffeeauth/session.hpp"
#include "coffeeauth/user.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

struct Services;

/// Selects a list of users and one page of it. A non-empty `cursor` takes precedence over `page`.
struct ListUsersRequest {
  /// Selects the users in the list.
  UserFilter filter{};
  /// The sort key; ties are sorted by id.
  UserOrder order = UserOrder::date_joined;
  /// The sort direction.
  Direction direction = Direction::ascending;
  /// Users on a page; at least 1. The REST API caps it at ListConfig::max_page_size.
  std::size_t page_size = 10;
  /// Counted from 1.
  std::size_t page = 1;
  /// Requests the last page; `page` is ignored. Counts all users that match.
  bool last_page = false;
  /// From UserPage::next_cursor of the same filter, order and direction.
  std::string cursor{};
};

/// One page of a list of users.
struct UserPage {
  /// Number of users in the whole list; empty when a search matches more users than
  /// ListConfig::counted_matches.
  std::optional<std::size_t> count = 0;
  /// Number of this page, from 1; 0 when the page was requested by cursor.
  std::size_t number = 0;
  /// The users on this page, in order.
  std::vector<User> users;
  /// Whether another page follows.
  bool has_next = false;
  /// Whether a page precedes this one; always true when the page was requested by cursor.
  bool has_previous = false;
  /// Opaque and authenticated; empty when there is no next page.
  std::string next_cursor;
};

/// An account created by an operator, without sign-up.
struct NewAdmin {
  /// Trusted: no code is sent to it.
  EmailAddress email;
  /// Must pass PasswordService::check_strength(), as any user's password must.
  Password password;
  /// May be empty; must be accepted by parse_name().
  std::string first_name{};
  /// May be empty; must be accepted by parse_name().
  std::string last_name{};
  /// The language of mails to the account; may be empty.
  Language language{};
};

/// Thread-safe. Every method may throw Unavailable.
class AdminService {
 public:
  /// Borrows `services`. Auth creates it: use Auth::admin().
  explicit AdminService(Services& services);

  /// Returns one page. Errors: not_found (a page past the end, except page 1 of an empty list);
  /// validation_failed on `cursor` (forged, or from another list) or `page_size` (0).
  [[nodiscard]] Result<UserPage> list_users(const ListUsersRequest& request);

  /// Returns a user. Error: not_found.
  [[nodiscard]] Result<User> get_user(const UserId& id);
  /// Changes an account. Verifying an account whose mailbox was never proved gives it no password:
  /// passwords from sign-up stay invalid, and the owner is mailed a code to set a password with.
  /// When the address of an account that has had an owner changes (it is verified, has a password,
  /// or has logged in), the former mailbox is notified (mail_kind::email_changed).
  ///
  /// Errors: not_found, email_taken (also when the account awaits its owner and a feature reserves
  /// its address for another user), last_admin, version_conflict; validation_failed on a name, or
  /// on `role` (only a verified account with a password can become an administrator's).
  [[nodiscard]] Result<User> update_user(const UserId& id, const UserPatch& patch,
                                         std::optional<std::int64_t> expected_version,
                                         const UserId& actor, const ClientContext& client);
  /// Deletes an account with its sessions. Errors: not_found, last_admin, version_conflict.
  [[nodiscard]] Result<void> delete_user(const UserId& id,
                                         std::optional<std::int64_t> expected_version,
                                         const UserId& actor, const ClientContext& client);

  /// Ends every session of an account and returns their number. Error: not_found.
  [[nodiscard]] Result<std::size_t> end_sessions(const UserId& id, const UserId& actor,
                                                 const ClientContext& client);

  /// Creates a verified administrator. An account that is not verified or has no password yet is
  /// taken over: it gets this password, these names and this language, and its pending sign-ups
  /// are discarded. Errors: email_taken (the account has an owner), validation_failed.
  [[nodiscard]] Result<User> create_admin(NewAdmin request);
  /// Makes an existing account an active administrator; its password is kept.
  /// Errors: not_found, validation_failed on `role` (not verified, or without a password).
  [[nodiscard]] Result<User> promote(const EmailAddress& email);

 private:
  Services& s_;
};

}  // namespace coffeeauth
