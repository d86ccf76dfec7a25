#include <utility>

#include "coffeeauth/http/answers.hpp"
#include "coffeeauth/http/fields.hpp"
#include "lib/http/read_only.hpp"
#include "lib/http/routes.hpp"
#include "lib/http/schemas.hpp"
#include "lib/http/user_json.hpp"

namespace coffeeauth::http {
namespace {

/// This process may not have heard yet of a login at another one that the body shows.
Result<void> check_read_only_now(Auth& auth, const nlohmann::json& body, const User& own) {
  auto checked = check_read_only_of_owner(body, own);
  if (checked) return checked;
  const auto now = auth.parts().store.users().find(own.id);
  return now ? check_read_only_of_owner(body, *now) : checked;
}

Result<Response> update_profile(Auth& auth, const RouteContext& context) {
  auto first_name = optional_name(context.body, "first_name");
  auto last_name = optional_name(context.body, "last_name");
  auto language = optional_language(context.body, "language");
  if (auto error = combined_error(first_name, last_name, language)) return *std::move(error);
  const auto& own = context.principal->user;
  if (const auto checked = check_read_only_now(auth, context.body, own); !checked) {
    return checked.error();
  }
  const ProfilePatch patch{.first_name = *std::move(first_name),
                           .last_name = *std::move(last_name),
                           .language = *std::move(language),
                           .expected_version = integer_of(context.body, "version")};
  const auto user = auth.users().update_profile(own.id, patch, context.client);
  if (!user) return as_seen_by_owner(user.error());
  return user_response(*user);
}

Result<Response> delete_account(Auth& auth, const RouteContext& context) {
  const auto password = Password::parse(text_of(context.body, "password"));
  if (!password) return password.error();
  const auto deleted =
      auth.users().delete_account(context.principal->user.id, *password, context.client);
  if (!deleted) return as_seen_by_owner(deleted.error());
  return no_content();
}

/// Password::parse(), for a field of another name.
Result<Password> password_of(const RouteContext& context, const char* name) {
  auto password = Password::parse(text_of(context.body, name));
  if (!password) return for_field(name, password.error());
  return password;
}

Result<Response> change_password(Auth& auth, const RouteContext& context) {
  const auto current = password_of(context, "current_password");
  auto next = password_of(context, "new_password");
  if (auto error = combined_error(current, next)) return *std::move(error);
  const auto tokens = auth.sessions().change_password(*context.principal, *current,
                                                      *std::move(next), context.client);
  if (!tokens) return tokens.error();
  return token_response(*tokens);
}

Route own(std::string method, Handler handler, std::string operation_id, std::string summary) {
  return {.method = std::move(method),
          .path = "/api/me",
          .access = Access::user,
          .handler = std::move(handler),
          .documented = true,
          .operation_id = std::move(operation_id),
          .summary = std::move(summary),
          .tag = "me"};
}

/// What could take an account over asks for its second factor, where accounts can have one.
Recent recent_if_two(const Auth& auth) {
  return auth.has_second_steps() ? Recent::required_with_second_factor : Recent::not_needed;
}

Route password_route(Auth& auth) {
  auto route = own(
      "POST", [&auth](const RouteContext& c) { return change_password(auth, c); },
      "changeMyPassword", "Change your password");
  route.path = "/api/me/password";
  route.recent = recent_if_two(auth);
  route.description =
      "Ends all other sessions. The current session continues with the tokens in the response; "
      "its earlier tokens become invalid at once. The owner is notified by mail. A wrong "
      "`current_password` counts as a failed login; `new_password` is checked only after the "
      "correct one.";
  route.request_schema = schemas::change_password();
  route.response_schema = schemas::token_pair();
  route.errors = {ErrorCode::invalid_credentials, ErrorCode::version_conflict};
  route.limit = LimitScope::login;
  return route;
}

}  // namespace

std::vector<Route> account_routes(Auth& auth) {
  auto show = own(
      "GET",
      [](const RouteContext& c) -> Result<Response> { return user_response(c.principal->user); },
      "getMe", "Show your account");
  show.while_enrolling = true;
  show.description = "Shows the account of the access token, as currently stored.";
  show.response_schema = schemas::user();

  auto update = own(
      "PATCH", [&auth](const RouteContext& c) { return update_profile(auth, c); }, "updateMe",
      "Change your names and language");
  update.description =
      "Fields that are not sent stay unchanged. Other fields may be sent back as they were read; "
      "only administrators can change them.";
  update.errors = {ErrorCode::version_conflict};
  update.request_schema = schemas::profile_patch();
  update.response_schema = schemas::user();

  auto remove = own(
      "DELETE", [&auth](const RouteContext& c) { return delete_account(auth, c); }, "deleteMe",
      "Delete your account");
  remove.description = "Also deletes its sessions and codes.";
  remove.recent = recent_if_two(auth);
  remove.request_schema = schemas::delete_account();
  remove.success_status = 204;
  remove.errors = {ErrorCode::invalid_credentials, ErrorCode::last_admin};
  return {std::move(show), std::move(update), std::move(remove), password_route(auth)};
}

}  // namespace coffeeauth::http
