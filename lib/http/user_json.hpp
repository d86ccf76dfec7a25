#pragma once
/// How a User looks on the wire. Private to the library.

#include "coffeeauth/http/request.hpp"
#include "coffeeauth/user.hpp"
#include "lib/http/json_writer.hpp"

namespace coffeeauth::http {

void write_user(JsonWriter& json, const User& user);
/// The same with what only administrators are shown.
void write_user_for_admin(JsonWriter& json, const User& user);

/// 200 with the user and its ETag.
[[nodiscard]] Response user_response(const User& user);
[[nodiscard]] Response user_response_for_admin(const User& user);

}  // namespace coffeeauth::http
