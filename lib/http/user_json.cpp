#include "lib/http/user_json.hpp"

#include "coffeeauth/http/answers.hpp"
#include "coffeeauth/http/etag.hpp"

namespace coffeeauth::http {

namespace {

void write_members(JsonWriter& json, const User& user) {
  json.key("id").text(user.id.str());
  json.key("email").text(user.email.display());
  json.key("first_name").text(user.first_name);
  json.key("last_name").text(user.last_name);
  json.key("language");
  user.language.empty() ? json.null() : json.text(user.language.tag());
  json.key("role").text(wire_name(user.role));
  json.key("is_verified").boolean(user.is_verified);
  json.key("is_active").boolean(user.is_active);
  if (user.second_factor) json.key("second_factor").boolean(true);
  json.key("date_joined").text(to_rfc3339(user.date_joined));
  json.key("last_login");
  user.last_login ? json.text(to_rfc3339(*user.last_login)) : json.null();
  json.key("version").integer(user.version);
}

Response response_of(JsonWriter& json, const User& user) {
  auto response = json_text_response(200, json.take());
  response.headers.push_back({"ETag", version_etag(user.version)});
  return response;
}

}  // namespace

void write_user(JsonWriter& json, const User& user) {
  json.begin_object();
  write_members(json, user);
  json.end_object();
}

void write_user_for_admin(JsonWriter& json, const User& user) {
  json.begin_object();
  write_members(json, user);
  json.key("email_ascii").text(user.email.canonical());
  json.end_object();
}

Response user_response(const User& user) {
  JsonWriter json;
  write_user(json, user);
  return response_of(json, user);
}

Response managed_user_response(const User& user) {
  JsonWriter json;
  write_user_for_admin(json, user);
  return response_of(json, user);
}

}  // namespace coffeeauth::http
