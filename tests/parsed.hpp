#pragma once
/// email() and password(): values of texts that are known to be good.

#include <string_view>

#include "coffeeauth/email_address.hpp"
#include "coffeeauth/password.hpp"

namespace coffeeauth::testing {

inline EmailAddress email(std::string_view text) { return EmailAddress::parse(text).value(); }
inline Password password(std::string_view text) { return Password::parse(text).value(); }

}  // namespace coffeeauth::testing
