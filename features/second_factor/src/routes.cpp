#include "coffeeauth/second_factor/routes.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>
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

Result<Response> reset_by_administrator(SecondFactor& second_factor, const RouteContext& context) {
  const auto user = UserId::parse(http::query_text(context.path_parameters, "id"));
  if (!user) return ErrorCode::not_found;
  const auto done = second_factor.reset(*user, context.principal->user.id, context.client);
  if (!done) return done.error();
  return http::no_content();
}

/// What has to be set, and to be there, for users to add that kind.
std::string needs_of(std::string_view type) {
  if (type == "sms") {
    return "sms needs it in SECOND_FACTORS, and SMS_PREFIXES, and over PostgreSQL SMS_URL";
  }
  if (type == "passkey") return "passkey needs PASSKEYS, and PUBLIC_URL or WEBAUTHN_RP_ID";
  return std::string{type} + " needs it in SECOND_FACTORS";
}

/// A policy that they could not satisfy would keep administrators out. Of users more is accepted.
void check_policy(const SecondFactor& second_factor) {
  const auto& options = second_factor.options();
  if (options.policy == Policy::never || !second_factor.accepted_types(Role::admin).empty()) return;
  std::string needs;
  for (const auto& type : options.admin_types) {
    needs.append(needs.empty() ? ": " : "; ").append(needs_of(type));
  }
  throw std::invalid_argument(
      "SECOND_FACTOR_POLICY: no administrator could satisfy it, because no kind in "
      "ADMIN_SECOND_FACTORS can be added" +
      needs);
}

/// What is promised to users has to be there.
void check_types(const SecondFactor& second_factor) {
  const auto& channels = second_factor.code_channels();
  for (const auto& type : second_factor.options().types) {
    const bool has_channel = std::any_of(channels.begin(), channels.end(),
                                         [&](const auto* one) { return one->type() == type; });
    if (type == totp.word() || has_channel) continue;
    throw std::invalid_argument(
        "SECOND_FACTORS: nothing sends codes for " + type +
        (type == "sms" ? "; set SMS_PREFIXES, and over PostgreSQL SMS_URL" : ""));
  }
}

Route reset_route(SecondFactor& second_factor) {
  auto reset = route("POST", "/api/users/{id}/reset-second-factor", "resetSecondFactor",
                     "Remove all second factors of a user");
  reset.handler = [&second_factor](const RouteContext& c) {
    return reset_by_administrator(second_factor, c);
  };
  reset.description =
      "For a user who has lost them. Factors, passkeys, recovery codes and trusted devices are "
      "removed, all sessions end, and the lock of the codes is lifted. Make sure who asks: logins "
      "need only the password afterwards. The user is notified by mail.";
  reset.access = http::Access::admin;
  reset.permission = Permission::users_write;
  reset.recent = http::Recent::required;
  reset.success_status = 204;
  reset.errors = {ErrorCode::not_found};
  return reset;
}

}  // namespace

Route route(std::string method, std::string path, std::string operation_id, std::string summary) {
  Route made{.method = std::move(method), .path = std::move(path), .handler = {}};
  made.documented = true;
  made.operation_id = std::move(operation_id);
  made.summary = std::move(summary);
  made.tag = "second-factor";
  made.tag_description =
      "Logins in two steps: authenticator apps, recovery codes, trusted devices.";
  return made;
}

Route own_route(std::string method, std::string path, std::string operation_id,
                std::string summary) {
  auto made = route(std::move(method), "/api/me" + std::move(path), std::move(operation_id),
                    std::move(summary));
  made.access = http::Access::user;
  return made;
}

nlohmann::json factor_json(const Factor& factor) {
  nlohmann::json written{{"id", factor.id.str()},
                         {"type", factor.kind},
                         {"label", factor.label},
                         {"hint", factor.hint},
                         {"created_at", to_rfc3339(factor.created_at)},
                         {"last_used_at", nullptr}};
  if (factor.last_used_at) written["last_used_at"] = to_rfc3339(*factor.last_used_at);
  return written;
}

http::SchemaPtr factor_schema() {
  return schemas::object(
      "Factor", "",
      {{"id", schemas::id("Identifies the factor."), true},
       {"type", schemas::text("The kind of factor.", 20, R"("totp")"), true},
       {"label", schemas::text("Your name for it; may be empty.", 150, R"("Phone")"), true},
       {"hint", schemas::text("Where codes are sent, masked; may be empty.", 100, R"("")"), true},
       {"created_at", schemas::moment("When it was added."), true},
       {"last_used_at", schemas::nullable(schemas::moment("When it last proved a login.")), true}});
}

http::SchemaPtr sent_schema() {
  return schemas::object("SentCode", "",
                         {{"expires_at", schemas::moment("When the code expires."), true}});
}

nlohmann::json codes_json(const RecoveryCodes& codes) {
  auto texts = nlohmann::json::array();
  for (const auto& code : codes.codes) texts.push_back(code.expose_secret());
  return texts;
}

http::SchemaPtr codes_schema() {
  return schemas::array_of(schemas::text("A recovery code, shown once. Each is good for one login.",
                                         29, R"("7ZB2-K9QF-0M4X-WT6H-AE3P-R8CD")"));
}

std::vector<Route> routes(SecondFactor& second_factor, RouteOptions options) {
  std::vector<Route> all;
  if (!second_factor.options().enabled) return all;
  check_types(second_factor);
  check_policy(second_factor);
  const auto append = [&](std::vector<Route> more) {
    std::move(more.begin(), more.end(), std::back_inserter(all));
  };
  append(step_routes(second_factor));
  append(overview_routes(second_factor));
  append(factor_routes(second_factor, options));
  append(device_routes(second_factor));
  append({reset_route(second_factor)});
  return all;
}

}  // namespace coffeeauth::second_factor
