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

#include "coffeeauth/http/request.hpp"
#include "coffeeauth/result.hpp"
#include "coffeeauth/session_service.hpp"

namespace coffeeauth::http {

/// Who may call a route.
enum class Access {
  anyone,
  /// A valid bearer token of a live user.
  user,
  /// The same, and an administrator.
  admin,
  /// A client on loopback or in the operator networks; to others the route does not exist (404).
  operators,
  /// A client on loopback; to others the route does not exist (404).
  loopback,
};

/// What a handler is given: everything already parsed, validated and authorised.
struct RouteContext {
  const Request& request;
  const ClientContext& client;
  /// Values of the `{name}` parts of the path, percent-decoded.
  const std::map<std::string, std::string, std::less<>>& path_parameters;
  /// Values of the declared query parameters, percent-decoded and validated by their schema.
  const std::map<std::string, std::string, std::less<>>& query;
  /// The body, parsed and validated by the route's schema; null where the route takes none.
  const nlohmann::json& body;
  /// Set for Access::user and Access::admin.
  const std::optional<Principal>& principal;
};

using Handler = std::function<Result<Response>(const RouteContext&)>;

/// What the OpenAPI document and the validation know of one parameter or field. The members mean
/// what the keywords of JSON Schema mean.
struct Schema;

/// One operation. Routes that documents need not show (pages, assets) have `documented` false.
struct Route {
  /// `GET`, `POST`, `PATCH`, `PUT` or `DELETE`. GET answers HEAD too.
  std::string method;
  /// `/api/users/{id}`, without a trailing slash; both spellings are served. A last part
  /// `{path...}` takes the rest of the path.
  std::string path;
  Access access = Access::anyone;
  Handler handler;
  bool documented = false;
  std::string operation_id{};
  std::string summary{};
  std::string description{};
  std::string tag{};
  /// How the body is validated and described; null where the route takes none.
  std::shared_ptr<const Schema> request_schema{};
  /// How query parameters are validated and described, by name; anything else in the query is
  /// ignored.
  std::vector<std::pair<std::string, std::shared_ptr<const Schema>>> query_parameters{};
  /// What a success looks like: status and schema (null: no body).
  int success_status = 200;
  std::shared_ptr<const Schema> response_schema{};
  /// Which errors the document lists, beside those every route can give.
  std::vector<ErrorCode> errors{};
};

}  // namespace coffeeauth::http
