#include "lib/http/schemas.hpp"

#include <utility>
#include <vector>

#include "coffeeauth/language.hpp"

namespace coffeeauth::http::schemas {
namespace {

SchemaPtr made(Schema schema) { return std::make_shared<const Schema>(std::move(schema)); }

SchemaPtr name(std::string description, std::string example) {
  return made(
      {.description = std::move(description), .max_length = 150, .example = std::move(example)});
}
SchemaPtr first_name() { return name("Given name; may be empty.", R"("Ada")"); }
SchemaPtr last_name() { return name("Family name; may be empty.", R"("Lovelace")"); }
SchemaPtr language() {
  return nullable(
      text("The language of the account's mails, as a tag (BCP 47); null if unknown. "
           "Of a tag that is sent, language, script and region are kept.",
           Language::max_length, R"("de-AT")"));
}
SchemaPtr sign_up_language() {
  return nullable(
      text("The language of the account's mails, as a tag (BCP 47); if it is not sent, "
           "the first language of `Accept-Language`.",
           Language::max_length, R"("de-AT")"));
}
SchemaPtr user_id() { return read_only(id("UUID version 7.")); }
SchemaPtr date_joined() { return read_only(moment("When the account was created.")); }
SchemaPtr last_login() {
  return read_only(nullable(moment("The last login; null before the first one.")));
}
SchemaPtr version() {
  return read_only(made({.type = SchemaType::integer,
                         .description = "Increases with every change; the `ETag` contains it.",
                         .minimum = 1,
                         .example = "3"}));
}
SchemaPtr access_token() {
  return token("A JWT; send it as `Authorization: Bearer ...`.",
               R"("eyJhbGciOiJFUzI1NiJ9.e30.c2ln")");
}
SchemaPtr refresh_token() { return token("Opaque; valid once.", R"("9p3XhV1n0yq8mC5b2LkRrA")"); }
SchemaPtr token_type() { return choice("Always `Bearer`.", {"Bearer"}); }
SchemaPtr expires_in() { return integer("Lifetime of the access token in seconds.", 1, "600"); }
SchemaPtr role() { return choice("The role of the account.", {"user", "admin"}); }
SchemaPtr new_password() {
  return made({.description = "8 to 128 characters after NFKC, not a common password, and not the "
                              "current one.",
               .format = TextFormat::password,
               .example = R"("staple the donkey twice")"});
}
SchemaPtr down_reason() {
  return choice("Why it is down.",
                {"other", "unreachable", "name_not_found", "timed_out", "tls", "credentials",
                 "no_database", "not_permitted", "full", "starting", "read_only"});
}
SchemaPtr email_ascii() {
  return read_only(
      made({.description = "The canonical address, which identifies the account: in lower case, "
                           "with an internationalised domain as A-labels (`xn--...`), which "
                           "reveals addresses that only look like another one.",
            .example = R"("ada@example.org")"}));
}

SchemaPtr second_factor() {
  return read_only(boolean("Whether logins need a second factor; absent if not."));
}

std::vector<Property> user_properties() {
  return {{"id", user_id(), true},
          {"email", email(), true},
          {"first_name", first_name(), true},
          {"last_name", last_name(), true},
          {"language", language(), true},
          {"role", role(), true},
          {"is_verified", boolean("Whether the address is verified."), true},
          {"is_active", boolean("False for a disabled account."), true},
          {"second_factor", second_factor()},
          {"date_joined", date_joined(), true},
          {"last_login", last_login(), true},
          {"version", version(), true}};
}

}  // namespace

SchemaPtr user() { return object("User", "An account.", user_properties()); }

SchemaPtr managed_user() {
  auto properties = user_properties();
  properties.push_back({"email_ascii", email_ascii(), true});
  return object("ManagedUser", "An account as administrators see it.", std::move(properties));
}

SchemaPtr user_list(const std::string& prefix) {
  const auto example = "\"" + prefix + R"(/users?page=2&page_size=10")";
  const auto link = [&](std::string description) {
    return made({.description = std::move(description), .nullable = true, .example = example});
  };
  return object("UserList", "One page of users.",
                {{"count",
                  made({.type = SchemaType::integer,
                        .description = "Number of users on all pages; null for a search with more "
                                       "matches than are counted.",
                        .nullable = true,
                        .minimum = 0,
                        .example = "57"}),
                  true},
                 {"next",
                  link("The next page: a full URL if the service knows its public URL, else path "
                       "and query; null on the last page."),
                  true},
                 {"previous",
                  link("The previous page, like `next`; null on the first page, and when paging by "
                       "`cursor`."),
                  true},
                 {"results", array_of(managed_user()), true}});
}

