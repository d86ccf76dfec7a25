#include "coffeeauth/recovery/routes.hpp"

#include <utility>

#include <nlohmann/json.hpp>

#include "coffeeauth/http/answers.hpp"
#include "coffeeauth/http/fields.hpp"
#include "coffeeauth/http/schemas.hpp"

namespace coffeeauth::recovery {
namespace {

using http::Access;
using http::Response;
using http::Route;
using http::RouteContext;
namespace schemas = http::schemas;

constexpr auto tag = "recovery";

Result<ResetProof> proof_in(const nlohmann::json& body) {
  const bool has_token = http::has_field(body, "token");
  if (has_token == (http::has_field(body, "email") || http::has_field(body, "code"))) {
    return field_error("token", "required", "Send the token of a link, or an email with its code.");
  }
  if (has_token) return ResetProof{Secret{http::text_of(body, "token")}};
  if (!http::has_field(body, "email") || !http::has_field(body, "code")) {
    return field_error(http::has_field(body, "email") ? "code" : "email", "required",
                       "Send the code together with the address it was mailed to.");
  }
  auto email = EmailAddress::parse(http::text_of(body, "email"));
  if (!email) return email.error();
  auto code = parse_digits(http::text_of(body, "code"), ResetCode::digits);
  if (!code) return field_error("code", "invalid", "Enter the eight digits of the code.");
  return ResetProof{ResetCode{*std::move(email), *std::move(code)}};
}

Result<Response> ask_reset(Recovery& recovery, const RouteContext& context) {
  const auto email = EmailAddress::parse(http::text_of(context.body, "email"));
  if (!email) return email.error();
  return http::receipt_response(200, "If this address has an account, a mail is on its way to it.",
                                recovery.ask_reset(*email, context.client));
}

Result<Response> reset(Recovery& recovery, const RouteContext& context) {
  auto proof = proof_in(context.body);
  auto password = Password::parse(http::text_of(context.body, "password"));
  if (auto error = http::combined_error(proof, password)) return *std::move(error);
  const auto done = recovery.reset(*proof, *std::move(password), context.client);
  if (!done) return done.error();
  return *done ? http::challenge_response(**done) : http::no_content();
}

Result<Response> send_reset(Recovery& recovery, const RouteContext& context) {
  const auto user = UserId::parse(http::query_text(context.path_parameters, "id"));
  if (!user) return ErrorCode::not_found;
  const auto sent = recovery.send_reset(*user, context.principal->user.id, context.client);
  if (!sent) return sent.error();
  return http::no_content();
}

Result<Response> show_email(Recovery& recovery, const RouteContext& context) {
  const auto& user = context.principal->user;
  const auto pending = recovery.pending_email(user.id);
  nlohmann::json body{{"email", user.email.display()}, {"pending_email", nullptr}};
  if (pending) body["pending_email"] = pending->display();
  return http::json_response(200, body);
}

Result<Response> ask_change(Recovery& recovery, const RouteContext& context) {
  auto email = EmailAddress::parse(http::text_of(context.body, "new_email"));
  if (!email) return for_field("new_email", email.error());
  const auto sent = recovery.ask_email_change(*context.principal, *email, context.client);
  if (!sent) return sent.error();
  return http::json_response(200, {{"message", "A mail is on its way to the new address."},
                                   {"new_email", sent->email.display()},
                                   {"expires_at", to_rfc3339(sent->expires_at)}});
}

Result<Response> confirm_by_code(Recovery& recovery, const RouteContext& context) {
  const auto code = http::code_of(context.body, "code");
  if (!code) return code.error();
  const auto user = recovery.confirm_email_change(*context.principal, *code, context.client);
  if (!user) return user.error();
  return http::user_response(*user);
}

Result<Response> cancel(Recovery& recovery, const RouteContext& context) {
  recovery.cancel_email_change(*context.principal, context.client);
  return http::no_content();
}

Result<Response> confirm_by_link(Recovery& recovery, const RouteContext& context) {
  const auto user =
      recovery.confirm_email_change(Secret{http::text_of(context.body, "token")}, context.client);
  if (!user) return user.error();
  return http::json_response(200, {{"email", user->email.display()}});
}

Result<Response> undo(Recovery& recovery, const RouteContext& context) {
  const auto user =
      recovery.undo_email_change(Secret{http::text_of(context.body, "token")}, context.client);
  if (!user) return user.error();
  return http::json_response(
      200,
      {{"email", user->email.display()},
       {"message", user->is_active ? "The address is restored. A mail with a link to choose a new "
                                     "password is on its way to it."
                                   : "The address is restored."}});
}

/// Makes a route with what all routes of the room have in common.
Route route(std::string method, std::string path, std::string operation_id, std::string summary) {
  Route made{.method = std::move(method), .path = std::move(path), .handler = {}};
  made.documented = true;
  made.operation_id = std::move(operation_id);
  made.summary = std::move(summary);
  made.tag = tag;
  made.tag_description = "Password reset, and change of email address.";
  return made;
}

http::SchemaPtr token_field() {
  return schemas::token("The token of the link.",
                        R"("rst_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG")");
}

Route confirm_reset_route(Recovery& recovery) {
  auto confirm =
      route("POST", "/api/auth/password-reset/confirm", "resetPassword", "Reset your password");
  confirm.handler = [&recovery](const RouteContext& c) { return reset(recovery, c); };
  confirm.description =
      "Send the `token` of the link, or the `email` with its eight-digit `code`. All sessions of "
      "the account end, and no session is created. If the password is rejected, link and code stay "
      "valid. If the account has a second factor, the response is 403 `second_factor_required` "
      "with "
      "an `mfa_token`, and nothing has changed: prove the second factor with it, and send the "
      "`token` of that response here in place of the link's.";
  confirm.request_schema = schemas::object(
      "PasswordResetConfirmation", "",
      {{"token", token_field(), false},
       {"email", schemas::email(), false},
       {"code", schemas::text("The eight digits of the code.", 100, R"("12345678")"), false},
       {"password", schemas::password(), true}});
  confirm.success_status = 204;
  confirm.errors = {invalid_link, ErrorCode::invalid_code, ErrorCode::second_factor_required};
  confirm.limit = try_limit;
  return confirm;
}

std::vector<Route> asking_routes(Recovery& recovery) {
  auto ask =
      route("POST", "/api/auth/password-reset", "askPasswordReset", "Request a password reset");
  ask.handler = [&recovery](const RouteContext& c) { return ask_reset(recovery, c); };
  ask.description =
      "Mails a link, or a code, to an account that can log in. The response is the same for every "
      "address.";
  ask.request_schema =
      schemas::object("PasswordResetRequest", "", {{"email", schemas::email(), true}});
  ask.response_schema = schemas::code_receipt();
  ask.limit = ask_limit;

  auto send = route("POST", "/api/users/{id}/send-password-reset", "sendPasswordReset",
                    "Send a user a password reset");
  send.handler = [&recovery](const RouteContext& c) { return send_reset(recovery, c); };
  send.description =
      "Mails a link or a code to the user's address; the administrator sees neither.";
  send.access = Access::admin;
  send.permission = Permission::users_write;
  send.success_status = 204;
  send.errors = {ErrorCode::not_found, ErrorCode::account_disabled, ErrorCode::email_not_verified};
  return {std::move(ask), std::move(send)};
}

std::vector<Route> own_routes(Recovery& recovery) {
  auto show = route("GET", "/api/me/email", "getMyEmail", "Show your current and pending address");
  show.handler = [&recovery](const RouteContext& c) { return show_email(recovery, c); };
  show.access = Access::user;
  show.response_schema =
      schemas::object("OwnEmail", "",
                      {{"email", schemas::email(), true},
                       {"pending_email", schemas::nullable(schemas::email()), true}});

  auto ask = route("POST", "/api/me/email", "askEmailChange", "Request a change of your address");
  ask.handler = [&recovery](const RouteContext& c) { return ask_change(recovery, c); };
  ask.access = Access::user;
  ask.recent = http::Recent::required;
  ask.description =
      "Mails a link and a code to the new address, and a notice to the current one. The response "
      "is the same whether the address is free or taken. A new request replaces a pending one. "
      "Link and code are valid only while the session that requested them lives.";
  ask.request_schema =
      schemas::object("EmailChangeRequest", "", {{"new_email", schemas::email(), true}});
  ask.response_schema = schemas::object(
      "EmailChangeReceipt", "",
      {{"message", schemas::text("A sentence for people.", 200, R"("A mail is on its way.")"),
        true},
       {"new_email", schemas::email(), true},
       {"expires_at", schemas::moment("When link and code expire."), true}});
  ask.limit = ask_limit;

  auto confirm = route("POST", "/api/me/email/confirm", "confirmEmailChange",
                       "Confirm your new address with a code");
  confirm.handler = [&recovery](const RouteContext& c) { return confirm_by_code(recovery, c); };
  confirm.access = Access::user;
  confirm.description =
      "All sessions except the requesting one end. Its earlier access tokens become invalid; "
      "refresh to get a new one.";
  confirm.request_schema = schemas::object("EmailChangeConfirmation", "",
                                           {{"code", schemas::verification_code(), true}});
  confirm.response_schema = schemas::user();
  confirm.errors = {ErrorCode::invalid_code, ErrorCode::email_taken};
  confirm.limit = try_limit;

  auto give_up = route("DELETE", "/api/me/email", "cancelEmailChange", "Cancel the pending change");
  give_up.handler = [&recovery](const RouteContext& c) { return cancel(recovery, c); };
  give_up.access = Access::user;
  give_up.success_status = 204;
  return {std::move(show), std::move(ask), std::move(confirm), std::move(give_up)};
}

std::vector<Route> link_routes(Recovery& recovery) {
  auto confirm = route("POST", "/api/auth/email-change/confirm", "confirmEmailChangeByLink",
                       "Confirm a new address with a link");
  confirm.handler = [&recovery](const RouteContext& c) { return confirm_by_link(recovery, c); };
  confirm.request_schema = schemas::object("EmailChangeLink", "", {{"token", token_field(), true}});
  confirm.response_schema =
      schemas::object("ChangedEmail", "", {{"email", schemas::email(), true}});
  confirm.errors = {invalid_link, ErrorCode::email_taken};
  confirm.limit = try_limit;

  auto back =
      route("POST", "/api/auth/email-change/undo", "undoEmailChange", "Undo a change of address");
  back.handler = [&recovery](const RouteContext& c) { return undo(recovery, c); };
  back.description =
      "With the link that was mailed to the former address. All sessions end, the password becomes "
      "invalid, and a mail with a link to choose a new one is sent to the address.";
  back.request_schema = schemas::object("EmailChangeUndo", "", {{"token", token_field(), true}});
  back.response_schema = schemas::object(
      "RestoredEmail", "",
      {{"email", schemas::email(), true},
       {"message", schemas::text("A sentence for people.", 200, R"("The address is restored.")"),
        true}});
  back.errors = {invalid_link, ErrorCode::email_taken};
  back.limit = try_limit;
  return {std::move(confirm), std::move(back)};
}

}  // namespace

std::vector<Route> routes(Recovery& recovery) {
  std::vector<Route> all;
  const auto append = [&](std::vector<Route> more) {
    for (auto& one : more) all.push_back(std::move(one));
  };
  const auto& options = recovery.options();
  if (!options.enabled) return all;
  if (options.reset != ResetBy::off) append(asking_routes(recovery));
  // An undo mails a link in any case.
  append({confirm_reset_route(recovery)});
  append(own_routes(recovery));
  append(link_routes(recovery));
  return all;
}

}  // namespace coffeeauth::recovery
