#pragma once
/// How a User looks on the wire. Private to the library.

#include "coffeeauth/user.hpp"
#include "lib/http/json_writer.hpp"

namespace coffeeauth::http {

void write_user(JsonWriter& json, const User& user);
/// The same with what only administrators are shown.
void write_user_for_admin(JsonWriter& json, const User& user);

}  // namespace coffeeauth::http
