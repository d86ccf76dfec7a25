#pragma once
/// AdminService: an administrator's management of users. Whoever calls it has checked that the
/// caller is one: the service trusts `actor`.

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

/// Which page of which list. `cursor`, when not empty, wins over `page`.
struct ListUsersRequest {
  /// Which users are in the list at all.
  UserFilter filter{};
  /// By what it is ordered, ties by id.
  UserOrder order = UserOrder::date_joined;
  /// Which end it starts at.
  Direction direction = Direction::ascending;
  /// At least 1. The REST API holds it to ListConfig::max_page_size.
  std::size_t page_size = 10;
  /// Counted from 1.
  std::size_t page = 1;
  /// The last page, whatever its number; `page` is ignored. Counts all that match.
  bool last_page = false;
  /// From UserPage::next_cursor of the same filter, order and direction.
  std::string cursor{};
};

/// One page of a list of users.
struct UserPage {
  /// How many users the whole list has. Nothing for a search that more match than
  /// ListConfig::counted_matches.
  std::optional<std::size_t> count = 0;
  /// The number of this page; 0 for one that a cursor led to.
  std::size_t number = 0;
  /// Those of this page, in order.
  std::vector<User> users;
  /// Whether another page follows.
  bool has_next = false;
  /// Whether this is not the first page; always true for one that a cursor led to.
  bool has_previous = false;
  /// Opaque and authenticated; empty when there is no next page.
  std::string next_cursor;
};

/// An account made by an operator, not by sign-up.
struct NewAdmin {
  /// Taken on trust: no code is sent to it.
  EmailAddress email;
  /// Must pass PasswordService::check_strength(), as any user's password must.
  Password password;
  /// May be empty; parse_name() decides whether it is one.
  std::string first_name{};
  /// May be empty; parse_name() decides whether it is one.
  std::string last_name{};
};

/// Callable from any thread. Every method may throw Unavailable.
class AdminService {
 public:
  /// Borrows `services`; Auth makes it: Auth::admin().
  explicit AdminService(Services& services);

  /// Errors: not_found (a page past the end; page 1 of an empty list is fine); validation_failed on
  /// `cursor` (made up, or of another list) or `page_size` (0).
  [[nodiscard]] Result<UserPage> list_users(const ListUsersRequest& request);

  /// Error: not_found.
  [[nodiscard]] Result<User> get_user(const UserId& id);
  /// Changes an account. Verifying one whose mailbox nobody has proved gives it no password: what
  /// was signed up with opens nothing, and a code is mailed with which the owner sets one.
  ///
  /// Errors: not_found, email_taken, last_admin, version_conflict; validation_failed on a name, or
  /// on `role` (an account becomes an administrator's only when it is verified and has a password).
  [[nodiscard]] Result<User> update_user(const UserId& id, const UserPatch& patch,
                                         std::optional<std::int64_t> expected_version,
                                         const UserId& actor, const ClientContext& client);
  /// Errors: not_found, last_admin, version_conflict.
  [[nodiscard]] Result<void> delete_user(const UserId& id,
                                         std::optional<std::int64_t> expected_version,
                                         const UserId& actor, const ClientContext& client);

  /// Ends every session of an account; returns how many. Error: not_found.
  [[nodiscard]] Result<std::size_t> end_sessions(const UserId& id, const UserId& actor,
                                                 const ClientContext& client);

  /// Makes a verified administrator. An address that was signed up and whose owner has not proved
  /// it and set a password is taken over: the account gets this password and these names, and what
  /// waited there is gone. Errors: email_taken (the account has an owner), validation_failed.
  [[nodiscard]] Result<User> create_admin(NewAdmin request);
  /// Makes an existing account an active administrator's; its password stays.
  /// Errors: not_found, validation_failed on `role` (not verified, or without a password).
  [[nodiscard]] Result<User> promote(const EmailAddress& email);

 private:
  Services& s_;
};

}  // namespace coffeeauth