SchemaPtr session_list() {
  return array_of(object(
      "Session", "One login on one device.",
      {{"id", id("UUID version 7.", R"("019bc0f5-3c1e-7a44-8d11-5e2f7c9b0a63")"), true},
       {"created_at", moment("When it was created."), true},
       {"last_used_at", moment("When it was last refreshed, or created."), true},
       {"ip", text("The IP address of the login; may be empty.", 64, R"("203.0.113.9")"), true},
       {"user_agent", text("The User-Agent of the client.", 256, R"("curl/8.5.0")"), true},
       {"current", boolean("Whether it is the session of this request."), true},
       {"authenticated_at",
        moment("When the user last authenticated in it: at the login, or later."), true},
       {"methods",
        array_of(text("A method of that authentication: `password`, `email_code`, or others.", 64,
                      R"("password")")),
        true},
       {"assurance",
        choice("What that authentication proves: one factor, or two different ones (NIST SP "
               "800-63B).",
               {"aal1", "aal2"}),
        true}}));
}

SchemaPtr token_pair() {
  return object("TokenPair", "The tokens of a session.",
                {{"access_token", access_token(), true},
                 {"refresh_token", refresh_token(), true},
                 {"token_type", token_type(), true},
                 {"expires_in", expires_in(), true}});
}

SchemaPtr reauthenticated() {
  return object("Reauthenticated", "The result of a re-authentication.",
                {{"access_token", access_token(), true},
                 {"token_type", token_type(), true},
                 {"expires_in", expires_in(), true},
                 {"authenticated_at", moment("When the session last authenticated."), true}});
}

SchemaPtr refreshed() {
  const auto short_pair =
      object("ShortTokenPair", "The response to `refresh` (the older form).",
             {{"access", access_token(), true}, {"refresh", refresh_token(), true}});
  return made({.type = SchemaType::object,
               .name = "RefreshedTokens",
               .description = "In the same form as the request.",
               .one_of = {token_pair(), short_pair}});
}

SchemaPtr code_receipt() {
  return object(
      "CodeReceipt", "The same whether or not a mail was sent.",
      {{"message",
        text("A sentence for people.", 200, R"("New verification code sent to your email.")"),
        true},
       {"email", email(), true},
       {"expires_at", moment("When the code expires."), true}});
}

SchemaPtr detail() {
  return object(
      "Detail", "A sentence for people.",
      {{"detail", text("A sentence for people.", 200, R"("Verification successful")"), true}});
}

SchemaPtr problem() {
  const auto field = object(
      "FieldError", "What is wrong with one field.",
      {{"code", text("A stable word.", 64, R"("required")"), true},
       {"message", text("A sentence for people.", 300, R"("This field is required.")"), true}});
  const auto errors = made({.type = SchemaType::object,
                            .description = "By field; only with `validation_failed`.",
                            .map_values = array_of(field),
                            .example = R"({"email":[{"code":"required","message":"This field is )"
                                       R"(required."}]})"});
  return object(
      "Problem", "An error (RFC 9457).",
      {{"type", text("Always `about:blank`: see `code`.", 64, R"("about:blank")"), true},
       {"title", text("The reason phrase of the status.", 64, R"("Bad Request")"), true},
       {"status", integer("The HTTP status.", 400, "400"), true},
       {"detail", text("A sentence to show to people.", 300, R"("This field is required.")"), true},
       {"code", text("A stable word to branch on.", 64, R"("validation_failed")"), true},
       {"errors", errors}});
}

SchemaPtr challenge() {
  const auto factor = object(
      "ChallengeFactor", "One way to pass the second step.",
      {{"type", text("The kind of factor, such as `totp` or `passkey`.", 64, R"("totp")"), true},
       {"id", text("Which one; absent for kinds of which an account has no several.", 100,
                   R"("019bc0f5-2b7d-7c3a-9f52-0b6a4f1d2e90")")},
       {"label", text("The user's name for it; absent if it has none.", 150, R"("Phone")")},
       {"hint", text("Where codes are sent, masked; absent for others.", 100, R"("+49...67")")}});
  auto asked = *problem();
  asked.name = "SecondFactorRequired";
  asked.description = "The first step was right, and a second one is needed.";
  std::erase_if(asked.properties, [](const Property& one) { return one.name == "errors"; });
  for (auto& member : asked.properties) {
    if (member.name == "code") {
      member.schema = choice("Always `second_factor_required`.", {"second_factor_required"});
    }
  }
  const std::vector<Property> further{
      {"mfa_token",
       token("Stands for this login in the second step. Keep it in memory only.",
             R"("mfa_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG")"),
       true},
      {"expires_at", moment("When the `mfa_token` expires."), true},
      {"factors", array_of(factor), true},
      {"can_trust_device",
       boolean("Whether the second step can make later logins on this device skip it.")}};
  asked.properties.insert(asked.properties.end(), further.begin(), further.end());
  return made(std::move(asked));
}

