#include <algorithm>
#include <optional>
#include <utility>

#include "coffeeauth/http/answers.hpp"
#include "coffeeauth/http/api.hpp"
#include "coffeeauth/http/etag.hpp"
#include "coffeeauth/http/fields.hpp"
#include "lib/http/read_only.hpp"
#include "lib/http/routes.hpp"
#include "lib/http/schemas.hpp"
#include "lib/http/user_json.hpp"

namespace coffeeauth::http {
namespace {

std::optional<UserId> id_of(const RouteContext& context) {
  return UserId::parse(context.path_parameters.at("id"));
}

Result<Response> show(Auth& auth, const RouteContext& context) {
  const auto id = id_of(context);
  if (!id) return ErrorCode::not_found;
  const auto user = auth.admin().get_user(*id);
  if (!user) return user.error();
  return managed_user_response(*user);
}

/// The version that If-Match makes a change depend on; nothing when it may be any.
Result<std::optional<std::int64_t>> expected_version(Auth& auth, const RouteContext& context,
                                                     const UserId& id) {
  using Expected = std::optional<std::int64_t>;
  const auto expected = read_if_match(context.request);
  if (!expected) return expected.error();
  if (expected->any) return Expected{};
  const auto& versions = expected->versions;
  if (versions.size() == 1) return Expected{versions.front()};
  // Several would do, or none can. The one that is there now is what the change may build on: if it
  // moves on before the change is made, the Store sees that.
  const auto user = auth.admin().get_user(id);
  if (!user) return user.error();
  if (std::find(versions.begin(), versions.end(), user->version) == versions.end()) {
    return ErrorCode::version_conflict;
  }
  return Expected{user->version};
}

bool shows_read_only(const nlohmann::json& body) {
  return body.contains("id") || body.contains("date_joined") || body.contains("last_login") ||
         body.contains("email_ascii") || body.contains("version");
}

/// The version that a change of `id` builds on, by If-Match and by what `body` repeats of the user;
/// nothing when it may be any.
Result<std::optional<std::int64_t>> basis_of_change(Auth& auth, const RouteContext& context,
                                                    const UserId& id) {
  auto expected = expected_version(auth, context, id);
  if (!expected || !shows_read_only(context.body)) return expected;
  const auto user = auth.admin().get_user(id);
  if (!user) return user.error();
  if (const auto checked = check_read_only(context.body, *user); !checked) return checked.error();
  if (!context.body.contains("version")) return expected;
  if (*expected && **expected != user->version) return ErrorCode::version_conflict;
  return std::optional{user->version};
}

Result<UserPatch> read_patch(const nlohmann::json& body) {
  auto first_name = optional_name(body, "first_name");
  auto last_name = optional_name(body, "last_name");
  auto language = optional_language(body, "language");
  auto email = optional_field<EmailAddress>(body, "email", EmailAddress::parse);
  if (auto error = combined_error(first_name, last_name, language, email)) return *std::move(error);
  return UserPatch{.first_name = *std::move(first_name),
                   .last_name = *std::move(last_name),
                   .language = *std::move(language),
                   .email = *std::move(email),
                   .role = parse_role(text_of(body, "role")),
                   .is_verified = flag_of(body, "is_verified"),
                   .is_active = flag_of(body, "is_active")};
}

Result<Response> update(Auth& auth, const RouteContext& context) {
  const auto id = id_of(context);
  if (!id) return ErrorCode::not_found;
  const auto patch = read_patch(context.body);
  if (!patch) return patch.error();
  const auto expected = basis_of_change(auth, context, *id);
  if (!expected) return expected.error();
  const auto user =
      auth.admin().update_user(*id, *patch, *expected, context.principal->user.id, context.client);
  if (!user) return user.error();
  return managed_user_response(*user);
}

Result<Response> remove(Auth& auth, const RouteContext& context) {
  const auto id = id_of(context);
  if (!id) return ErrorCode::not_found;
  const auto expected = expected_version(auth, context, *id);
  if (!expected) return expected.error();
  const auto deleted =
      auth.admin().delete_user(*id, *expected, context.principal->user.id, context.client);
  if (!deleted) return deleted.error();
  return no_content();
}

Result<Response> end_sessions(Auth& auth, const RouteContext& context) {
  const auto id = id_of(context);
  if (!id) return ErrorCode::not_found;
  const auto ended = auth.admin().end_sessions(*id, context.principal->user.id, context.client);
  if (!ended) return ended.error();
  return no_content();
}

Route managed(std::string method, std::string path, const Permission& permission, Handler handler,
              std::string operation_id, std::string summary) {
  return {.method = std::move(method),
          .path = std::move(path),
          .access = Access::admin,
          .permission = permission,
          .handler = std::move(handler),
          .documented = true,
          .operation_id = std::move(operation_id),
          .summary = std::move(summary),
          .tag = "users"};
}

NamedSchema if_match() {
  return {"If-Match", schemas::text("The `ETag` of the user as last read: if the user has changed "
                                    "since, 412. A weak tag (`W/`) is accepted.",
                                    1024, R"("\"3\"")")};
}
NamedSchema etag() {
  return {"ETag", schemas::text("Changes with the content.", 64, R"("\"3\"")")};
}

Route list_route(Auth& auth, const ApiOptions& options) {
  auto route = managed(
      "GET", "/api/users", Permission::users_read,
      [&auth, root = options.public_url + options.prefix](const RouteContext& c) {
        return answer_user_list(auth, root, c);
      },
      "listUsers", "List users");
  route.description =
      "Paged by `page` or by `cursor`, whose cost does not depend on the length of the list: start "
      "with an empty cursor and follow `next`.";
  route.query_parameters = user_list_parameters();
  route.response_schema = schemas::user_list(options.prefix);
  route.errors = {ErrorCode::not_found};
  route.request_headers = {{"If-None-Match", schemas::text("The `ETag` of the page as last read.",
                                                           1024, R"("\"9f2c\"")")}};
  route.response_headers = {
      etag(),
      {"X-Cache", schemas::choice("Whether the page came from the cache.", {"hit", "miss"})}};
  return route;
}

Route show_route(Auth& auth) {
  auto route = managed(
      "GET", "/api/users/{id}", Permission::users_read,
      [&auth](const RouteContext& c) { return show(auth, c); }, "getUser", "Show a user");
  route.description = "`ETag` and `version` identify the state of the user.";
  route.response_schema = schemas::managed_user();
  route.response_headers = {etag()};
  return route;
}

Route update_route(Auth& auth, std::string method, std::string operation_id,
                   std::string description) {
  auto route = managed(
      std::move(method), "/api/users/{id}", Permission::users_write,
      [&auth](const RouteContext& c) { return update(auth, c); }, std::move(operation_id),
      "Change a user");
  route.description = std::move(description);
  route.request_schema = schemas::user_patch();
  route.response_schema = schemas::managed_user();
  route.errors = {ErrorCode::email_taken, ErrorCode::last_admin, ErrorCode::version_conflict};
  route.request_headers = {if_match()};
  route.response_headers = {etag()};
  return route;
}

Route remove_route(Auth& auth) {
  auto route = managed(
      "DELETE", "/api/users/{id}", Permission::users_delete,
      [&auth](const RouteContext& c) { return remove(auth, c); }, "deleteUser", "Delete a user");
  route.description =
      "Also deletes the sessions and codes. The last active administrator cannot be deleted.";
  route.success_status = 204;
  route.errors = {ErrorCode::invalid_request, ErrorCode::last_admin, ErrorCode::version_conflict};
  route.request_headers = {if_match()};
  return route;
}

Route end_sessions_route(Auth& auth) {
  auto route = managed(
      "DELETE", "/api/users/{id}/sessions", Permission::users_write,
      [&auth](const RouteContext& c) { return end_sessions(auth, c); }, "endUserSessions",
      "End all sessions of a user");
  route.description =
      "Their refresh tokens and access tokens become invalid at once. The password stays valid, so "
      "the user can log in again.";
  route.success_status = 204;
  return route;
}

}  // namespace

std::vector<Route> user_routes(Auth& auth, const ApiOptions& options) {
  return {list_route(auth, options),
          show_route(auth),
          update_route(auth, "PATCH", "updateUser",
                       "Changes the fields that are sent. A new address, or setting `is_active` or "
                       "`is_verified` to false, ends the user's sessions. A new role invalidates "
                       "the access tokens; the next refresh issues one with the new role."),
          update_route(auth, "PUT", "putUser",
                       "Like PATCH: fields that are not sent stay unchanged. The whole user may be "
                       "sent back as it was read; see `version`."),
          remove_route(auth),
          end_sessions_route(auth)};
}

}  // namespace coffeeauth::http
