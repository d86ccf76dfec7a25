#pragma once
/// Profiles: what this program knows of its customers beyond what the library does.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "coffeeauth/ports/store.hpp"

struct Profile {
  /// 1 for the first customer, and so on.
  std::int64_t number = 0;
  std::string motto;
};

/// `sql`, and a profile beside each user who signs up: written in the transaction that writes the
/// user, deleted with it, so that there is never one without the other. Borrows `sql`, a Store of
/// coffeeauth/sql/sql.hpp that was opened with the room in migrations/.
[[nodiscard]] std::unique_ptr<coffeeauth::Store> with_profiles(coffeeauth::Store& sql);

/// Nothing for an account that did not sign up: an administrator whom the program made.
[[nodiscard]] std::optional<Profile> find_profile(coffeeauth::Store& sql,
                                                  const coffeeauth::UserId& user);
/// False when there is none.
bool set_motto(coffeeauth::Store& sql, const coffeeauth::UserId& user, const std::string& motto);
