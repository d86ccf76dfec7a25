#include <algorithm>
#include <optional>
#include <utility>

#include "lib/http/etag.hpp"
#include "lib/http/fields.hpp"
#include "lib/http/problem.hpp"
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
  return user_response(*user);
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

Result<UserPatch> read_patch(const nlohmann::json& body) {
  auto first_name = optional_name(body, "first_name");
  auto last_name = optional_name(body, "last_name");
  auto email = optional_field<EmailAddress>(body, "email", EmailAddress::parse);
  if (auto error = combined_error(first_name, last_name, email)) return *std::move(error);
  return UserPatch{.first_name = *std::move(first_name),
                   .last_name = *std::move(last_name),
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
  const auto expected = expected_version(auth, context, *id);
  if (!expected) return expected.error();
  const auto user =
      auth.admin().update_user(*id, *patch, *expected, context.principal->user.id, context.client);
  if (!user) return user.error();
  return user_response(*user);
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

Route managed(std::string method, std::string path, Handler handler, std::string operation_id,
              std::string summary) {
  return {.method = std::move(method),
          .path = std::move(path),
          .access = Access::admin,
          .handler = std::move(handler),
          .documented = true,
          .operation_id = std::move(operation_id),
          .summary = std::move(summary),
          .tag = "users"};
}

NamedSchema if_match() {
  return {"If-Match", schemas::text("The `ETag` of the user as last read: if it has changed since, "
                                    "412 and nothing happens.",
                                    1024)};
}
NamedSchema etag() { return {"ETag", schemas::text("Changes with what is shown.", 64)}; }

Route list_route(Auth& auth) {
  auto route = managed(
      "GET", "/api/users", [&auth](const RouteContext& c) { return answer_user_list(auth, c); },
      "listUsers", "List users");
  route.description =
      "Paged by `page` or, at the same price however long the list is, by `cursor`: begin with an "
      "empty one and follow `next`.";
  route.query_parameters = user_list_parameters();
  route.response_schema = schemas::user_list();
  route.errors = {ErrorCode::not_found};
  route.request_headers = {
      {"If-None-Match", schemas::text("The `ETag` of the page as last read.", 1024)}};
  route.response_headers = {
      etag(), {"X-Cache", schemas::choice("Whether the page was kept ready.", {"hit", "miss"})}};
  return route;
}

Route show_route(Auth& auth) {
  auto route = managed(
      "GET", "/api/users/{id}", [&auth](const RouteContext& c) { return show(auth, c); }, "getUser",
      "Show a user");
  route.response_schema = schemas::user();
  route.response_headers = {etag()};
  return route;
}

Route update_route(Auth& auth, std::string method, std::string operation_id) {
  auto route = managed(
      std::move(method), "/api/users/{id}",
      [&auth](const RouteContext& c) { return update(auth, c); }, std::move(operation_id),
      "Change a user");
  route.request_schema = schemas::user_patch();
  route.response_schema = schemas::user();
  route.errors = {ErrorCode::email_taken, ErrorCode::last_admin, ErrorCode::version_conflict};
  route.request_headers = {if_match()};
  route.response_headers = {etag()};
  return route;
}

Route remove_route(Auth& auth) {
  auto route = managed(
      "DELETE", "/api/users/{id}", [&auth](const RouteContext& c) { return remove(auth, c); },
      "deleteUser", "Delete a user");
  route.success_status = 204;
  route.errors = {ErrorCode::invalid_request, ErrorCode::last_admin, ErrorCode::version_conflict};
  route.request_headers = {if_match()};
  return route;
}

}  // namespace

std::vector<Route> user_routes(Auth& auth) {
  return {list_route(auth), show_route(auth), update_route(auth, "PATCH", "updateUser"),
          update_route(auth, "PUT", "putUser"), remove_route(auth)};
}

}  // namespace coffeeauth::http
