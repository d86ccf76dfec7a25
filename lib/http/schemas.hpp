#pragma once
/// The schemas of the REST API's own routes. Private to the library.

#include <string>

#include "coffeeauth/http/schemas.hpp"

namespace coffeeauth::http::schemas {

// What is answered.
/// The links of its example begin with `prefix` (ApiOptions::prefix).
[[nodiscard]] SchemaPtr user_list(const std::string& prefix);
[[nodiscard]] SchemaPtr session_list();
[[nodiscard]] SchemaPtr refreshed();
[[nodiscard]] SchemaPtr detail();
[[nodiscard]] SchemaPtr problem();
/// A problem with what the second step needs: challenge_response().
[[nodiscard]] SchemaPtr challenge();
[[nodiscard]] SchemaPtr key_set();
[[nodiscard]] SchemaPtr health();
[[nodiscard]] SchemaPtr readiness();

// What is asked.
[[nodiscard]] SchemaPtr sign_up();
[[nodiscard]] SchemaPtr verify();
[[nodiscard]] SchemaPtr resend_code();
[[nodiscard]] SchemaPtr login_code();
[[nodiscard]] SchemaPtr log_in(bool takes_device_token);
[[nodiscard]] SchemaPtr refresh();
[[nodiscard]] SchemaPtr log_out();
[[nodiscard]] SchemaPtr reauthenticate();
[[nodiscard]] SchemaPtr change_password();
[[nodiscard]] SchemaPtr profile_patch();
[[nodiscard]] SchemaPtr delete_account();
[[nodiscard]] SchemaPtr user_patch();

}  // namespace coffeeauth::http::schemas
