#include <utility>

#include "coffeeauth/http/answers.hpp"
#include "coffeeauth/http/fields.hpp"
#include "lib/http/json_writer.hpp"
#include "lib/http/routes.hpp"
#include "lib/http/schemas.hpp"

namespace coffeeauth::http {
namespace {

Result<Response> sign_up(Auth& auth, const RouteContext& context) {
  auto email = EmailAddress::parse(text_of(context.body, "email"));
  auto password = Password::parse(text_of(context.body, "password"));
  auto first_name = parse_name("first_name", text_of(context.body, "first_name"));
  auto last_name = parse_name("last_name", text_of(context.body, "last_name"));
  auto language = optional_language(context.body, "language");
  if (auto error = combined_error(email, password, first_name, last_name, language)) {
    return *std::move(error);
  }
  const auto sent = auth.users().sign_up({.email = *std::move(email),
                                          .password = *std::move(password),
                                          .first_name = *std::move(first_name),
                                          .last_name = *std::move(last_name),
                                          .language = language->value_or(Language{})},
                                         context.client);
  if (!sent) return sent.error();
  return receipt_response(
      201, "User registered successfully. Verification code sent to your email.", *sent);
}

Result<Response> verify(Auth& auth, const RouteContext& context) {
  auto email = EmailAddress::parse(text_of(context.body, "email"));
  auto code = code_of(context.body, "code");
  auto password = optional_field<Password>(context.body, "password", Password::parse);
  if (auto error = combined_error(email, code, password)) return *std::move(error);
  const auto verified = auth.verification().verify(
      {.email = *std::move(email), .code = *std::move(code), .password = *std::move(password)},
      context.client);
  if (!verified) return verified.error();
  return json_text_response(200, R"({"detail":"Verification successful"})");
}

Result<Response> resend_code(Auth& auth, const RouteContext& context) {
  const auto email = EmailAddress::parse(text_of(context.body, "email"));
  if (!email) return email.error();
  return receipt_response(200, "New verification code sent to your email.",
                          auth.verification().resend_code(*email, context.client));
}

Response short_token_response(const TokenPair& tokens) {
  JsonWriter json;
  json.begin_object().key("access").text(tokens.access_token.expose_secret());
  json.key("refresh").text(tokens.refresh_token.expose_secret()).end_object();
  return json_text_response(200, json.take());
}

Result<Response> log_in(Auth& auth, const RouteContext& context) {
  const auto email = EmailAddress::parse(text_of(context.body, "email"));
  const auto password = Password::parse(text_of(context.body, "password"));
  const auto code = optional_code(context.body, "code");
  if (auto error = combined_error(email, password, code)) return *std::move(error);
  const LoginOptions options{.device_token = Secret{text_of(context.body, "device_token")}};
  const auto outcome =
      *code ? auth.sessions().log_in(*email, *password, **code, context.client, options)
            : auth.sessions().log_in(*email, *password, context.client, options);
  if (!outcome) return outcome.error();
  return login_response(*outcome);
}

Result<Response> send_login_code(Auth& auth, const RouteContext& context) {
  const auto email = EmailAddress::parse(text_of(context.body, "email"));
  const auto password = optional_field<Password>(context.body, "password", Password::parse);
  if (auto error = combined_error(email, password)) return *std::move(error);
  auto& sessions = auth.sessions();
  return receipt_response(200, "Login code sent to your email.",
                          *password ? sessions.send_login_code(*email, **password, context.client)
                                    : sessions.send_login_code(*email, context.client));
}

Result<Response> refresh(Auth& auth, const RouteContext& context) {
  const bool in_short = has_field(context.body, "refresh");
  const auto token = text_of(context.body, in_short ? "refresh" : "refresh_token");
  const auto tokens = auth.sessions().refresh(token, context.client);
  if (!tokens) return tokens.error();
  return in_short ? short_token_response(*tokens) : token_response(*tokens);
}

Result<Response> log_out(Auth& auth, const RouteContext& context) {
  auth.sessions().log_out(text_of(context.body, "refresh_token"), context.client);
  return no_content();
}

Result<Response> reauthenticate(Auth& auth, const RouteContext& context) {
  const auto password = Password::parse(text_of(context.body, "password"));
  if (!password) return password.error();
  const auto outcome =
      auth.sessions().reauthenticate(*context.principal, *password, context.client);
  if (!outcome) return outcome.error();
  return reauthentication_response(*outcome);
}

Route post(std::string path, Handler handler, std::string operation_id, std::string summary) {
  return {.method = "POST",
          .path = std::move(path),
          .access = Access::anyone,
          .handler = std::move(handler),
          .documented = true,
          .operation_id = std::move(operation_id),
          .summary = std::move(summary),
          .tag = "auth"};
}

/// What else a route that takes a password may answer, where accounts can have a second factor.
void add_second_step(const Auth& auth, Route& route) {
  if (!auth.has_second_steps()) return;
  route.description +=
      " If the account has a second factor, the response is 403 `second_factor_required` with an "
      "`mfa_token` for the second step.";
  route.errors.push_back(ErrorCode::second_factor_required);
}

Route sign_up_route(Auth& auth) {
  auto route = post(
      "/api/auth/signup", [&auth](const RouteContext& c) { return sign_up(auth, c); }, "signUp",
      "Sign up");
  route.description =
      "Creates an account and mails a 6-digit code. The response is the same whether the address "
      "is new, pending or taken.";
  route.request_schema = schemas::sign_up();
  route.success_status = 201;
  route.response_schema = schemas::code_receipt();
  if (auth.config().codes.sign_up_reveals_existing) route.errors = {ErrorCode::email_taken};
  route.limit = LimitScope::sign_up;
  return route;
}

Route verify_route(Auth& auth) {
  auto route = post(
      "/api/auth/verify", [&auth](const RouteContext& c) { return verify(auth, c); }, "verify",
      "Verify your email address");
  route.description =
      "With `password`, the account gets this password, whatever passwords sign-ups contained: the "
      "code proves the mailbox. Without it, the account gets the password of its only sign-up; if "
      "sign-ups differ, or an administrator verified the account, the response is 400 "
      "`password_required`. This also sets the password of an account that an administrator "
      "verified.";
  route.request_schema = schemas::verify();
  route.response_schema = schemas::detail();
  route.errors = {ErrorCode::invalid_code, ErrorCode::password_required};
  route.limit = LimitScope::verify;
  return route;
}

Route resend_route(Auth& auth) {
  auto route = post(
      "/api/auth/resend-code", [&auth](const RouteContext& c) { return resend_code(auth, c); },
      "resendCode", "Request a new verification code");
  route.description =
      "Mails a new code to an account that needs one, at most one in `CODE_RESEND_PAUSE` (by "
      "default 1 minute). The response is the same whether or not a mail is sent.";
  route.request_schema = schemas::resend_code();
  route.response_schema = schemas::code_receipt();
  route.limit = LimitScope::resend_code;
  return route;
}

Route log_in_route(Auth& auth) {
  auto route = post(
      "/api/auth/login", [&auth](const RouteContext& c) { return log_in(auth, c); }, "logIn",
      "Log in");
  route.description =
      "Creates a session. An unknown address and a wrong password get the same response; other "
      "obstacles are reported only after the correct password. After failed logins an account "
      "answers 429 for a while; the correct password with a `code` from `/api/auth/login-code` "
      "still works then. The code is not needed otherwise.";
  route.request_schema = schemas::log_in(auth.knows_devices());
  route.response_schema = schemas::token_pair();
  route.errors = {ErrorCode::invalid_credentials, ErrorCode::email_not_verified,
                  ErrorCode::account_disabled};
  add_second_step(auth, route);
  route.limit = LimitScope::login;
  return route;
}

Route login_code_route(Auth& auth) {
  auto route = post(
      "/api/auth/login-code", [&auth](const RouteContext& c) { return send_login_code(auth, c); },
      "sendLoginCode", "Request a login code");
  route.description =
      "Mails a 6-digit code to an account that could log in, unless an earlier code is still "
      "valid, or the mails of the day are used up. With the account's `password` the mail is "
      "counted separately from those that anybody can request. The response is the same whether "
      "or not a mail is sent, and for every password.";
  route.request_schema = schemas::login_code();
  route.response_schema = schemas::code_receipt();
  route.limit = LimitScope::resend_code;
  return route;
}

Route refresh_route(Auth& auth) {
  auto route = post(
      "/api/auth/refresh", [&auth](const RouteContext& c) { return refresh(auth, c); }, "refresh",
      "Refresh your tokens");
  route.description =
      "Exchanges a refresh token for a new pair; the old one becomes invalid. For a request with "
      "`refresh`, the response has `access` and `refresh`.";
  route.request_schema = schemas::refresh();
  route.response_schema = schemas::refreshed();
  route.errors = {ErrorCode::token_invalid};
  return route;
}

Route log_out_route(Auth& auth) {
  auto route = post(
      "/api/auth/logout", [&auth](const RouteContext& c) { return log_out(auth, c); }, "logOut",
      "Log out");
  route.description =
      "Ends the session of the refresh token and invalidates its access tokens. An invalid token "
      "is not an error.";
  route.request_schema = schemas::log_out();
  route.success_status = 204;
  return route;
}

Route reauthenticate_route(Auth& auth) {
  auto route = post(
      "/api/auth/reauthenticate",
      [&auth](const RouteContext& c) { return reauthenticate(auth, c); }, "reauthenticate",
      "Re-authenticate");
  route.access = Access::user;
  route.while_enrolling = true;
  route.description =
      "Requests that could take over the account answer 401 `reauthentication_required` when the "
      "session last authenticated too long ago (`REAUTH_LIFETIME`, by default 10 minutes). "
      "Re-authenticating makes it recent again, without another login; the refresh token stays "
      "valid. A wrong password counts as a failed login.";
  route.request_schema = schemas::reauthenticate();
  route.response_schema = schemas::reauthenticated();
  route.errors = {ErrorCode::invalid_credentials};
  add_second_step(auth, route);
  route.limit = LimitScope::login;
  return route;
}

}  // namespace

std::vector<Route> auth_routes(Auth& auth) {
  return {sign_up_route(auth), verify_route(auth),        resend_route(auth),
          log_in_route(auth),  login_code_route(auth),    refresh_route(auth),
          log_out_route(auth), reauthenticate_route(auth)};
}

}  // namespace coffeeauth::http
