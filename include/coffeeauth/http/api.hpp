#pragma once
/// Api: the whole REST API, framework-neutral. Mount it in any HTTP server with a dozen lines.

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/auth.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/http/answers.hpp"
#include "coffeeauth/http/errors.hpp"
#include "coffeeauth/http/request.hpp"
#include "coffeeauth/http/route.hpp"
#include "coffeeauth/part_down.hpp"
#include "coffeeauth/secret.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace http {

/// One completed request, for access logs and metrics. Contains no secret: `route` is the pattern
/// (`/api/users/{id}`), never the target.
struct AccessRecord {
  /// The request method: `GET`.
  std::string method;
  /// The pattern of the route; empty when none matched.
  std::string route;
  /// The status of the response.
  int status = 0;
  /// The time that handle() took.
  std::chrono::microseconds duration{};
  /// The client, with trusted proxies taken into account.
  ClientContext client;
  /// The user, if the request had a valid token.
  std::optional<UserId> user{};
  /// The internal failure, for operators; empty when there was none. Contains no user data.
  std::string failure{};
};

/// Limits, trust, and hooks of the REST API.
struct ApiOptions {
  /// Maximum size of a body in octets; larger bodies are answered with 413.
  std::size_t max_body = 64 * 1024;
  /// Maximum nesting of arrays and objects in a body; deeper bodies are answered with 400.
  std::size_t max_depth = 32;
  /// Networks (CIDR) whose X-Forwarded-For field is trusted.
  std::vector<std::string> trusted_proxies{};
  /// Networks (CIDR) that may read /readyz and /metrics. None by default, not even loopback: behind
  /// a proxy on the same machine every client looks local. The Host of the request must be an IP
  /// address, `localhost` or a name without dots, which no stranger's domain is.
  std::vector<std::string> operator_networks{};
  /// A bearer token that opens these routes from anywhere; empty for none.
  Secret operator_token{};
  /// The `token` query parameter that opens routes with Access::link_holders; empty for none.
  Secret link_token{};
  /// Origins whose pages may call the API from a browser (CORS); `*` for all; none by default.
  std::vector<std::string> cors_origins{};
  /// The public URL of the API, including the path that it is mounted below:
  /// `https://example.com/auth` (see PublicUrl). It is the server in the OpenAPI document and the
  /// base of links in lists. If empty, the server is the root of the host that the document came
  /// from, and links consist of path and query only.
  std::string public_url{};
  /// Prefix of the API's paths, without a trailing slash: `/api`, `/accounts/v1`, or empty. Links
  /// and the OpenAPI document use it. Paths expected at the root (`/.well-known/jwks.json`,
  /// `/healthz`, `/readyz`, `/openapi.json`) stay there.
  std::string prefix = "/api";
  /// The title of the OpenAPI document.
  std::string title = "coffeeauth";
  /// The API version in the OpenAPI document, which you choose.
  std::string version = "1";
  /// Called after every request, on its thread; must be thread-safe and must not throw.
  std::function<void(const AccessRecord&)> access_log{};
  /// Whether the cache is in this process's memory: /readyz then reports `memory` in place of `up`.
  bool cache_is_memory = false;
  /// Called by /readyz when the cache is down, to get the reason if it is known; may be empty.
  std::function<std::optional<DownReason>()> cache_trouble{};
  /// Further routes for the same table: of features, of documents, your own.
  std::vector<Route> extra_routes{};
  /// Routes that are not served, each by operation id (`signUp`) or by method and path, always with
  /// `/api` in place of the prefix (`POST /api/auth/signup`). Applies to extra_routes, too.
  std::vector<std::string> leave_out{};
  /// Returns what the caller's authentication lacks for a route with Recent::required; nothing if
  /// it suffices. An Error is sent as it is: token_invalid if the session has ended meanwhile.
  /// Called on the request's thread; may throw Unavailable. If empty,
  /// SessionService::require_recent() decides.
  std::function<Result<std::optional<StepUp>>(const Principal&)> step_up{};
};

/// Thread-safe; `handle` blocks while it works (hashing at a login takes tens of milliseconds), so
/// call it from a thread pool in an event-driven server.
class Api {
 public:
  /// Borrows `auth`. Throws std::invalid_argument for invalid options: a malformed CIDR, URL or
  /// prefix, two routes for one method and path, an unknown route to leave out or replace.
  Api(Auth& auth, ApiOptions options);
  ~Api();
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  /// Answers one request; never throws. Every failure is answered as problem+json (RFC 9457).
  [[nodiscard]] Response handle(const Request& request) noexcept;

  /// Returns the response to input that cannot be handled as a request (a malformed head, a body
  /// that is too large or incomplete): the same problem+json, with the usual header fields.
  /// `origin` is the request's Origin field, if it was read: pages of an origin allowed by CORS can
  /// then read the response. If it is empty because there was none or the request was rejected
  /// before its head was parsed, pages can read the response only when one value suits every
  /// request (`*`, or a single allowed origin). Throws Unavailable when the random source fails,
  /// which the request id comes from.
  [[nodiscard]] Response problem(ErrorCode code, std::string_view origin = {}) const;

  /// The OpenAPI 3.1 document, generated from the route table that handle() uses.
  [[nodiscard]] const std::string& openapi() const noexcept;
  /// ApiOptions::max_body, for adapters that read bodies.
  [[nodiscard]] std::size_t max_body() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace http
}  // namespace coffeeauth
