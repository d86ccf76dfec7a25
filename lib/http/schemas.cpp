#include "lib/http/schemas.hpp"

#include <utility>

namespace coffeeauth::http::schemas {
namespace {

SchemaPtr made(Schema schema) { return std::make_shared<const Schema>(std::move(schema)); }

SchemaPtr name(std::string description, std::string example) {
  return made(
      {.description = std::move(description), .max_length = 150, .example = std::move(example)});
}
SchemaPtr first_name() { return name("Given name; may be empty.", R"("Ada")"); }
SchemaPtr last_name() { return name("Family name; may be empty.", R"("Lovelace")"); }
SchemaPtr user_id() { return read_only(id("UUID version 7.")); }
SchemaPtr date_joined() { return read_only(moment("When the account was made.")); }
SchemaPtr last_login() {
  return read_only(nullable(moment("The last login; null before the first.")));
}
SchemaPtr version() {
  return read_only(made({.type = SchemaType::integer,
                         .description = "Grows with every change; the `ETag` holds it.",
                         .minimum = 1,
                         .example = "3"}));
}
SchemaPtr access_token() {
  return token("JWT, to be sent as `Authorization: Bearer ...`.",
               R"("eyJhbGciOiJFUzI1NiJ9.e30.c2ln")");
}
SchemaPtr refresh_token() {
  return token("Opaque; good for one use.", R"("9p3XhV1n0yq8mC5b2LkRrA")");
}
SchemaPtr token_type() { return choice("Always the same.", {"Bearer"}); }
SchemaPtr expires_in() { return integer("Seconds that the access token is good for.", 1, "600"); }
SchemaPtr role() { return choice("What the account may do.", {"user", "admin"}); }
SchemaPtr new_password() {
  return made({.description = "8 to 128 characters after NFKC, not a common one, and another one "
                              "than the present.",
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
      made({.description = "The address as accounts are told apart by: in small letters, a domain "
                           "of another script as its A-label (`xn--...`), so that an address "
                           "that only looks like another one shows.",
            .example = R"("ada@example.org")"}));
}

std::vector<Property> user_properties() {
  return {{"id", user_id(), true},
          {"email", email(), true},
          {"first_name", first_name(), true},
          {"last_name", last_name(), true},
          {"role", role(), true},
          {"is_verified", boolean("Whether the address has been proved."), true},
          {"is_active", boolean("False for a disabled account."), true},
          {"date_joined", date_joined(), true},
          {"last_login", last_login(), true},
          {"version", version(), true}};
}

}  // namespace

SchemaPtr user() { return object("User", "An account.", user_properties()); }

SchemaPtr managed_user() {
  auto properties = user_properties();
  properties.push_back({"email_ascii", email_ascii(), true});
  return object("ManagedUser", "An account, as administrators see it.", std::move(properties));
}

SchemaPtr user_list(const std::string& prefix) {
  const auto example = "\"" + prefix + R"(/users?page=2&page_size=10")";
  const auto link = [&](std::string description) {
    return made({.description = std::move(description), .nullable = true, .example = example});
  };
  return object("UserList", "One page of the users.",
                {{"count",
                  made({.type = SchemaType::integer,
                        .description = "How many users there are on all pages; null for a search "
                                       "that more match than are counted.",
                        .nullable = true,
                        .minimum = 0,
                        .example = "57"}),
                  true},
                 {"next",
                  link("The next page: a whole URL where the service was told its own, else path "
                       "and query; null on the last."),
                  true},
                 {"previous",
                  link("The page before, written as `next`; null on the first, and when paging by "
                       "`cursor`."),
                  true},
                 {"results", array_of(managed_user()), true}});
}

SchemaPtr session_list() {
  return array_of(object(
      "Session", "One login on one device.",
      {{"id", id("UUID version 7.", R"("019bc0f5-3c1e-7a44-8d11-5e2f7c9b0a63")"), true},
       {"created_at", moment("When it began."), true},
       {"last_used_at", moment("Its login or last refresh."), true},
       {"ip", text("The address it was opened from; may be empty.", 64, R"("203.0.113.9")"), true},
       {"user_agent", text("As the client named itself.", 256, R"("curl/8.5.0")"), true},
       {"current", boolean("Whether it is the one that asks."), true},
       {"authenticated_at",
        moment("When its owner last proved who they are: at its login, or later."), true},
       {"methods",
        array_of(text("A way in which they did: `password`, `email_code`; others may follow.", 64,
                      R"("password")")),
        true}}));
}

SchemaPtr token_pair() {
  return object("TokenPair", "What a login hands out.",
                {{"access_token", access_token(), true},
                 {"refresh_token", refresh_token(), true},
                 {"token_type", token_type(), true},
                 {"expires_in", expires_in(), true}});
}

SchemaPtr reauthenticated() {
  return object("Reauthenticated", "What proving once more who one is hands out.",
                {{"access_token", access_token(), true},
                 {"token_type", token_type(), true},
                 {"expires_in", expires_in(), true},
                 {"authenticated_at", moment("From when on the session counts as recent."), true}});
}

SchemaPtr refreshed() {
  const auto short_pair =
      object("ShortTokenPair", "The answer to `refresh` (the older dialect).",
             {{"access", access_token(), true}, {"refresh", refresh_token(), true}});
  return made({.type = SchemaType::object,
               .name = "RefreshedTokens",
               .description = "Answered in the dialect that was asked in.",
               .one_of = {token_pair(), short_pair}});
}

SchemaPtr code_receipt() {
  return object(
      "CodeReceipt", "Said whether a mail was sent or not.",
      {{"message",
        text("A sentence for a person.", 200, R"("New verification code sent to your email.")"),
        true},
       {"email", email(), true},
       {"expires_at", moment("When the code stops being good."), true}});
}

SchemaPtr detail() {
  return object(
      "Detail", "A sentence for a person.",
      {{"detail", text("A sentence for a person.", 200, R"("Verification successful")"), true}});
}

SchemaPtr problem() {
  const auto field = object(
      "FieldError", "What is wrong with one field.",
      {{"code", text("A stable word.", 64, R"("required")"), true},
       {"message", text("A sentence for a person.", 300, R"("This field is required.")"), true}});
  const auto errors = made({.type = SchemaType::object,
                            .description = "By field; only with `validation_failed`.",
                            .map_values = array_of(field),
                            .example = R"({"email":[{"code":"required","message":"This field is )"
                                       R"(required."}]})"});
  return object(
      "Problem", "An error (RFC 9457).",
      {{"type", text("Always `about:blank`: `code` says what it is.", 64, R"("about:blank")"),
        true},
       {"title", text("The name of the status.", 64, R"("Bad Request")"), true},
       {"status", integer("The status.", 400, "400"), true},
       {"detail", text("The sentence to show to a person.", 300, R"("This field is required.")"),
        true},
       {"code", text("A stable word to branch on.", 64, R"("validation_failed")"), true},
       {"errors", errors}});
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
  return object("Health", "The process serves.",
                {{"status", choice("Always the same.", {"ok"}), true}});
}

