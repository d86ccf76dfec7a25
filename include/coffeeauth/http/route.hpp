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
#include "coffeeauth/rate_limiter.hpp"
#include "coffeeauth/result.hpp"
#include "coffeeauth/session_service.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace http {

/// Who may call a route.
enum class Access {
  anyone,
  /// A valid bearer token of a live user.
  user,
  /// The same, and an administrator.
  admin,
  /// Whoever sends ApiOptions::operator_token as bearer token, or comes from the operator networks;
  /// to others the route does not exist (404). Web pages of other origins cannot read it.
  operators,
  /// Whoever has the link: `?token=` followed by ApiOptions::link_token. To others the route does
  /// not exist (404). Web pages of other origins cannot read it.
  link_holders,
};

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
  /// Set for Access::user and Access::admin.
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
  /// `{path...}` takes the rest of the path.
  std::string path;
  /// Who may call it; checked before the handler runs.
  Access access = Access::anyone;
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
  /// The group of operations that it is shown in.
  std::string tag{};
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
};

}  // namespace http
}  // namespace coffeeauth
