// The routes that answer a challenge.

#include <memory>
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

/// SecondStep::type() of passkeys, whose proofs are a member `credential`.
constexpr std::string_view passkey_type = "passkey";

Result<Proof> proof_in(const nlohmann::json& body) {
  if (http::has_field(body, "recovery_code")) {
    return Proof{TypedRecoveryCode{Secret{http::text_of(body, "recovery_code")}}};
  }
  if (http::has_field(body, "credential")) {
    return Proof{
        StepProof{.type = std::string{passkey_type}, .credential = body.at("credential").dump()}};
  }
  const auto factor = FactorId::parse(http::text_of(body, "factor_id"));
  if (!factor) return ErrorCode::invalid_code;
  return Proof{FactorCode{.factor = *factor, .code = Secret{http::text_of(body, "code")}}};
}

/// The response with further members behind those it has.
Response with_members(const Response& response, const Passed& passed) {
  std::string text{response.text()};
  text.pop_back();
  if (passed.device_token) {
    text += R"(,"device_token":")";
    text += passed.device_token->expose_secret();
    text += '"';
  }
  if (passed.recovery_codes_left) {
    text += R"(,"recovery_codes_left":)" + std::to_string(*passed.recovery_codes_left);
  }
  text += '}';
  return http::json_text_response(response.status, std::move(text));
}

Response promised(Passed& passed) {
  if (const auto* const challenge = std::get_if<LoginChallenge>(&passed.outcome)) {
    return http::challenge_response(*challenge);
  }
  if (const auto* const tokens = std::get_if<TokenPair>(&passed.outcome)) {
    return with_members(http::token_response(*tokens), passed);
  }
  if (auto* const proved = std::get_if<Reauthenticated>(&passed.outcome)) {
    return with_members(
        http::reauthentication_response(ReauthenticationOutcome{std::move(*proved)}), passed);
  }
  // Tokens are base64url behind a prefix: nothing in them has to be escaped.
  std::string text = R"({"token":")";
  text += std::get<Secret>(passed.outcome).expose_secret();
  text += R"("})";
  return with_members(http::json_text_response(200, std::move(text)), passed);
}

Result<Response> prove_step(SecondFactor& second_factor, const RouteContext& context) {
  const auto& body = context.body;
  const auto proof = proof_in(body);
  if (!proof) return proof.error();
  const auto trust =
      http::flag_of(body, "trust_device").value_or(false) ? TrustDevice::yes : TrustDevice::no;
  auto passed =
      second_factor.prove(Secret{http::text_of(body, "mfa_token")}, *proof, trust, context.client);
  if (!passed) return passed.error();
  return promised(*passed);
}

Result<Response> offer_options(SecondFactor& second_factor, const RouteContext& context) {
  const auto options =
      second_factor.step_options(Secret{http::text_of(context.body, "mfa_token")}, passkey_type);
  if (!options) return options.error();
  return http::json_text_response(200, R"({"options":)" + *options + "}");
}

Result<Response> send_code(SecondFactor& second_factor, const RouteContext& context) {
  const auto& body = context.body;
  const auto factor = FactorId::parse(http::text_of(body, "factor_id"));
  if (!factor) return ErrorCode::invalid_code;
  const auto sent =
      second_factor.send_code(Secret{http::text_of(body, "mfa_token")}, *factor, context.client);
  if (!sent) return sent.error();
  return http::json_response(200, {{"expires_at", to_rfc3339(*sent)}});
}

http::SchemaPtr ticket_field() {
  return schemas::token("From the response `second_factor_required`.",
                        R"("mfa_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG")");
}

/// Browsers may add to it.
http::SchemaPtr credential_schema() {
  http::Schema open{.type = http::SchemaType::object};
  open.description =
      "The browser's credential, as its `toJSON()` returns it; at most 16 KiB. Unknown members are "
      "ignored.";
  open.open = true;
  return std::make_shared<const http::Schema>(std::move(open));
}

http::SchemaPtr proof_schema(std::string component, std::vector<http::Property> proof) {
  std::vector<http::Property> members{{"mfa_token", ticket_field(), true}};
  for (auto& member : proof) members.push_back(std::move(member));
  members.push_back(
      {"trust_device",
       schemas::boolean("Whether later logins on this device skip the second step, where the "
                        "challenge has `can_trust_device`."),
       false});
  return schemas::object(std::move(component), "", std::move(members));
}