SchemaPtr readiness() {
  return object(
      "Readiness", "Whether the parts that are needed can be reached.",
      {{"status", choice("Whether to send requests here.", {"ready", "not_ready"}), true},
       {"store", choice("Needed.", {"up", "down"}), true},
       {"store_reason", down_reason()},
       {"cache",
        choice("Not needed, but missed; `memory` is the process's own.", {"up", "down", "memory"}),
        true},
       {"cache_reason", down_reason()},
       {"mail",
        choice("Whether a worker takes the mails that are due. Not needed to log in.",
               {"ok", "overdue", "unknown"}),
        true}});
}

SchemaPtr sign_up() {
  return object("SignUpRequest", "",
                {{"email", email(), true},
                 {"password", password(), true},
                 {"first_name", first_name()},
                 {"last_name", last_name()}});
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

SchemaPtr log_in() {
  return object(
      "LoginRequest", "",
      {{"email", email(), true}, {"password", password(), true}, {"code", verification_code()}});
}

SchemaPtr refresh() {
  const auto current = object("RefreshRequest", "", {{"refresh_token", refresh_token(), true}});
  const auto older =
      object("ShortRefreshRequest", "The older dialect.", {{"refresh", refresh_token(), true}});
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
      "What is left out stays as it is. A whole `User`, as it was read, may be sent back: "
      "all but the names has to be as it was, and the change is made only while "
      "`version` is still the one that was read (else 412).",
      {{"first_name", first_name()},
       {"last_name", last_name()},
       {"id", user_id()},
       {"email", read_only(email())},
       {"role", read_only(role())},
       {"is_verified", read_only(boolean("Whether the address has been proved."))},
       {"is_active", read_only(boolean("False disables the account."))},
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
      "What is left out stays as it is. A whole `User`, as it was read, may be sent back: "
      "what cannot be changed has to be as it was, and the change is made only while "
      "`version` is still the one that was read (else 412).",
      {{"first_name", first_name()},
       {"last_name", last_name()},
       {"email", email()},
       {"role", role()},
       {"is_verified", boolean("Whether the address has been proved.")},
       {"is_active", boolean("False disables the account.")},
       {"id", user_id()},
       {"date_joined", date_joined()},
       {"last_login", last_login()},
       {"email_ascii", email_ascii()},
       {"version", version()}});
}

}  // namespace coffeeauth::http::schemas
