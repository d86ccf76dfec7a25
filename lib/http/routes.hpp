#pragma once
/// The routes of the REST API, a function for each group. Private to the library. All borrow
/// `auth`.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/auth.hpp"
#include "coffeeauth/http/route.hpp"

namespace coffeeauth::http {

struct ApiOptions;

/// /api/auth/...
[[nodiscard]] std::vector<Route> auth_routes(Auth& auth);
/// /api/me
[[nodiscard]] std::vector<Route> account_routes(Auth& auth);
/// /api/me/sessions
[[nodiscard]] std::vector<Route> session_routes(Auth& auth);
/// /api/users
[[nodiscard]] std::vector<Route> user_routes(Auth& auth, const ApiOptions& options);
/// /.well-known/jwks.json, /healthz, /readyz
[[nodiscard]] std::vector<Route> service_routes(Auth& auth, const ApiOptions& options);
/// /openapi.json, which shows what `document` points to when it is asked for.
[[nodiscard]] Route openapi_route(std::shared_ptr<const std::string> document);

/// GET /api/users: reads the page, from the cache where it can. `root` is what stands before
/// `/users` in its links: ApiOptions::public_url and prefix.
[[nodiscard]] Result<Response> answer_user_list(Auth& auth, std::string_view root,
                                                const RouteContext& context);
/// The query parameters that it understands.
[[nodiscard]] std::vector<NamedSchema> user_list_parameters();

}  // namespace coffeeauth::http
