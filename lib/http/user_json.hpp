#pragma once
/// How a User looks on the wire. Private to the library.

#include "coffeeauth/http/request.hpp"
#include "coffeeauth/user.hpp"
#include "lib/http/json_writer.hpp"

namespace coffeeauth::http {

void write_user(JsonWriter& json, const User& user);

/// 200 with the user and its ETag.
[[nodiscard]] Response user_response(const User& user);

}  // namespace coffeeauth::http
