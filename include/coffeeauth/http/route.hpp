#pragma once
/// Route: one line of the route table, from which requests are routed and validated and the OpenAPI
/// document is made.

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
  /// Anyone; RouteContext::principal is set when the request carries a good bearer token. A token
  /// that is not good is refused (401), as it would be elsewhere: its client believes to be logged
  /// in, and is not answered as a stranger.
  optional_user,
  /// A valid bearer token of a live user.
  user,
  /// A valid bearer token of an administrator; where the route names a Route::permission, of a
  /// user who has it.
  admin,
  /// Whoever sends ApiOptions::operator_token as bearer token, or comes from the operator networks;
  /// to others the route does not exist (404). Web pages of other origins cannot read it.
  operators,
  /// Whoever has the link: `?token=` followed by ApiOptions::link_token. To others the route does
  /// not exist (404). Web pages of other origins cannot read it.
  link_holders,
};

/// Whether a route wants a caller whose last authentication is not long ago (step-up).
enum class Recent { not_needed, required };

/// Texts by name.
using Parameters = std::map<std::string, std::string, std::less<>>;

/// What a handler is given: everything already parsed, validated, and the caller authenticated.
struct RouteContext {
  /// The request as the adapter gave it.
  const Request& request;
  /// Who is asking, as far as the network tells.
  const ClientContext& client;
  /// Values of the `{name}` parts of the path, percent-decoded.
  const Parameters& path_parameters;
  /// Values of the declared query parameters, percent-decoded and validated by their schema. One
  /// that was sent empty (`?role=`, as forms do) is here as an empty text and was not validated.
  const Parameters& query;
  /// The body, parsed and validated by the route's schema; null where the route takes none.
  const nlohmann::json& body;
  /// Set for Access::user and Access::admin; for Access::optional_user, when a token came.
  const std::optional<Principal>& principal;
};

using Handler = std::function<Result<Response>(const RouteContext&)>;

/// A query parameter or header field, by name.
using NamedSchema = std::pair<std::string, SchemaPtr>;

/// One operation. Routes that documents need not show (pages, assets) have `documented` false.
struct Route {
  /// `GET`, `POST`, `PATCH`, `PUT` or `DELETE`. GET answers HEAD too.
  std::string method;
  /// `/api/users/{id}`, without a trailing slash; both spellings are served. A last part
  /// `{path...}` takes the rest of the path. `/api` in front stands for ApiOptions::prefix,
  /// whatever that is, for every route in the table.
  std::string path;
  /// Who may call it; checked before the handler runs.
  Access access = Access::anyone;
  /// What the caller must be allowed to do (may()), for Access::admin; nothing for being an
  /// administrator. A caller who may not is answered `forbidden`.
  std::optional<Permission> permission{};
  /// Whether ApiOptions::step_up is asked about the caller, for Access::user and Access::admin.
  Recent recent = Recent::not_needed;
  /// What answers; called from any thread.
  Handler handler;
  /// Whether the OpenAPI document shows it.
  bool documented = false;
  /// The document's `operationId`; what generated clients name the call.
  std::string operation_id{};
  /// One line for the document.
  std::string summary{};
  /// Longer, in Markdown.
  std::string description{};
  /// The group of operations that it is shown in: a word of yours, or of the library's own
  /// (`auth`, `me`, `users`, `keys`, `service`).
  std::string tag{};
  /// What the document says of a group of yours; the first route of the group that says something
  /// decides.
  std::string tag_description{};
  /// How the body is validated and described; null where the route takes none.
  SchemaPtr request_schema{};
  /// How query parameters are validated and described; anything else in the query is ignored.
  std::vector<NamedSchema> query_parameters{};
  /// What a success looks like: status and schema (null: no body).
  int success_status = 200;
  /// The schema of a success's body; null for none.
  SchemaPtr response_schema{};
  /// Which errors the document lists, beside those every route can give.
  std::vector<ErrorCode> errors{};
  /// What a request counts against before anything else is done for it; `any` is counted for the
  /// user where there is one, everything else for the client's address. Empty: not limited.
  std::optional<LimitScope> limit = LimitScope::any;
  /// Header fields of requests and of successful responses that the document shows.
  std::vector<NamedSchema> request_headers{};
  /// Of successful responses.
  std::vector<NamedSchema> response_headers{};
  /// Bodies in application/json that come with another status than `success_status`.
  std::vector<std::pair<int, SchemaPtr>> other_responses{};
  /// Among ApiOptions::extra_routes: whether it takes the place of the route with the same method
  /// and path, which must be there, instead of being refused beside it.
  bool replaces = false;
};

}  // namespace http
}  // namespace coffeeauth