http::SchemaPtr request_schema(bool has_passkeys) {
  http::Schema any{.type = http::SchemaType::object};
  any.one_of = {
      proof_schema("SecondStepByCode",
                   {{"factor_id", schemas::id("Which factor the code is of."), true},
                    {"code", schemas::text("Its six digits.", 100, R"("123456")"), true}}),
      proof_schema("SecondStepByRecoveryCode",
                   {{"recovery_code",
                     schemas::text("Letter case and hyphens do not matter.", 100,
                                   R"("7ZB2-K9QF-0M4X-WT6H-AE3P-R8CD")"),
                     true}})};
  if (has_passkeys) {
    any.one_of.push_back(
        proof_schema("SecondStepByPasskey", {{"credential", credential_schema(), true}}));
  }
  return std::make_shared<const http::Schema>(std::move(any));
}

http::SchemaPtr left_field() {
  return schemas::integer("How many recovery codes are left, if one was used.", 0, "9");
}

/// What a purpose promises: tokens of a session, one of the same session, or one of a feature.
http::SchemaPtr promise_schema() {
  auto tokens = *schemas::token_pair();
  tokens.name = "SecondStepLogin";
  tokens.properties.push_back(
      {"device_token",
       schemas::token("For later logins on this device. Keep it as you keep a password.",
                      R"("dev_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG")"),
       false});
  tokens.properties.push_back({"recovery_codes_left", left_field(), false});
  auto proved = *schemas::reauthenticated();
  proved.name = "SecondStepReauthenticated";
  proved.properties.push_back({"recovery_codes_left", left_field(), false});
  http::Schema any{.type = http::SchemaType::object};
  any.one_of = {
      std::make_shared<const http::Schema>(std::move(tokens)),
      std::make_shared<const http::Schema>(std::move(proved)),
      schemas::object("SecondStepToken", "",
                      {{"token",
                        schemas::token("What the first step goes on with.",
                                       R"("rst_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG")"),
                        true},
                       {"recovery_codes_left", left_field(), false}})};
  return std::make_shared<const http::Schema>(std::move(any));
}

Route send_route(SecondFactor& second_factor) {
  auto send = route("POST", "/api/auth/second-factor/send", "sendSecondFactorCode",
                    "Send the code of a second factor");
  send.handler = [&second_factor](const RouteContext& c) { return send_code(second_factor, c); };
  send.description =
      "For factors that codes are sent to, such as `sms`. Replaces the last code of this "
      "`mfa_token`, unless that one was sent a moment ago.";
  send.request_schema =
      schemas::object("SecondStepSend", "",
                      {{"mfa_token", ticket_field(), true},
                       {"factor_id", schemas::id("Which factor the code is sent to."), true}});
  send.response_schema = sent_schema();
  send.errors = {ErrorCode::token_invalid, ErrorCode::invalid_code};
  send.limit = step_limit;
  return send;
}

Route options_route(SecondFactor& second_factor) {
  auto offer = route("POST", "/api/auth/second-factor/passkey-options",
                     "secondFactorPasskeyOptions", "Request the options of a passkey");
  offer.handler = [&second_factor](const RouteContext& c) {
    return offer_options(second_factor, c);
  };
  offer.request_schema =
      schemas::object("SecondStepOptionsRequest", "", {{"mfa_token", ticket_field(), true}});
  offer.response_schema = schemas::object(
      "SecondStepOptions", "",
      {{"options", schemas::object("", "For `parseRequestOptionsFromJSON()` of a browser.", {}),
        true}});
  offer.errors = {ErrorCode::token_invalid};
  offer.limit = step_limit;
  return offer;
}

}  // namespace

std::vector<Route> step_routes(SecondFactor& second_factor) {
  const bool has_passkeys = second_factor.has_step(passkey_type);
  auto prove =
      route("POST", "/api/auth/second-factor", "proveSecondFactor", "Prove a second factor");
  prove.handler = [&second_factor](const RouteContext& c) { return prove_step(second_factor, c); };
  prove.description =
      "Answers a response `second_factor_required`, and returns what the first step was for: a "
      "login's tokens, the access token of a re-authentication, or the `token` with which a "
      "password reset goes on. An `mfa_token` is good for a few attempts; after that the first "
      "step "
      "is due again. Wrong codes in a row make the account's codes wait, and in the end lock them; "
      "recovery codes and passkeys still work then.";
  prove.request_schema = request_schema(has_passkeys);
  prove.response_schema = promise_schema();
  prove.errors = {ErrorCode::token_invalid, ErrorCode::invalid_code, locked};
  const auto further = second_factor.step_errors();
  prove.errors.insert(prove.errors.end(), further.begin(), further.end());
  prove.limit = step_limit;
  std::vector<Route> all{std::move(prove)};
  if (!second_factor.code_channels().empty()) all.push_back(send_route(second_factor));
  if (has_passkeys) all.push_back(options_route(second_factor));
  return all;
}

}  // namespace coffeeauth::second_factor
