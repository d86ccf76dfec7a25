#include "lib/http/dispatcher.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "coffeeauth/http/errors.hpp"
#include "coffeeauth/wipe.hpp"
#include "lib/http/access.hpp"
#include "lib/http/bearer.hpp"
#include "lib/http/json_body.hpp"
#include "lib/http/problem.hpp"
#include "lib/http/query.hpp"

namespace coffeeauth::http {
namespace {

/// What the bearer token of a request proved.
struct Proof {
  std::optional<Principal> principal{};
  std::optional<Error> error{};
};

Proof check_bearer(Auth& auth, const Route& route, const Request& request, const Origin& origin) {
  const auto bearer = read_bearer(request);
  if (bearer.state == BearerState::absent) {
    return needs_token(route) ? Proof{.error = Error{ErrorCode::not_authenticated}} : Proof{};
  }
  if (bearer.state == BearerState::malformed) return {.error = Error{ErrorCode::token_invalid}};
  // Gates are asked when it is known which route it is for.
  auto principal = auth.sessions().authenticate_token(bearer.token, origin.address, Gates::open);
  if (!principal) return {.error = principal.error()};
  return {.principal = *std::move(principal)};
}

bool opens(const Secret& token, std::string_view shown) noexcept {
  return !token.empty() && equal_in_constant_time(token.expose_secret(), shown);
}

/// The value of `token` in a query, as it is: what is compared needs no decoding.
std::string_view token_of(std::string_view query) noexcept {
  constexpr std::string_view name = "token=";
  while (!query.empty()) {
    const auto pair = query.substr(0, query.find('&'));
    if (pair.starts_with(name)) return pair.substr(name.size());
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
  }
  return {};
}

Response unauthorised(const Error& error) {
  auto response = problem_response(error);
  // Without a token there is nothing to say about it (RFC 6750 3.1).
  if (error.code != ErrorCode::not_authenticated) set_challenge(response, "invalid_token");
  return response;
}

Response refused_body(const Error& error, const Request& request) {
  auto response = problem_response(error);
  // Only where it helps: beside a wrong media type it would point elsewhere (RFC 7694 3).
  if (error.code == errors::unsupported_media_type && !content_coding(request).empty()) {
    response.set("Accept-Encoding", "identity");
  }
  return response;
}

Response forbidden() {
  auto response = problem_response({ErrorCode::forbidden});
  set_challenge(response, "insufficient_scope");
  return response;
}

/// Whether the route is for somebody of whom the token was good.
bool is_for(const Route& route, const Principal& principal) {
  if (route.permission) return may(principal, *route.permission);
  return route.access != Access::admin || principal.user.role == Role::admin;
}

/// Overwrites each text in a body: one may be a password.
void wipe_texts(nlohmann::json& value) noexcept {
  if (auto* const text = value.get_ptr<std::string*>()) wipe(*text);
  if (!value.is_structured()) return;
  for (auto& part : value) wipe_texts(part);
}

class WipedAfterwards {
 public:
  explicit WipedAfterwards(nlohmann::json& body) noexcept : body_(body) {}
  ~WipedAfterwards() { wipe_texts(body_); }
  WipedAfterwards(const WipedAfterwards&) = delete;
  WipedAfterwards& operator=(const WipedAfterwards&) = delete;

