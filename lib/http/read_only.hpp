#pragma once
/// What a User shows and a change of it cannot set may come back as it was read, so that the body
/// of a GET is the body of a PUT or PATCH. Private to the library.

#include <nlohmann/json.hpp>

#include "coffeeauth/result.hpp"
#include "coffeeauth/user.hpp"

namespace coffeeauth::http {

/// For an administrator's change: an error for what differs from `user`, or when the body shows
/// another version.
[[nodiscard]] Result<void> check_read_only(const nlohmann::json& body, const User& user);

/// For a user's own change, which sets names alone: an error for what differs from `user`, but for
/// the version, of which the Store knows more.
[[nodiscard]] Result<void> check_read_only_of_owner(const nlohmann::json& body, const User& user);

}  // namespace coffeeauth::http
