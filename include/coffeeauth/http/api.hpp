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

/// One finished request, for access logs and metrics. Holds no secret: `route` is the pattern
/// (`/api/users/{id}`), never the target.
struct AccessRecord {
  /// The request method: `GET`.
  std::string method;
  /// Empty when no route matched.
  std::string route;
  /// The status of the answer.
  int status = 0;
  /// From handle() being called to its return.
  std::chrono::microseconds duration{};
  /// Who asked, after trusted proxies were taken into account.
  ClientContext client;
  /// Who that is, when the request carried a good token.
  std::optional<UserId> user{};
  /// What went wrong inside, for operators; empty when nothing did. Holds no user data.
  std::string failure{};
};

/// What the REST API accepts, whom it believes, and what is hooked into it.
struct ApiOptions {
  /// Octets of a body. Larger: 413.
  std::size_t max_body = 64 * 1024;
  /// Levels of arrays and objects in a body. Deeper: 400.
  std::size_t max_depth = 32;
  /// Networks (CIDR) whose X-Forwarded-For is believed.
  std::vector<std::string> trusted_proxies{};
  /// Networks (CIDR) that may read /readyz and /metrics. None by default, and loopback is no
  /// exception: a proxy on the same machine makes every client look like it. Only a request whose
  /// Host is an address, `localhost` or a name without dots counts, which no stranger's domain is.
  std::vector<std::string> operator_networks{};
  /// The bearer token that opens the same routes from anywhere; empty for none.
  Secret operator_token{};
  /// The `token` in the query that opens routes with Access::link_holders; empty for none.
  Secret link_token{};
  /// Origins that may call from a browser (CORS); `*` for all; none by default.
  std::vector<std::string> cors_origins{};
  /// Where clients reach the API, path included, when it is mounted below one:
  /// `https://example.com/auth` (see PublicUrl). The OpenAPI document names it as its server, and
  /// the links of lists begin with it. Empty: the root of whatever server the document came from,
  /// and links that are path and query alone.
  std::string public_url{};
  /// What the paths of the API begin with, without a slash at the end: `/api`, `/accounts/v1`, or
  /// empty for none. Links and the OpenAPI document follow. Paths that others look for at the root
  /// (`/.well-known/jwks.json`, `/healthz`, `/readyz`, `/openapi.json`) stay there.
  std::string prefix = "/api";
  /// The title of the OpenAPI document.
  std::string title = "coffeeauth";
  /// The version of the API that the OpenAPI document names; yours to count.
  std::string version = "1";
  /// Called after every request, on its thread; must not throw.
  std::function<void(const AccessRecord&)> access_log{};
  /// Whether the cache is in this process's own memory, so that /readyz says `memory` for `up`.
  bool cache_is_memory = false;
  /// Asked by /readyz when the cache does not answer: why, if it is known; may be empty.
  std::function<std::optional<DownReason>()> cache_trouble{};
  /// Further routes in the same table: of features, documents, your own.
  std::vector<Route> extra_routes{};
  /// Routes that are not served, each by its operation id (`signUp`) or by method and path, the
  /// latter with `/api` whatever the prefix is (`POST /api/auth/signup`). Further ones, too.
  std::vector<std::string> leave_out{};
  /// Says what the authentication of a caller lacks for a route with Recent::required; nothing when
  /// it will do. Called on the request's thread; may throw Unavailable. Empty:
  /// SessionService::require_recent() decides.
  std::function<std::optional<StepUp>(const Principal&)> step_up{};
};

/// Thread-safe; `handle` blocks while it works (a login hashes for tens of milliseconds), so an
/// event-driven server calls it from a pool.
class Api {
 public:
  /// Borrows `auth`. Throws std::invalid_argument for an option that cannot be: a bad CIDR, URL or
  /// prefix, two routes for one method and path, a route left out or replaced that is not there.
  Api(Auth& auth, ApiOptions options);
  ~Api();
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  /// Answers one request; never throws. Whatever goes wrong is problem+json (RFC 9457).
  [[nodiscard]] Response handle(const Request& request) noexcept;

  /// The answer to something that cannot be handled as a request at all (a malformed head, a body
  /// that is too large or never came): the same problem+json, with the headers every answer has.
  /// `origin` is the value of the request's Origin field as far as the request was read: a page of
  /// an origin that CORS allows may then read the answer. Empty when there was none, or when the
  /// request was refused before its head could be read; the answer is then readable for pages only
  /// where one value suits every request (`*`, or a single allowed origin).
  /// Throws Unavailable when the source of chance, which its request id comes from, fails.
  [[nodiscard]] Response problem(ErrorCode code, std::string_view origin = {}) const;

  /// The OpenAPI 3.1 document, made from the route table that handle() uses.
  [[nodiscard]] const std::string& openapi() const noexcept;
  /// ApiOptions::max_body, for an adapter that reads bodies.
  [[nodiscard]] std::size_t max_body() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace http
}  // namespace coffeeauth