 private:
  nlohmann::json& body_;
};

/// What ApiOptions::step_up says when it is empty.
std::function<Result<std::optional<StepUp>>(const Principal&)> own_step_up(Auth& auth) {
  return [&auth](const Principal& principal) -> Result<std::optional<StepUp>> {
    const auto recent = auth.sessions().require_recent(principal);
    if (recent) return std::nullopt;
    if (recent.error().code != ErrorCode::reauthentication_required) return recent.error();
    StepUp needed{.max_age = auth.config().tokens.reauth_lifetime};
    if (principal.user.second_factor) needed.acr_values = wire_name(Assurance::aal2);
    return needed;
  };
}

bool asks_step_up(const Route& route, const Principal& principal) {
  if (route.recent == Recent::required) return true;
  return route.recent == Recent::required_with_second_factor && principal.user.second_factor;
}

/// The answer to a caller whose login is too old, or over; nothing when it will do.
std::optional<Response> refused_step_up(const Result<std::optional<StepUp>>& lacking) {
  if (lacking) return *lacking ? std::optional{step_up_response(**lacking)} : std::nullopt;
  // No proof would help: the client has to log in.
  if (lacking.error().code == ErrorCode::token_invalid) return unauthorised(lacking.error());
  return problem_response(lacking.error());
}

}  // namespace

Dispatcher::Dispatcher(Auth& auth, const ApiOptions& options, std::vector<Route> routes)
    : auth_(auth),
      max_body_(options.max_body),
      max_depth_(options.max_depth),
      router_(std::move(routes)),
      perimeter_(options.trusted_proxies, options.operator_networks,
                 options.operator_token.clone()),
      cors_(options.cors_origins),
      link_token_(options.link_token.clone()),
      step_up_(options.step_up ? options.step_up : own_step_up(auth)) {}

Response Dispatcher::dispatch(const Request& request, const Origin& origin, AccessRecord& record,
                              bool& for_all) const {
  const auto target = split_target(request.target);
  Parameters parameters;
  const auto* path = visible_path(request, origin, parameters);
  for_all = path == nullptr || std::none_of(path->routes.begin(), path->routes.end(),
                                            [](const Route* r) { return is_private(*r); });
  Response response;
  if (path == nullptr) {
    // Looking for what may be there counts like finding it.
    const auto counted = auth_.limits().check_address(LimitScope::any, origin.address);
    response = problem_response(counted ? Error{ErrorCode::not_found} : counted.error());
  } else if (const auto* route = path->find(request.method)) {
    record.route = route->path;
    response = serve(*route, request, origin, parameters, target.query, record);
  } else if (request.method == "OPTIONS") {
    record.route = path->pattern;
    response = for_all ? cors_.preflight(request, path->allow) : no_content();
    response.set("Allow", path->allow);
  } else {
    record.route = path->pattern;
    response = problem_response({errors::method_not_allowed});
    response.set("Allow", path->allow);
  }
  return response;
}

Response Dispatcher::serve(const Route& route, const Request& request, const Origin& origin,
                           const Parameters& path_parameters, std::string_view query,
                           AccessRecord& record) const {
  auto proof = takes_token(route) ? check_bearer(auth_, route, request, origin) : Proof{};
  if (proof.principal) record.user = proof.principal->user.id;
  if (proof.error && proof.error->code == ErrorCode::rate_limited) {
    return problem_response(*proof.error);
  }
  const auto counted = count(route, origin, proof.principal);
  if (!counted) return problem_response(counted.error());
  if (proof.error) return unauthorised(*proof.error);
  if (proof.principal && !is_for(route, *proof.principal)) return forbidden();
  if (proof.principal && !route.while_enrolling) {
    const auto passed = auth_.sessions().pass_gates(proof.principal->user);
    if (!passed) return problem_response(passed.error());
  }
  if (proof.principal && asks_step_up(route, *proof.principal)) {
    if (auto refused = refused_step_up(step_up_(*proof.principal))) return *std::move(refused);
  }
  const auto may_change = count_allowed(route, proof.principal);
  if (!may_change) return problem_response(may_change.error());

  const auto parameters = read_query(query, route.query_parameters);
  if (!parameters) return problem_response(parameters.error());
  auto body = read_body(route, request);
  if (!body) return refused_body(body.error(), request);
  const WipedAfterwards wiped{*body};

  auto answered = route.handler({.request = request,
                                 .client = record.client,
                                 .path_parameters = path_parameters,
                                 .query = *parameters,
                                 .body = *body,
                                 .principal = proof.principal});
  if (!answered) return problem_response(answered.error());
  return *std::move(answered);
}

bool Dispatcher::is_visible(const Route& route, const Request& request,
                            const Origin& origin) const {
  switch (route.access) {
    case Access::operators:
      return perimeter_.is_operator(request, origin);
    case Access::link_holders:
      return opens(link_token_, token_of(split_target(request.target).query));
    default:
      return true;
  }
}

/// Null also for a path of which the client may see no route: not even 405 tells that it is there.
const RoutedPath* Dispatcher::visible_path(const Request& request, const Origin& origin,
                                           Parameters& parameters) const {
  const auto* found = router_.find(split_target(request.target).path, parameters);
  if (found == nullptr) return nullptr;
  const bool all = std::all_of(found->routes.begin(), found->routes.end(),
                               [&](const Route* r) { return is_visible(*r, request, origin); });
  return all ? found : nullptr;
}

Result<void> Dispatcher::count(const Route& route, const Origin& origin,
                               const std::optional<Principal>& principal) const {
  if (!route.limit || is_private(route)) return {};
  if (principal && auth_.limits().counts_users(*route.limit)) {
    return auth_.limits().check(LimitScope::any, principal->user.id.str());
  }
  return auth_.limits().check_address(*route.limit, origin.address);
}

/// Only what is allowed uses up a limit of users: a stolen access token alone must not keep the
/// owner from what it may not do itself.
Result<void> Dispatcher::count_allowed(const Route& route,
                                       const std::optional<Principal>& principal) const {
  if (!principal || !route.limit || *route.limit == LimitScope::any || is_private(route)) return {};
  if (!auth_.limits().counts_users(*route.limit)) return {};
  return auth_.limits().check(*route.limit, principal->user.id.str());
}

Result<nlohmann::json> Dispatcher::read_body(const Route& route, const Request& request) const {
  if (request.body.size() > max_body_) return errors::payload_too_large;
  if (!route.request_schema) return nlohmann::json{};
  if (!request.body.empty()) {
    if (const auto declared = check_declared_as_json(request); !declared) return declared.error();
  }
  auto body = parse_json_object(request.body, max_depth_);
  if (!body) return body;
  auto errors = validate(*route.request_schema, *body);
  if (errors.empty()) return body;
  const WipedAfterwards wiped{*body};
  return Error{.code = ErrorCode::validation_failed, .fields = std::move(errors)};
}

}  // namespace coffeeauth::http