SchemaPtr key_set() {
  const auto parameter = [](std::string example) {
    return made({.max_length = 4096, .example = std::move(example)});
  };
  const auto key = made({.type = SchemaType::object,
                         .name = "Jwk",
                         .description = "A public key (RFC 7517).",
                         .properties = {{"kty", parameter(R"("EC")"), true},
                                        {"kid", parameter(R"("8mC5b2LkRrA")"), true}},
                         .map_values = parameter(R"("P-256")")});
  return object("JwkSet", "The public keys (RFC 7517).", {{"keys", array_of(key), true}});
}

SchemaPtr health() {
  return object("Health", "The process is alive.",
                {{"status", choice("Always `ok`.", {"ok"}), true}});
}

SchemaPtr readiness() {
  return object(
      "Readiness", "Whether the required parts are reachable.",
      {{"status", choice("Whether to send requests here.", {"ready", "not_ready"}), true},
       {"store", choice("The database; required.", {"up", "down"}), true},
       {"store_reason", down_reason()},
       {"cache", choice("Optional; `memory` is a cache in the process.", {"up", "down", "memory"}),
        true},
       {"cache_reason", down_reason()},
       {"mail",
        choice("Whether due mails are being delivered. Not required to log in.",
               {"ok", "overdue", "unknown"}),
        true}});
}

SchemaPtr sign_up() {
  return object("SignUpRequest", "",
                {{"email", email(), true},
                 {"password", password(), true},
                 {"first_name", first_name()},
                 {"last_name", last_name()},
                 {"language", sign_up_language()}});
}

SchemaPtr verify() {
  const auto code = verification_code();
  return object("VerifyRequest", "",
                {{"email", email(), true}, {"code", code, true}, {"password", password()}});
}

SchemaPtr login_code() {
  return object("LoginCodeRequest", "", {{"email", email(), true}, {"password", password()}});
}

SchemaPtr resend_code() { return object("ResendCodeRequest", "", {{"email", email(), true}}); }

SchemaPtr log_in(bool takes_device_token) {
  std::vector<Property> fields{
      {"email", email(), true}, {"password", password(), true}, {"code", verification_code()}};
  if (takes_device_token) {
    fields.push_back(
        {"device_token",
         token("The token of a trusted device, from an earlier login: skips the second step.",
               R"("dev_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG")")});
  }
  return object("LoginRequest", "", std::move(fields));
}

SchemaPtr refresh() {
  const auto current = object("RefreshRequest", "", {{"refresh_token", refresh_token(), true}});
  const auto older =
      object("ShortRefreshRequest", "The older form.", {{"refresh", refresh_token(), true}});
  return made({.type = SchemaType::object, .one_of = {current, older}});
}

SchemaPtr log_out() {
  return object("LogoutRequest", "", {{"refresh_token", refresh_token(), true}});
}

SchemaPtr reauthenticate() {
  return object("ReauthenticateRequest", "", {{"password", password(), true}});
}

SchemaPtr change_password() {
  return object("ChangePasswordRequest", "",
                {{"current_password", password(), true}, {"new_password", new_password(), true}});
}

SchemaPtr profile_patch() {
  return object(
      "ProfilePatch",
      "Fields that are not sent stay unchanged. A whole `User` may be sent back as it was read: "
      "only names and language may differ, and the change is made only if `version` is still "
      "current "
      "(else 412).",
      {{"first_name", first_name()},
       {"last_name", last_name()},
       {"language", language()},
       {"id", user_id()},
       {"email", read_only(email())},
       {"role", read_only(role())},
       {"is_verified", read_only(boolean("Whether the address is verified."))},
       {"is_active", read_only(boolean("False disables the account."))},
       {"second_factor", second_factor()},
       {"date_joined", date_joined()},
       {"last_login", last_login()},
       {"version", version()}});
}

SchemaPtr delete_account() {
  return object("DeleteAccountRequest", "", {{"password", password(), true}});
}

SchemaPtr user_patch() {
  return object(
      "UserPatch",
      "Fields that are not sent stay unchanged. A whole `User` may be sent back as it was read: "
      "read-only fields must not differ, and the change is made only if `version` is still "
      "current (else 412).",
      {{"first_name", first_name()},
       {"last_name", last_name()},
       {"language", language()},
       {"email", email()},
       {"role", role()},
       {"is_verified", boolean("Whether the address is verified.")},
       {"is_active", boolean("False disables the account.")},
       {"second_factor", second_factor()},
       {"id", user_id()},
       {"date_joined", date_joined()},
       {"last_login", last_login()},
       {"email_ascii", email_ascii()},
       {"version", version()}});
}

}  // namespace coffeeauth::http::schemas
