#include <utility>

#include "coffeeauth/http/answers.hpp"
#include "coffeeauth/http/api.hpp"
#include "coffeeauth/http/etag.hpp"
#include "coffeeauth/part_down.hpp"
#include "lib/http/json_writer.hpp"
#include "lib/http/routes.hpp"
#include "lib/http/schemas.hpp"

namespace coffeeauth::http {
namespace {

Result<Response> keys(Auth& auth) {
  auto response = json_text_response(200, auth.tokens().jwks());
  // A verifier that meets an unknown `kid` asks again at once; for the others this is often enough.
  const auto kept = auth.config().tokens.jwks_max_age.count();
  response.set("Cache-Control", "public, max-age=" + std::to_string(kept));
  return response;
}

/// Why the Store cannot be used; nothing when it can.
std::optional<DownReason> trouble_of(Store& store) {
  try {
    store.ping();
    return std::nullopt;
  } catch (const PartDown& failure) {
    return failure.reason();
  } catch (const Unavailable&) {
    return DownReason::other;
  }
}

/// Whether somebody takes the mails that are due. A service whose mails are late still logs people
/// in, so this is told, and takes no server out of a balancer.
std::string_view mail_state(Auth& auth) {
  const auto& parts = auth.parts();
  try {
    const auto due = parts.store.outbox().next_due(mail_channel);
    const bool late = due && *due + auth.config().jobs.overdue_after < parts.clock.now();
    return late ? "overdue" : "ok";
  } catch (const Unavailable&) {
    return "unknown";
  }
}

std::optional<DownReason> trouble_of(Cache& cache, const ApiOptions& options) {
  if (cache.generation("readiness")) return std::nullopt;
  const auto known = options.cache_trouble ? options.cache_trouble() : std::nullopt;
  return known.value_or(DownReason::other);
}

void write_state(JsonWriter& json, std::string_view part, std::optional<DownReason> trouble) {
  json.key(part).text(trouble ? "down" : "up");
  if (trouble) json.key(std::string{part} + "_reason").text(wire_name(*trouble));
}

Result<Response> readiness(Auth& auth, const ApiOptions& options) {
  const auto store = trouble_of(auth.parts().store);
  JsonWriter json;
  json.begin_object().key("status").text(store ? "not_ready" : "ready");
  write_state(json, "store", store);
  if (options.cache_is_memory) {
    json.key("cache").text("memory");
  } else {
    write_state(json, "cache", trouble_of(auth.parts().cache, options));
  }
  json.key("mail").text(store ? "unknown" : mail_state(auth)).end_object();
  auto response = json_text_response(store ? 503 : 200, json.take());
  if (store) response.set("Retry-After", "2");
  return response;
}

Route get(std::string path, std::string operation_id, std::string summary, std::string tag,
          Handler handler) {
  return {.method = "GET",
          .path = std::move(path),
          .access = Access::anyone,
          .handler = std::move(handler),
          .documented = true,
          .operation_id = std::move(operation_id),
          .summary = std::move(summary),
          .tag = std::move(tag)};
}

}  // namespace

std::vector<Route> service_routes(Auth& auth, const ApiOptions& options) {
  auto jwks = get("/.well-known/jwks.json", "getKeys", "Show the public keys", "keys",
                  [&auth](const RouteContext&) { return keys(auth); });
  jwks.description =
      "The keys for other services to verify access tokens, as a JWK Set (RFC 7517). Cache it as "
      "Cache-Control permits, and fetch it again for an unknown `kid`.";
  jwks.response_schema = schemas::key_set();

  auto healthz = get("/healthz", "getHealth", "Check that the process is alive", "service",
                     [](const RouteContext&) -> Result<Response> {
                       return json_text_response(200, R"({"status":"ok"})");
                     });
  healthz.description = "For supervisors that restart a hanging process. Checks no other part.";
  healthz.response_schema = schemas::health();
  // Costs less than counting it would, and a balancer that is told 429 ends the process.
  healthz.limit = std::nullopt;

  auto readyz = get("/readyz", "getReadiness", "Check that the service is ready", "service",
                    [&auth, &options](const RouteContext&) { return readiness(auth, options); });
  readyz.description =
      "For operators (with the operator token, or from the operator networks); 404 for others.";
  readyz.access = Access::operators;
  readyz.response_schema = schemas::readiness();
  readyz.other_responses = {{503, schemas::readiness()}};
  return {std::move(jwks), std::move(healthz), std::move(readyz)};
}

Route openapi_route(std::shared_ptr<const std::string> document) {
  return {
      .method = "GET",
      .path = "/openapi.json",
      .access = Access::anyone,
      .handler = [document = std::move(document)](const RouteContext& context) -> Result<Response> {
        Response response{.status = 200, .headers = {}, .body = {}};
        auto etag = content_etag(*document);
        if (none_match_fails(context.request, etag)) {
          response.status = 304;
        } else {
          response.set("Content-Type", "application/json");
          response.body = document;
        }
        response.set("ETag", std::move(etag));
        response.set("Cache-Control", "no-cache");
        return response;
      },
      .documented = true,
      .operation_id = "getOpenApi",
      .summary = "Show this document",
      .description = "Generated from the table that routes and validates requests.",
      .tag = "service"};
}

}  // namespace coffeeauth::http
