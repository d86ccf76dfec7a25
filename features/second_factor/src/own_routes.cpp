// The routes of whoever is logged in.

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "coffeeauth/http/answers.hpp"
#include "coffeeauth/http/fields.hpp"
#include "coffeeauth/http/schemas.hpp"
#include "coffeeauth/second_factor/routes.hpp"
#include "features/second_factor/src/percent.hpp"
#include "features/second_factor/src/route_parts.hpp"

namespace coffeeauth::second_factor {
namespace {

using http::Response;
using http::Route;
using http::RouteContext;
using nlohmann::json;
namespace schemas = http::schemas;

json overview_json(const SecondFactor& second_factor, const Overview& shown) {
  auto factors = json::array();
  for (const auto& factor : shown.factors) factors.push_back(factor_json(factor));
  const bool has_passkey = std::any_of(shown.others.begin(), shown.others.end(),
                                       [](const auto& one) { return one.type == "passkey"; });
  json written{{"required", shown.required},
               {"required_by_policy", shown.required_by_policy},
               {"policy_satisfied", shown.policy_satisfied},
               {"accepted_types", shown.accepted_types},
               {"addable_types", second_factor.options().types},
               {"factors", std::move(factors)},
               {"passkeys", has_passkey},
               {"recovery_codes_left", shown.recovery_codes_left},
               {"locked", shown.is_locked},
               {"locked_until", nullptr}};
  if (shown.locked_until) written["locked_until"] = to_rfc3339(*shown.locked_until);
  return written;
}

Result<Response> show_overview(SecondFactor& second_factor, const RouteContext& context) {
  return http::json_response(
      200, overview_json(second_factor, second_factor.overview(context.principal->user)));
}

Result<Response> set_required(SecondFactor& second_factor, const RouteContext& context) {
  const bool on = http::flag_of(context.body, "required").value_or(false);
  const auto codes = second_factor.require(*context.principal, on, context.client);
  if (!codes) return codes.error();
  auto user = context.principal->user;
  user.second_factor = on;
  auto body = overview_json(second_factor, second_factor.overview(user));
  if (*codes) body["recovery_codes"] = codes_json(**codes);
  return http::json_response(200, body);
}

std::optional<FactorId> factor_in(const RouteContext& context) {
  return FactorId::parse(http::query_text(context.path_parameters, "id"));
}

/// The member that names the recipient of codes of that type; empty for none.
std::string_view target_field(const SecondFactor& second_factor, std::string_view type) {
  for (const auto* const channel : second_factor.code_channels()) {
    if (channel->type() == type) return channel->field();
  }
  return {};
}

Result<Response> enrol_target(SecondFactor& second_factor, const RouteContext& context) {
  const auto& body = context.body;
  NewTarget target{.type = std::string{http::text_of(body, "type")},
                   .label = std::string{http::text_of(body, "label")}};
  const auto field = target_field(second_factor, target.type);
  if (!field.empty()) target.target = http::text_of(body, std::string{field}.c_str());
  const auto made = second_factor.enrol_target(*context.principal, target, context.client);
  if (!made) return made.error();
  return http::json_response(201, {{"id", made->id.str()},
                                   {"type", target.type},
                                   {"expires_at", to_rfc3339(made->expires_at)},
                                   {"hint", made->hint},
                                   {"code_expires_at", to_rfc3339(made->code_expires_at)}});
}

Result<Response> enrol_app(SecondFactor& second_factor, const RouteOptions& options,
                           const RouteContext& context) {
  const auto made =
      second_factor.enrol(*context.principal, http::text_of(context.body, "label"), context.client);
  if (!made) return made.error();
  json body{{"id", made->id.str()},
            {"type", totp.word()},
            {"expires_at", to_rfc3339(made->expires_at)},
            {"secret", made->secret.expose_secret()},
            {"uri", made->uri.expose_secret()}};
  if (options.qr_svg) {
    body["qr"] = "data:image/svg+xml," + percent_encoded(options.qr_svg(made->uri.expose_secret()));
  }
  return http::json_response(201, body);
}

Result<Response> enrol(SecondFactor& second_factor, const RouteOptions& options,
                       const RouteContext& context) {
  const bool is_app = http::text_of(context.body, "type") == totp.word();
  return is_app ? enrol_app(second_factor, options, context) : enrol_target(second_factor, context);
}

Result<Response> resend(SecondFactor& second_factor, const RouteContext& context) {
  const auto factor = factor_in(context);
  if (!factor) return ErrorCode::not_found;
  const auto sent = second_factor.resend(*context.principal, *factor, context.client);
  if (!sent) return sent.error();
  return http::json_response(200, {{"expires_at", to_rfc3339(*sent)}});
}

Result<Response> confirm_factor(SecondFactor& second_factor, const RouteContext& context) {
  const auto factor = factor_in(context);
  if (!factor) return ErrorCode::invalid_code;
  const auto done = second_factor.confirm(
      *context.principal, *factor, Secret{http::text_of(context.body, "code")}, context.client);
  if (!done) return done.error();
  json body{{"factor", factor_json(done->factor)}};
  if (done->recovery_codes) body["recovery_codes"] = codes_json(*done->recovery_codes);
  return http::json_response(200, body);
}

Result<Response> rename_factor(SecondFactor& second_factor, const RouteContext& context) {
  const auto factor = factor_in(context);
  if (!factor) return ErrorCode::not_found;
  const auto renamed =
      second_factor.rename(*context.principal, *factor, http::text_of(context.body, "label"));
  if (!renamed) return renamed.error();
  return http::json_response(200, factor_json(*renamed));
}

Result<Response> remove_factor(SecondFactor& second_factor, const RouteContext& context) {
  const auto factor = factor_in(context);
  if (!factor) return ErrorCode::not_found;
  const auto removed = second_factor.remove(*context.principal, *factor, context.client);
  if (!removed) return removed.error();
  return http::no_content();
}

Result<Response> renew_codes(SecondFactor& second_factor, const RouteContext& context) {
  const auto made = second_factor.renew_recovery_codes(*context.principal, context.client);
  if (!made) return made.error();
  return http::json_response(
      201, {{"recovery_codes", codes_json(*made)}, {"created_at", to_rfc3339(made->created_at)}});
}

http::SchemaPtr overview_schema(const SecondFactor& second_factor, std::string component,
                                bool with_codes) {
  std::vector<http::Property> members{
      {"required", schemas::boolean("Whether your logins need a second factor."), true},
      {"required_by_policy", schemas::boolean("Whether the service demands one of you."), true},
      {"policy_satisfied",
       schemas::boolean(
           "Whether you have what the service demands; true where it demands nothing. "
           "Until it is true, other routes answer `second_factor_enrolment_required`."),
       true},
      {"accepted_types",
       schemas::array_of(schemas::text("A kind of second factor that you can add, and that the "
                                       "service accepts where it demands one of you.",
                                       20, R"("totp")")),
       true},
      {"addable_types",
       schemas::array_of(schemas::choice("A kind of factor that can be added, beside passkeys.",
                                         second_factor.options().types)),
       true},
      {"factors", schemas::array_of(factor_schema()), true},
      {"passkeys", schemas::boolean("Whether you have a passkey, which is a second factor, too."),
       true},
      {"recovery_codes_left", schemas::integer("Recovery codes that are left.", 0, "10"), true},
      {"locked",
       schemas::boolean("Whether codes are refused because of wrong ones, until you log in with a "
                        "passkey or a recovery code."),
       true},
      {"locked_until",
       schemas::nullable(schemas::moment("Until when codes are refused because of wrong ones.")),
       true}};
  if (with_codes) members.push_back({"recovery_codes", codes_schema(), false});
  return schemas::object(std::move(component), "", std::move(members));
}

http::SchemaPtr label_field() {
  return schemas::text("Your name for it; may be empty.", 150, R"("Phone")");
}

http::SchemaPtr new_factor_schema(const SecondFactor& second_factor) {
  const auto& addable = second_factor.options().types;
  std::vector<http::Property> members{
      {"type", schemas::choice("The kind of factor.", addable), true},
      {"label", label_field(), false}};
  for (const auto& type : addable) {
    const auto field = target_field(second_factor, type);
    if (field.empty()) continue;
    auto what = "Where codes are sent; for the type `" + type + "` only.";
    if (field == "phone") {
      what +=
          " A `+`, the country code and the number without its trunk zero; spaces and hyphens are "
          "ignored, and parentheses and everything else refused.";
    }
    members.push_back(
        {std::string{field}, schemas::text(std::move(what), 100, R"("+49 1512 3456789")"), false});
  }
  return schemas::object("NewFactor", "", std::move(members));
}

http::SchemaPtr enrolment_schema(const SecondFactor& second_factor, const RouteOptions& options) {
  const auto& addable = second_factor.options().types;
  const bool only_apps = addable == std::vector<std::string>{std::string{totp.word()}};
  std::vector<http::Property> members{
      {"id", schemas::id("Identifies the factor."), true},
      {"type", schemas::choice("The kind of factor.", addable), true},
      {"expires_at", schemas::moment("Until when it can be confirmed."), true},
      {"secret",
       schemas::text("Of an app, for whoever types it, in base 32.", 32,
                     R"("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")"),
       only_apps},
      {"uri",
       schemas::text("Of an app, for a QR code.", 2'000,
                     R"("otpauth://totp/Shop:ada%40example.com?secret=JBSWY3DPEHPK3PXP")"),
       only_apps}};
  if (options.qr_svg) {
    members.push_back({"qr",
                       schemas::text("The QR code, an image as data URI.", 200'000,
                                     R"("data:image/svg+xml,%3Csvg...")"),
                       only_apps});
  }
  if (!only_apps) {
    members.push_back(
        {"hint", schemas::text("Where the code was sent, masked.", 100, R"("+49...67")"), false});
    members.push_back(
        {"code_expires_at", schemas::moment("When the code that was sent expires."), false});
  }
  return schemas::object("FactorEnrolment", "", std::move(members));
}

Route enrol_route(SecondFactor& second_factor, const RouteOptions& options) {
  auto made = own_route("POST", "/factors", "addFactor", "Begin to add a second factor");
  made.handler = [&second_factor, options](const RouteContext& c) {
    return enrol(second_factor, options, c);
  };
  made.recent = http::Recent::required;
  made.limit = change_limit;
  made.while_enrolling = true;
  made.description =
      "It counts when it is confirmed with one of its codes. One of the same kind that still waits "
      "to be confirmed is replaced.";
  made.request_schema = new_factor_schema(second_factor);
  made.success_status = 201;
  made.response_schema = enrolment_schema(second_factor, options);
  made.errors = {limit_reached};
  return made;
}

Route resend_route(SecondFactor& second_factor) {
  auto made = own_route("POST", "/factors/{id}/send", "sendFactorCode",
                        "Send another code to confirm a second factor");
  made.handler = [&second_factor](const RouteContext& c) { return resend(second_factor, c); };
  made.while_enrolling = true;
  made.description = "Replaces the last code, unless that one was sent a moment ago.";
  made.response_schema = sent_schema();
  made.errors = {ErrorCode::not_found};
  made.limit = step_limit;
  return made;
}

Route confirm_route(SecondFactor& second_factor) {
  auto confirm = own_route("POST", "/factors/{id}/confirm", "confirmFactor",
                           "Confirm a second factor with a code");
  confirm.handler = [&second_factor](const RouteContext& c) {
    return confirm_factor(second_factor, c);
  };
  confirm.while_enrolling = true;
  confirm.description =
      "Logins need a second factor from now on. With the first factor, the other sessions end, the "
      "earlier access tokens of this one become invalid (refresh to get a new one), and recovery "
      "codes are made. Trusted devices are forgotten. The owner is notified by mail. A factor that "
      "is unknown, has expired or is already confirmed is answered like a wrong code: 400 "
      "`invalid_code`, not 404.";
  confirm.request_schema = schemas::object(
      "FactorConfirmation", "",
      {{"code",
        schemas::text("The six digits that the app shows, or that were sent.", 100, R"("123456")"),
        true}});
  confirm.response_schema = schemas::object(
      "ConfirmedFactor", "",
      {{"factor", factor_schema(), true}, {"recovery_codes", codes_schema(), false}});
  confirm.errors = {ErrorCode::invalid_code};
  confirm.limit = step_limit;
  return confirm;
}

Route codes_route(SecondFactor& second_factor) {
  auto renew = own_route("POST", "/recovery-codes", "renewRecoveryCodes", "Make recovery codes");
  renew.handler = [&second_factor](const RouteContext& c) { return renew_codes(second_factor, c); };
  renew.recent = http::Recent::required;
  renew.limit = change_limit;
  renew.description =
      "The former codes are void, and trusted devices are forgotten. The owner is notified by "
      "mail.";
  renew.success_status = 201;
  renew.response_schema =
      schemas::object("RecoveryCodes", "",
                      {{"recovery_codes", codes_schema(), true},
                       {"created_at", schemas::moment("When they were made."), true}});
  renew.errors = {nothing_enrolled};
  return renew;
}

}  // namespace

std::vector<Route> overview_routes(SecondFactor& second_factor) {
  auto show = own_route("GET", "/second-factor", "getSecondFactor", "Show your second factors");
  show.handler = [&second_factor](const RouteContext& c) {
    return show_overview(second_factor, c);
  };
  show.while_enrolling = true;
  show.response_schema = overview_schema(second_factor, "SecondFactor", false);

  auto set = own_route("PUT", "/second-factor", "setSecondFactor",
                       "Turn the second factor of your logins on or off");
  set.handler = [&second_factor](const RouteContext& c) { return set_required(second_factor, c); };
  set.recent = http::Recent::required;
  set.limit = change_limit;
  set.while_enrolling = true;
  set.description =
      "Turned on, the other sessions end. Turned off, recovery codes and trusted devices are "
      "removed; factors stay, unused. Both invalidate the earlier access tokens of this session: "
      "refresh to get a new one. The owner is notified by mail.";
  set.request_schema = schemas::object(
      "SecondFactorChange", "",
      {{"required", schemas::boolean("Whether your logins need a second factor."), true}});
  set.response_schema = overview_schema(second_factor, "ChangedSecondFactor", true);
  set.errors = {nothing_enrolled, policy_demands};
  return {std::move(show), std::move(set)};
}

std::vector<Route> factor_routes(SecondFactor& second_factor, const RouteOptions& options) {
  auto rename = own_route("PATCH", "/factors/{id}", "renameFactor", "Rename a factor");
  rename.handler = [&second_factor](const RouteContext& c) {
    return rename_factor(second_factor, c);
  };
  rename.while_enrolling = true;
  rename.request_schema = schemas::object("FactorPatch", "", {{"label", label_field(), true}});
  rename.response_schema = factor_schema();
  rename.errors = {ErrorCode::not_found};

  auto remove = own_route("DELETE", "/factors/{id}", "removeFactor", "Remove a factor");
  remove.handler = [&second_factor](const RouteContext& c) {
    return remove_factor(second_factor, c);
  };
  remove.recent = http::Recent::required;
  remove.while_enrolling = true;
  remove.description =
      "With the last second factor, logins no longer need one, and the earlier access tokens of "
      "this session become invalid: refresh to get a new one. Unless the factor still waited to be "
      "confirmed, trusted devices are forgotten and the owner is notified by mail.";
  remove.success_status = 204;
  remove.errors = {ErrorCode::not_found, policy_demands};

  std::vector<Route> all{enrol_route(second_factor, options), confirm_route(second_factor),
                         std::move(rename), std::move(remove), codes_route(second_factor)};
  if (!second_factor.code_channels().empty()) all.push_back(resend_route(second_factor));
  return all;
}

}  // namespace coffeeauth::second_factor
