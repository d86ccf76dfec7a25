#pragma once
/// The schemas of the REST API. Private to the library.

#include "coffeeauth/http/schema.hpp"

namespace coffeeauth::http::schemas {

// What is answered.
[[nodiscard]] SchemaPtr user();
[[nodiscard]] SchemaPtr user_for_admin();
[[nodiscard]] SchemaPtr user_list();
[[nodiscard]] SchemaPtr session_list();
[[nodiscard]] SchemaPtr token_pair();
[[nodiscard]] SchemaPtr refreshed();
[[nodiscard]] SchemaPtr code_receipt();
[[nodiscard]] SchemaPtr detail();
[[nodiscard]] SchemaPtr problem();
[[nodiscard]] SchemaPtr key_set();
[[nodiscard]] SchemaPtr health();
[[nodiscard]] SchemaPtr readiness();

// What is asked.
[[nodiscard]] SchemaPtr sign_up();
[[nodiscard]] SchemaPtr verify();
[[nodiscard]] SchemaPtr six_digits();
[[nodiscard]] SchemaPtr resend_code();
[[nodiscard]] SchemaPtr login_code();
[[nodiscard]] SchemaPtr log_in();
[[nodiscard]] SchemaPtr refresh();
[[nodiscard]] SchemaPtr log_out();
[[nodiscard]] SchemaPtr profile_patch();
[[nodiscard]] SchemaPtr delete_account();
[[nodiscard]] SchemaPtr user_patch();

// Parameters.
/// `example` is JSON.
[[nodiscard]] SchemaPtr text(std::string description, std::size_t max_length, std::string example);
[[nodiscard]] SchemaPtr choice(std::string description, std::vector<std::string> values);
[[nodiscard]] SchemaPtr boolean(std::string description);
[[nodiscard]] SchemaPtr integer(std::string description, std::int64_t minimum,
                                std::string example = {});
/// An integer in a query, or `word`.
[[nodiscard]] SchemaPtr integer_or(std::string description, std::int64_t minimum, std::string word);

}  // namespace coffeeauth::http::schemas
