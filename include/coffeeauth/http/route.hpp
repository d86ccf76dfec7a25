#pragma once
/// Route: one entry of the route table, which drives routing, validation and the OpenAPI document.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "coffeeauth/export.hpp"
#include "coffeeauth/http/request.hpp"
#include "coffeeauth/http/schema.hpp"
#include "coffeeauth/permission.hpp"
#include "coffeeauth/rate_limiter.hpp"
#include "coffeeauth/result.hpp"
#include "coffeeauth/session_service.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace http {

/// Who may call a route.
enum class Access {
  anyone,
  /// Anyone; RouteContext::principal is set when the request has a valid bearer token. An invalid
  /// token is rejected (401) as elsewhere, so that a client that believes to be logged in is not
  /// answered as a stranger.
  optional_user,
  /// Users with a valid bearer token.
  user,
  /// Administrators with a valid bearer token; if the route sets Route::permission, users who have
  /// that permission.
  admin,
  /// Holders of ApiOptions::operator_token as bearer token, and the operator networks; for all
  /// others the route does not exist (404). Web pages of other origins cannot read it.
  operators,
  /// Holders of the link: `?token=` with ApiOptions::link_token. For all others the route does not
  /// exist (404). Web pages of other origins cannot read it.
  link_holders,
};

/// Whether a route requires a recent authentication (step-up).
enum class Recent {
  not_needed,
  required,
  /// Required of accounts with a second factor (User::second_factor).
  required_with_second_factor,
};

/// Values by name.
using Parameters = std::map<std::string, std::string, std::less<>>;

/// The input of a handler: parsed and validated, with the caller authenticated.
struct RouteContext {
  /// The request as received.
  const Request& request;
  /// The client, as far as the network shows.
  const ClientContext& client;
  /// Values of the `{name}` segments of the path, percent-decoded.
  const Parameters& path_parameters;
  /// Values of the declared query parameters, percent-decoded and validated by their schema. An
  /// empty parameter (`?role=`, as forms send it) is present as an empty text and is not validated.
  const Parameters& query;
  /// The body, parsed and validated by the route's schema; null if the route takes none.
  const nlohmann::json& body;
  /// Set for Access::user and Access::admin, and for Access::optional_user if a token was sent.
  const std::optional<Principal>& principal;
};

using Handler = std::function<Result<Response>(const RouteContext&)>;

/// The schema of a query parameter or header field, by name.
using NamedSchema = std::pair<std::string, SchemaPtr>;

/// One operation. Routes that need no documentation (pages, assets) leave `documented` false.
struct Route {
  /// `GET`, `POST`, `PATCH`, `PUT` or `DELETE`. GET routes answer HEAD, too.
  std::string method;
  /// `/api/users/{id}`, without a trailing slash; both spellings are served. A final `{path...}`
  /// matches the rest of the path. A leading `/api` is replaced by ApiOptions::prefix in every
  /// route of the table.
  std::string path;
  /// Who may call the route; checked before the handler runs.
  Access access = Access::anyone;
  /// The permission required (may()), for Access::admin; empty requires an administrator. A caller
  /// without it is answered `forbidden`.
  std::optional<Permission> permission{};
  /// Whether ApiOptions::step_up applies to the caller, for Access::user and Access::admin.
  Recent recent = Recent::not_needed;
  /// Whether the route also serves accounts that an AccountGate stops: what they need to get past
  /// it.
  bool while_enrolling = false;
  /// Handles the request; must be thread-safe.
  Handler handler;
  /// Whether the OpenAPI document includes the route.
  bool documented = false;
  /// The `operationId`: generated clients name the call after it.
  std::string operation_id{};
  /// The `summary`: one line.
  std::string summary{};
  /// The `description`, in Markdown.
  std::string description{};
  /// The `tag` that groups operations: your own, or one of the library's (`auth`, `me`, `users`,
  /// `keys`, `service`).
  std::string tag{};
  /// The description of your own tag; the first route of the tag that has one determines it.
  std::string tag_description{};
  /// Validates and describes the body; null if the route takes none.
  SchemaPtr request_schema{};
  /// Validate and describe the query parameters; other parameters are ignored.
  std::vector<NamedSchema> query_parameters{};
  /// The status of a successful response.
  int success_status = 200;
  /// The body of a successful response; null for none.
  SchemaPtr response_schema{};
  /// The errors to document, besides those that every route can return.
  std::vector<ErrorCode> errors{};
  /// The limit that a request counts against before it is processed. By user if there is one and
  /// LimitRule::by_user is set, and then only if the user may make the request, recent
  /// authentication included; whether or not, it counts against `any`. Else by IP address. Empty:
  /// not limited.
  std::optional<LimitScope> limit = LimitScope::any;
  /// Header fields of requests, for the document.
  std::vector<NamedSchema> request_headers{};
  /// Header fields of successful responses, for the document.
  std::vector<NamedSchema> response_headers{};
  /// Bodies in application/json of statuses other than `success_status`.
  std::vector<std::pair<int, SchemaPtr>> other_responses{};
  /// In ApiOptions::extra_routes: whether the route replaces the existing route with the same
  /// method and path, instead of being rejected as a duplicate.
  bool replaces = false;
};

}  // namespace http
}  // namespace coffeeauth
