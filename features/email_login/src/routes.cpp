#include "coffeeauth/email_login/routes.hpp"

#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "coffeeauth/http/answers.hpp"
#include "coffeeauth/http/fields.hpp"
#include "coffeeauth/http/schemas.hpp"

namespace coffeeauth::email_login {
namespace {

using http::Response;
using http::Route;
using http::RouteContext;
namespace schemas = http::schemas;

Result<LoginProof> proof_in(const nlohmann::json& body) {
  const bool has_token = http::has_field(body, "token");
  if (has_token == (http::has_field(body, "login_token") || http::has_field(body, "code"))) {
    return field_error("token", "required",
                       "Send the token of a link, or a login_token with its code.");
  }
  if (has_token) return LoginProof{Secret{http::text_of(body, "token")}};
  if (!http::has_field(body, "login_token") || !http::has_field(body, "code")) {
    return field_error(http::has_field(body, "code") ? "login_token" : "code", "required",
                       "Send the code together with the login_token from the request for it.");
  }
  auto code = http::code_of(body, "code");
  if (!code) return code.error();
  return LoginProof{MailedCode{Secret{http::text_of(body, "login_token")}, *std::move(code)}};
}

Result<Response> ask_mail(EmailLogin& login, const RouteContext& context) {
  const auto email = EmailAddress::parse(http::text_of(context.body, "email"));
  if (!email) return email.error();
  const auto receipt = login.ask(*email, context.client);
  return http::json_response(
      200, {{"message", "If this address has an account, a mail is on its way to it."},
            {"login_token", std::string{receipt.login_token.expose_secret()}},
            {"expires_at", to_rfc3339(receipt.expires_at)}});
}

Result<Response> confirm_login(EmailLogin& login, const RouteContext& context) {
  const auto proof = proof_in(context.body);
  if (!proof) return proof.error();
  const LoginOptions with{.device_token = Secret{http::text_of(context.body, "device_token")}};
  const auto outcome = login.log_in(*proof, context.client, with);
  if (!outcome) return outcome.error();
  return http::login_response(*outcome);
}

/// Makes a route with what both routes of the room have in common.
Route post_route(std::string path, std::string operation_id, std::string summary) {
  Route made{.method = "POST", .path = std::move(path), .handler = {}};
  made.documented = true;
  made.operation_id = std::move(operation_id);
  made.summary = std::move(summary);
  made.tag = "email_login";
  made.tag_description = "Logins by a mailed link or code.";
  return made;
}

http::SchemaPtr login_token_field() {
  return schemas::token("From the request for the mail; the code is valid only with it.",
                        R"("lgt_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG")");
}

Route asking_route(EmailLogin& login) {
  auto ask = post_route("/api/auth/email-login", "askEmailLogin", "Request a mail to log in with");
  ask.handler = [&login](const RouteContext& c) { return ask_mail(login, c); };
  ask.description =
      "Mails a link and a six-digit code to an account that can log in. The response is the same "
      "for every address. A new mail replaces the earlier one; a request soon after another sends "
      "nothing, and the earlier mail stays valid: its link, and its code with the `login_token` of "
      "the request that was answered by it.";
  ask.request_schema =
      schemas::object("EmailLoginRequest", "", {{"email", schemas::email(), true}});
  ask.response_schema = schemas::object(
      "EmailLoginReceipt", "",
      {{"message", schemas::text("A sentence for people.", 200, R"("A mail is on its way.")"),
        true},
       {"login_token", login_token_field(), true},
       {"expires_at", schemas::moment("When link and code expire."), true}});
  ask.limit = ask_limit;
  return ask;
}

Route confirming_route(EmailLogin& login, bool takes_device_token) {
  auto confirm =
      post_route("/api/auth/email-login/confirm", "confirmEmailLogin", "Log in with a mail");
  confirm.handler = [&login](const RouteContext& c) { return confirm_login(login, c); };
  confirm.description =
      "Creates a session. Send the `token` of the link, which works anywhere, or the `login_token` "
      "of the request with the `code` from the mail. Both are valid once. If the account has a "
      "second factor, the response is 403 `second_factor_required` with an `mfa_token`.";
  std::vector<http::Property> members{
      {"token",
       schemas::token("The token of the link.",
                      R"("lgn_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG")"),
       false},
      {"login_token", login_token_field(), false},
      {"code", schemas::verification_code(), false}};
  if (takes_device_token) {
    members.push_back({"device_token",
                       schemas::token("The token of a trusted device, from an earlier login.",
                                      R"("dev_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG")"),
                       false});
  }
  confirm.request_schema = schemas::object("EmailLoginConfirmation", "", std::move(members));
  confirm.response_schema = schemas::token_pair();
  confirm.errors = {invalid_link, ErrorCode::invalid_code, ErrorCode::token_invalid,
                    ErrorCode::second_factor_required};
  confirm.limit = try_limit;
  return confirm;
}

}  // namespace

std::vector<Route> routes(EmailLogin& login, const Auth& auth) {
  if (!login.options().enabled) return {};
  return {asking_route(login), confirming_route(login, auth.knows_devices())};
}

}  // namespace coffeeauth::email_login
