#pragma once
/// How a user is read from a row, and the few statements about users that several sources share.

#include <optional>
#include <string>
#include <string_view>

#include "adapters/sql/src/connection.hpp"
#include "coffeeauth/ports/user_store.hpp"

namespace coffeeauth::sql {

/// The columns of a User in the order read_user() wants them, each with `prefix` in front.
[[nodiscard]] std::string user_columns(std::string_view prefix = "");
/// Their letters for Sql::columns, and how many they are.
inline constexpr std::string_view user_kinds = "ttttttnnnnnnnn";
inline constexpr std::size_t user_column_count = user_kinds.size();

[[nodiscard]] User read_user(const Row& row, std::size_t first_column = 0);

/// The user and the password hash, the row held for the rest of the transaction.
[[nodiscard]] std::optional<Credentials> hold_user(Connection& connection, const UserId& id);

[[nodiscard]] std::optional<Credentials> hold_by_email(Connection& connection,
                                                       const EmailAddress& email);

/// Holds the user's row, where several transactions write side by side; elsewhere it costs nothing.
void lock_user(Connection& connection, const UserId& id);

/// Ends the user's sessions but `except`; returns how many.
std::size_t end_sessions(Connection& connection, const UserId& user,
                         const std::optional<SessionId>& except);
/// Writes what a patch made of the user, and ends the sessions if it says so. Does nothing when
/// nothing changed. The row must be held.
void write_patched(Connection& connection, const PatchedUser& patched);

/// Drops the codes of a user; the day's counts of guesses stay.
void drop_codes(Connection& connection, const UserId& id);
/// Drops the sign-up with this password, if there is one.
void drop_sign_up(Connection& connection, const UserId& id, const PasswordHash& password_hash);
/// Drops the codes and all sign-ups of a user, decoys and all.
void drop_sign_ups(Connection& connection, const UserId& id);
/// From now on a code activates the user only beside a password, even if one sign-up is pending.
void mark_contested(Connection& connection, const UserId& id, UtcTime now);

/// Inserts the user and returns it as written; nothing when the address is taken. One that is not
/// verified gets no password: that is its pending sign-up's.
[[nodiscard]] std::optional<User> insert_user(Connection& connection, const NewUser& user,
                                              bool verified);

/// How the order of last logins has a user who never came.
inline constexpr std::int64_t never_logged_in = -1;
/// Puts the user at its place in the order of last logins; nothing for one who never came.
void put_in_login_order(Connection& connection, const UserId& id, std::optional<UtcTime> at);

/// Restarts the hours that an unverified user is kept.
void restart_clean_up(Connection& connection, const UserId& id, UtcTime now);

/// Keeps `sign_up` for the user, in place of one with an equal password.
void put_pending(Connection& connection, const UserId& id, const NewUser& sign_up);

}  // namespace coffeeauth::sql
