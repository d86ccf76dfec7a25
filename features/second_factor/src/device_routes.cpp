// The routes to trusted devices.

#include <utility>

#include <nlohmann/json.hpp>

#include "coffeeauth/http/answers.hpp"
#include "coffeeauth/http/fields.hpp"
#include "coffeeauth/http/schemas.hpp"
#include "features/second_factor/src/route_parts.hpp"

namespace coffeeauth::second_factor {
namespace {

using http::Response;
using http::Route;
using http::RouteContext;
namespace schemas = http::schemas;

nlohmann::json device_json(const Device& device) {
  return {{"id", device.id.str()},
          {"created_at", to_rfc3339(device.created_at)},
          {"expires_at", to_rfc3339(device.expires_at)},
          {"last_used_at", to_rfc3339(device.last_used_at)},
          {"ip", device.address},
          {"user_agent", device.user_agent}};
}

Result<Response> list_devices(SecondFactor& second_factor, const RouteContext& context) {
  auto body = nlohmann::json::array();
  for (const auto& device : second_factor.devices(context.principal->user.id)) {
    body.push_back(device_json(device));
  }
  return http::json_response(200, body);
}

Result<Response> forget_all(SecondFactor& second_factor, const RouteContext& context) {
  second_factor.forget_devices(*context.principal, context.client);
  return http::no_content();
}

Result<Response> forget_one(SecondFactor& second_factor, const RouteContext& context) {
  const auto device = DeviceId::parse(http::query_text(context.path_parameters, "id"));
  if (!device) return ErrorCode::not_found;
  const auto forgotten = second_factor.forget_device(*context.principal, *device, context.client);
  if (!forgotten) return forgotten.error();
  return http::no_content();
}

http::SchemaPtr device_schema() {
  return schemas::object(
      "TrustedDevice", "",
      {{"id", schemas::id("Identifies the device."), true},
       {"created_at", schemas::moment("When it was trusted."), true},
       {"expires_at", schemas::moment("When it will ask for the second factor again."), true},
       {"last_used_at", schemas::moment("When it last skipped the second step."), true},
       {"ip", schemas::text("The IP address of the login that trusted it.", 45, R"("203.0.113.7")"),
        true},
       {"user_agent", schemas::text("The client of that login.", 256, R"("Firefox/130")"), true}});
}

}  // namespace

std::vector<Route> device_routes(SecondFactor& second_factor) {
  auto show = own_route("GET", "/devices", "listTrustedDevices", "List your trusted devices");
  show.handler = [&second_factor](const RouteContext& c) { return list_devices(second_factor, c); };
  show.description =
      "Devices that skip the second step of logins. All are forgotten when recovery codes are "
      "renewed, a factor is confirmed or removed, a passkey is added or removed, the second factor "
      "is turned off, the password or the email address is changed, or the account is "
      "recovered.";
  show.response_schema = schemas::array_of(device_schema());

  auto all = own_route("DELETE", "/devices", "forgetTrustedDevices", "Forget all trusted devices");
  all.handler = [&second_factor](const RouteContext& c) { return forget_all(second_factor, c); };
  all.success_status = 204;

  auto one = own_route("DELETE", "/devices/{id}", "forgetTrustedDevice", "Forget a trusted device");
  one.handler = [&second_factor](const RouteContext& c) { return forget_one(second_factor, c); };
  one.success_status = 204;
  one.errors = {ErrorCode::not_found};
  return {std::move(show), std::move(all), std::move(one)};
}

}  // namespace coffeeauth::second_factor
