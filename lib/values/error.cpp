#include "coffeeauth/error.hpp"

#include "coffeeauth/result.hpp"

namespace coffeeauth {

std::string_view wire_name(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::invalid_request:
      return "invalid_request";
    case ErrorCode::validation_failed:
      return "validation_failed";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::method_not_allowed:
      return "method_not_allowed";
    case ErrorCode::payload_too_large:
      return "payload_too_large";
    case ErrorCode::headers_too_large:
      return "headers_too_large";
    case ErrorCode::unsupported_media_type:
      return "unsupported_media_type";
    case ErrorCode::request_timeout:
      return "request_timeout";
    case ErrorCode::not_implemented:
      return "not_implemented";
    case ErrorCode::invalid_credentials:
      return "invalid_credentials";
    case ErrorCode::email_not_verified:
      return "email_not_verified";
    case ErrorCode::account_disabled:
      return "account_disabled";
    case ErrorCode::not_authenticated:
      return "not_authenticated";
    case ErrorCode::token_expired:
      return "token_expired";
    case ErrorCode::token_invalid:
      return "token_invalid";
    case ErrorCode::forbidden:
      return "forbidden";
    case ErrorCode::invalid_code:
      return "invalid_code";
    case ErrorCode::password_required:
      return "password_required";
    case ErrorCode::rate_limited:
      return "rate_limited";
    case ErrorCode::last_admin:
      return "last_admin";
    case ErrorCode::email_taken:
      return "email_taken";
    case ErrorCode::version_conflict:
      return "version_conflict";
    case ErrorCode::unavailable:
      return "unavailable";
    case ErrorCode::internal:
      return "internal";
  }
  return "internal";
}

std::string_view message(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::invalid_request:
      return "The request cannot be read.";
    case ErrorCode::validation_failed:
      return "Some fields are not valid.";
    case ErrorCode::not_found:
      return "Not found.";
    case ErrorCode::method_not_allowed:
      return "This method is not allowed here.";
    case ErrorCode::payload_too_large:
      return "The request body is too large.";
    case ErrorCode::headers_too_large:
      return "The request header is too large.";
    case ErrorCode::unsupported_media_type:
      return "The request body must be application/json.";
    case ErrorCode::request_timeout:
      return "The request did not arrive in time.";
    case ErrorCode::not_implemented:
      return "This feature of HTTP is not supported.";
    case ErrorCode::invalid_credentials:
      return "Invalid credentials";
    case ErrorCode::email_not_verified:
      return "Email not verified. Please verify your account before logging in.";
    case ErrorCode::account_disabled:
      return "This account is disabled.";
    case ErrorCode::not_authenticated:
      return "Authentication credentials were not provided.";
    case ErrorCode::token_expired:
      return "The token has expired.";
    case ErrorCode::token_invalid:
      return "The token is not valid.";
    case ErrorCode::forbidden:
      return "You do not have permission to perform this action.";
    case ErrorCode::invalid_code:
      return "Invalid or expired code";
    case ErrorCode::password_required:
      return "Send the password that you want for your account together with the code.";
    case ErrorCode::rate_limited:
      return "Too many requests. Please try again later.";
    case ErrorCode::last_admin:
      return "The last active administrator must stay one.";
    case ErrorCode::email_taken:
      return "This email address is already in use.";
    case ErrorCode::version_conflict:
      return "The resource was changed in the meantime.";
    case ErrorCode::unavailable:
      return "The service is temporarily unavailable.";
    case ErrorCode::internal:
      return "Something went wrong on our side.";
  }
  return "Something went wrong on our side.";
}

Error field_error(std::string_view field, std::string_view code, std::string_view message) {
  return Error{.code = ErrorCode::validation_failed,
               .fields = {{std::string{field}, std::string{code}, std::string{message}}}};
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
