#pragma once
/// What the sources of the room share. Private to the room.

#include <string>

#include "coffeeauth/email_login/email_login.hpp"

namespace coffeeauth::email_login {

/// Throws std::invalid_argument that begins with the name of the setting.
void check(const EmailLoginOptions& options);
/// The URL of the link, with `{token}` in it; empty when it would lead nowhere.
[[nodiscard]] std::string link_pattern(const EmailLoginOptions& options);

}  // namespace coffeeauth::email_login
