#include "coffeeauth/error.hpp"

#include "coffeeauth/result.hpp"

namespace coffeeauth {

Error field_error(std::string_view field, std::string_view code, std::string_view message) {
  return Error{.code = ErrorCode::validation_failed,
               .fields = {{std::string{field}, std::string{code}, std::string{message}}}};
}

Error for_field(std::string_view field, Error error) {
  for (auto& named : error.fields) named.field = field;
  return error;
}

Error as_seen_by_owner(Error error) {
  return error.code == ErrorCode::not_found ? Error{ErrorCode::token_invalid} : error;
}

Unavailable::Unavailable(const std::string& what, std::chrono::seconds retry_after)
    : std::runtime_error(what), retry_after_(retry_after) {}

namespace {

std::string no_value_because(const Error& error) {
  std::string text{"coffeeauth: no value: "};
  text.append(wire_name(error.code));
  for (const auto& field : error.fields) {
    text.append(&field == &error.fields.front() ? " (" : ", ");
    text.append(field.field).append(": ").append(field.code);
  }
  if (!error.fields.empty()) text.append(")");
  return text;
}

}  // namespace

BadResultAccess::BadResultAccess(Error error)
    : std::logic_error(no_value_because(error)), error_(std::move(error)) {}

}  // namespace coffeeauth
