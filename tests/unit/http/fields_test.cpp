#include "coffeeauth/http/fields.hpp"

#include <nlohmann/json.hpp>

#include "coffeeauth/email_address.hpp"
#include "coffeeauth/permission.hpp"
#include "fixture.hpp"

namespace coffeeauth::http {
namespace {

const nlohmann::json body{{"text", "tea"}, {"flag", false}, {"number", 7}, {"code", 12345}};

TEST_CASE("members are read as the schema made them, and may be absent") {
  CHECK(has_field(body, "text"));
  CHECK_FALSE(has_field(body, "none"));
  CHECK(text_of(body, "text") == "tea");
  CHECK(text_of(body, "none") == "");
  CHECK(flag_of(body, "flag") == std::optional{false});
  CHECK(flag_of(body, "none") == std::nullopt);
  CHECK(integer_of(body, "number") == std::optional<std::int64_t>{7});
  CHECK(integer_of(body, "none") == std::nullopt);
}

TEST_CASE("a code may come as a number, and gets back its leading zeros") {
  CHECK_OK(code_of(body, "code"));
  CHECK_OK(code_of({{"code", "012 345"}}, "code"));
  CHECK_ERROR(code_of(body, "text"), ErrorCode::validation_failed);
  const auto absent = optional_code(body, "none");
  REQUIRE_OK(absent);
  CHECK_FALSE(*absent);
  const auto present = optional_code(body, "code");
  REQUIRE_OK(present);
  CHECK(*present);
}

TEST_CASE("what may be absent is parsed only when it is there") {
  const auto parse = [](std::string_view text) { return EmailAddress::parse(text); };
  const auto absent = optional_field<EmailAddress>(body, "none", parse);
  REQUIRE_OK(absent);
  CHECK_FALSE(*absent);
  CHECK_ERROR(optional_field<EmailAddress>(body, "text", parse), ErrorCode::validation_failed);
  const auto name = optional_name({{"first_name", "Ada"}}, "first_name");
  REQUIRE_OK(name);
  CHECK(*name == std::optional<std::string>{"Ada"});
}

TEST_CASE("all that is wrong is told at once") {
  const Result<int> good{1};
  const Result<int> one{field_error("a", "required", "Say it.")};
  const Result<std::string> other{field_error("b", "too_long", "Shorter.")};
  CHECK_FALSE(combined_error(good));
  const auto error = combined_error(good, one, other);
  REQUIRE(error);
  CHECK(error->code == ErrorCode::validation_failed);
  CHECK(summary(error->fields) == "a: required, b: too_long");
}

TEST_CASE("parameters of a query are read in the same way") {
  const Parameters query{{"role", "admin"},
                         {"on", "TRUE"},
                         {"empty", ""},
                         {"page", "12"},
                         {"huge", "99999999999999999999999"}};
  CHECK(query_text(query, "role") == "admin");
  CHECK(query_text(query, "none") == "");
  CHECK(query_flag(query, "on") == std::optional{true});
  CHECK(query_flag(query, "empty") == std::nullopt);
  CHECK(query_number(query, "page", 1) == 12);
  CHECK(query_number(query, "empty", 5) == 5);
  CHECK(query_number(query, "none", 5) == 5);
  CHECK(query_number(query, "huge", 5) == SIZE_MAX);
}

TEST_CASE("administrators have every permission, and other users have none") {
  constexpr Permission own{"tea.pour"};
  static_assert(own == Permission{"tea.pour"});
  static_assert(!(own == Permission::users_read));
  Principal principal{.user = {.id = UserId::parse("019bc0f5-2b7d-7c3a-9f52-0b6a4f1d2e90").value(),
                               .email = EmailAddress::parse("ada@example.com").value(),
                               .first_name = "",
                               .last_name = ""},
                      .session = SessionId::parse("019bc0f5-3c1e-7a44-8d11-5e2f7c9b0a63").value()};
  CHECK_FALSE(may(principal, own));
  CHECK_FALSE(may(principal, Permission::users_read));
  principal.user.role = Role::admin;
  CHECK(may(principal, own));
  CHECK(may(principal, Permission::users_delete));
}

}  // namespace
}  // namespace coffeeauth::http
