#include "coffeeauth/passkeys/routes.hpp"

#include <memory>
#include <utility>

#include <nlohmann/json.hpp>

#include "coffeeauth/base64url.hpp"
#include "coffeeauth/http/answers.hpp"
#include "coffeeauth/http/fields.hpp"
#include "coffeeauth/http/schemas.hpp"
#include "features/passkeys/src/ceremony_options.hpp"

namespace coffeeauth::passkeys {
namespace {

using http::Access;
using http::Response;
using http::Route;
using http::RouteContext;
using nlohmann::json;
namespace schemas = http::schemas;

constexpr auto tag = "passkeys";
constexpr std::size_t longest_name = 150;

json passkey_json(const Passkey& passkey, std::string_view rp_id) {
  json written{{"id", passkey.id.str()},
               {"credential_id", base64url_encode(passkey.credential_id)},
               {"usable", passkey.works_at(rp_id)},
               {"name", passkey.name},
               {"created_at", to_rfc3339(passkey.created_at)},
               {"last_used_at", nullptr},
               {"backed_up", passkey.backed_up},
               {"transports", passkey.transports},
               {"aaguid", to_uuid_string(passkey.aaguid)}};
  if (passkey.last_used_at) written["last_used_at"] = to_rfc3339(*passkey.last_used_at);
  return written;
}

/// The credential as the client wrote it, but for blanks.
std::string credential_in(const RouteContext& context) {
  return context.body.at("credential").dump();
}

Response options_response(const std::string& options) {
  return http::json_text_response(200, R"({"options":)" + options + "}");
}

std::optional<PasskeyId> id_in(const RouteContext& context) {
  return PasskeyId::parse(http::query_text(context.path_parameters, "id"));
}

Result<Response> log_in_by_passkey(PasskeyService& passkeys, const RouteContext& context) {
  const auto outcome = passkeys.log_in(credential_in(context), context.client);
  if (!outcome) return outcome.error();
  return http::login_response(*outcome);
}

Result<Response> prove_again(PasskeyService& passkeys, Auth& auth, const RouteContext& context) {
  const auto answer = [](const Result<ReauthenticationOutcome>& outcome) -> Result<Response> {
    if (!outcome) return outcome.error();
    return http::reauthentication_response(*outcome);
  };
  const auto& principal = *context.principal;
  if (http::has_field(context.body, "credential")) {
    return answer(passkeys.reauthenticate(principal, credential_in(context), context.client));
  }
  const auto password = Password::parse(http::text_of(context.body, "password"));
  if (!password) return password.error();
  return answer(auth.sessions().reauthenticate(principal, *password, context.client));
}

Result<Response> show_own(PasskeyService& passkeys, const RouteContext& context) {
  const auto own = passkeys.list(context.principal->user.id);
  json body{{"rp_id", own.rp_id}, {"user_handle", nullptr}, {"passkeys", json::array()}};
  if (own.user_handle) body["user_handle"] = base64url_encode(bytes_of(*own.user_handle));
  for (const auto& one : own.passkeys) body["passkeys"].push_back(passkey_json(one, own.rp_id));
  return http::json_response(200, body);
}

Result<Response> offer(PasskeyService& passkeys, const RouteContext& context) {
  const auto options = passkeys.creation_options(*context.principal);
  if (!options) return options.error();
  return options_response(*options);
}

Result<Response> add_own(PasskeyService& passkeys, const RouteContext& context) {
  const auto added = passkeys.add(*context.principal, credential_in(context),
                                  http::text_of(context.body, "name"), context.client);
  if (!added) return added.error();
  return http::json_response(201, passkey_json(*added, passkeys.options().rp_id));
}

Result<Response> rename_own(PasskeyService& passkeys, const RouteContext& context) {
  const auto id = id_in(context);
  if (!id) return ErrorCode::not_found;
  const auto renamed =
      passkeys.rename(context.principal->user.id, *id, http::text_of(context.body, "name"));
  if (!renamed) return renamed.error();
  return http::json_response(200, passkey_json(*renamed, passkeys.options().rp_id));
}

Result<Response> remove_own(PasskeyService& passkeys, const RouteContext& context) {
  const auto id = id_in(context);
  if (!id) return ErrorCode::not_found;
  const auto removed = passkeys.remove(*context.principal, *id, context.client);
  if (!removed) return removed.error();
  return http::no_content();
}

/// Makes a route with what all routes of the room have in common.
Route route(std::string method, std::string path, std::string operation_id, std::string summary) {
  Route made{.method = std::move(method), .path = std::move(path), .handler = {}};
  made.documented = true;
  made.operation_id = std::move(operation_id);
  made.summary = std::move(summary);
  made.tag = tag;
  made.tag_description =
      "Passkeys (WebAuthn). `options` are for `PublicKeyCredential.parseCreationOptionsFromJSON()` "
      "and `parseRequestOptionsFromJSON()` of a browser; `credential` is what `toJSON()` of the "
      "browser's answer returns.";
  return made;
}

/// As the standard has it, which browsers may add to.
http::SchemaPtr credential_field() {
  http::Schema open{.type = http::SchemaType::object};
  open.name = "PublicKeyCredential";
  open.description =
      "The browser's credential, as its `toJSON()` returns it; at most 16 KiB. Unknown members are "
      "ignored.";
  open.open = true;
  return std::make_shared<const http::Schema>(std::move(open));
}

http::SchemaPtr options_schema(std::string component, std::string function) {
  return schemas::object(
      std::move(component), "",
      {{"options", schemas::object("", "For `" + std::move(function) + "` of a browser.", {}),
        true}});
}

http::SchemaPtr request_options_schema() {
  return options_schema("PasskeyRequestOptions", "parseRequestOptionsFromJSON()");
}

http::SchemaPtr name_field() {
  return schemas::text("Your name for it; may be empty.", longest_name, R"("Phone")");
}

http::SchemaPtr passkey_schema() {
  return schemas::object(
      "Passkey", "",
      {{"id", schemas::id("Identifies the passkey."), true},
       {"credential_id",
        schemas::text("What the browser knows it by, in base64url.", 1364, R"("AAECAwQFBgcICQoL")"),
        true},
       {"usable",
        schemas::boolean("False for one that was registered for another domain: it can only be "
                         "removed."),
        true},
       {"name", name_field(), true},
       {"created_at", schemas::moment("When it was registered."), true},
       {"last_used_at", schemas::nullable(schemas::moment("When it was last used.")), true},
       {"backed_up", schemas::boolean("Whether it is backed up, and may be on several devices."),
        true},
       {"transports",
        schemas::array_of(
            schemas::text("How a browser can reach its authenticator.", 20, R"("internal")")),
        true},
       {"aaguid", schemas::id("The authenticator's model; zeros when it does not tell."), true}});
}

std::vector<Route> login_routes(PasskeyService& passkeys) {
  auto ask = route("POST", "/api/auth/passkey/options", "passkeyLoginOptions",
                   "Request the options of a login by passkey");
  ask.handler = [&passkeys](const RouteContext&) -> Result<Response> {
    return options_response(passkeys.login_options());
  };
  ask.description =
      "The same for everyone, but for the challenge, which is good once and for "
      "`PASSKEY_CHALLENGE_LIFETIME`.";
  ask.response_schema = request_options_schema();
  ask.limit = options_limit;

  auto log_in = route("POST", "/api/auth/passkey", "logInByPasskey", "Log in with a passkey");
  log_in.handler = [&passkeys](const RouteContext& c) { return log_in_by_passkey(passkeys, c); };
  log_in.description =
      "The passkey must have verified its user: it is both factors. Whatever is wrong with it, the "
      "response is 401 `passkey_rejected`; only the owner of a right one learns that the account "
      "is disabled or not verified.";
  log_in.request_schema =
      schemas::object("PasskeyLoginRequest", "", {{"credential", credential_field(), true}});
  log_in.response_schema = schemas::token_pair();
  log_in.errors = {passkey_rejected, ErrorCode::account_disabled, ErrorCode::email_not_verified};
  log_in.limit = login_limit;
  return {std::move(ask), std::move(log_in)};
}

std::vector<Route> step_up_routes(PasskeyService& passkeys, Auth& auth) {
  auto ask = route("POST", "/api/auth/reauthenticate/passkey-options", "reauthenticationOptions",
                   "Request the options to re-authenticate with a passkey");
  ask.handler = [&passkeys](const RouteContext& c) -> Result<Response> {
    return options_response(passkeys.reauthentication_options(*c.principal));
  };
  ask.access = Access::user;
  ask.while_enrolling = true;
  ask.response_schema = request_options_schema();
  ask.limit = options_limit;

  auto prove = route("POST", "/api/auth/reauthenticate", "reauthenticate", "Re-authenticate");
  prove.replaces = true;
  prove.tag = "auth";
  prove.tag_description.clear();
  prove.handler = [&passkeys, &auth](const RouteContext& c) {
    return prove_again(passkeys, auth, c);
  };
  prove.access = Access::user;
  prove.while_enrolling = true;
  prove.description =
      "Requests that could take over the account answer 401 `reauthentication_required` when the "
      "session last authenticated too long ago (`REAUTH_LIFETIME`, by default 10 minutes). "
      "Re-authenticating, with the `password` or the `credential` of a passkey, makes it recent "
      "again, without another login; the refresh token stays valid. A wrong password counts as a "
      "failed login. If the account has a second factor, the response to the password is 403 "
      "`second_factor_required` with an `mfa_token` for the second step; a passkey is both steps.";
  const auto by_password =
      schemas::object("ReauthenticateRequest", "", {{"password", schemas::password(), true}});
  const auto by_passkey = schemas::object("ReauthenticateByPasskeyRequest", "",
                                          {{"credential", credential_field(), true}});
  prove.request_schema = std::make_shared<const http::Schema>(
      http::Schema{.type = http::SchemaType::object, .one_of = {by_password, by_passkey}});
  prove.response_schema = schemas::reauthenticated();
  prove.errors = {ErrorCode::invalid_credentials, passkey_rejected,
                  ErrorCode::second_factor_required};
  prove.limit = LimitScope::login;
  return {std::move(ask), std::move(prove)};
}

/// A route to the caller's own passkeys.
Route own_route(std::string method, std::string path, std::string operation_id,
                std::string summary) {
  auto made = route(std::move(method), "/api/me/passkeys" + std::move(path),
                    std::move(operation_id), std::move(summary));
  made.access = Access::user;
  made.while_enrolling = true;
  return made;
}

std::vector<Route> registration_routes(PasskeyService& passkeys) {
  auto ask = own_route("POST", "/options", "passkeyCreationOptions",
                       "Request the options of a new passkey");
  ask.handler = [&passkeys](const RouteContext& c) { return offer(passkeys, c); };
  ask.recent = http::Recent::required;
  ask.response_schema = options_schema("PasskeyCreationOptions", "parseCreationOptionsFromJSON()");
  ask.limit = options_limit;

  auto add = own_route("POST", "", "addPasskey", "Register a passkey");
  add.handler = [&passkeys](const RouteContext& c) { return add_own(passkeys, c); };
  add.recent = http::Recent::required;
  add.limit = change_limit;
  add.description =
      "Made with the options of the same session. The owner is notified by mail. Trusted devices "
      "are forgotten.";
  add.request_schema = schemas::object(
      "NewPasskey", "", {{"credential", credential_field(), true}, {"name", name_field(), false}});
  add.success_status = 201;
  add.response_schema = passkey_schema();
  add.errors = {passkey_rejected, passkey_exists, limit_reached};
  return {std::move(ask), std::move(add)};
}

/// What the removal of a second factor may be refused with: a policy of another feature.
std::vector<ErrorCode> keep_errors(Auth& auth) {
  std::vector<ErrorCode> all;
  for (const auto* const gate : auth.kernel().gates()) {
    const auto some = gate->keep_errors();
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

std::vector<Route> own_routes(PasskeyService& passkeys, Auth& auth) {
  auto show = own_route("GET", "", "listPasskeys", "List your passkeys");
  show.handler = [&passkeys](const RouteContext& c) { return show_own(passkeys, c); };
  show.description =
      "`rp_id`, `user_handle` and each `credential_id` of the usable passkeys are what a page "
      "tells "
      "the browser with `PublicKeyCredential.signalAllAcceptedCredentials()`.";
  show.response_schema = schemas::object(
      "OwnPasskeys", "",
      {{"rp_id", schemas::text("The domain that they are made for.", 253, R"("example.com")"),
        true},
       {"user_handle",
        schemas::nullable(schemas::text("What authenticators know the account by, in base64url.",
                                        43, R"("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")")),
        true},
       {"passkeys", schemas::array_of(passkey_schema()), true}});

  auto rename = own_route("PATCH", "/{id}", "renamePasskey", "Rename a passkey");
  rename.handler = [&passkeys](const RouteContext& c) { return rename_own(passkeys, c); };
  rename.request_schema = schemas::object("PasskeyPatch", "", {{"name", name_field(), true}});
  rename.response_schema = passkey_schema();
  rename.errors = {ErrorCode::not_found};

  auto remove = own_route("DELETE", "/{id}", "removePasskey", "Remove a passkey");
  remove.handler = [&passkeys](const RouteContext& c) { return remove_own(passkeys, c); };
  remove.recent = http::Recent::required;
  remove.description =
      "The owner is notified by mail. Trusted devices are forgotten. With the last second factor, "
      "logins no longer need one, and the earlier access tokens of this session become invalid: "
      "refresh to get a new one.";
  remove.success_status = 204;
  remove.errors = keep_errors(auth);
  remove.errors.push_back(ErrorCode::not_found);
  return {std::move(show), std::move(rename), std::move(remove)};
}

/// What browsers read before a page of another domain may use the passkeys.
Route related_origins_route(const std::vector<std::string>& origins) {
  auto made = route("GET", "/.well-known/webauthn", "relatedOrigins",
                    "List the origins that may use the same passkeys");
  made.description = "Read by browsers, at the root of `WEBAUTHN_RP_ID` (WebAuthn Level 3).";
  made.response_schema = schemas::object(
      "RelatedOrigins", "",
      {{"origins", schemas::array_of(schemas::text("An origin.", 300, R"("https://shop.example")")),
        true}});
  made.handler = [body = json{{"origins", origins}}](const RouteContext&) -> Result<Response> {
    return http::json_response(200, body);
  };
  return made;
}

}  // namespace

std::vector<Route> routes(PasskeyService& passkeys, Auth& auth) {
  std::vector<Route> all;
  const auto append = [&](std::vector<Route> more) {
    for (auto& one : more) all.push_back(std::move(one));
  };
  const auto& options = passkeys.options();
  if (!options.enabled) return all;
  append(login_routes(passkeys));
  append(step_up_routes(passkeys, auth));
  append(registration_routes(passkeys));
  append(own_routes(passkeys, auth));
  if (!options.related_origins.empty()) append({related_origins_route(options.related_origins)});
  return all;
}

}  // namespace coffeeauth::passkeys
