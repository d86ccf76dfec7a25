#include <algorithm>
#include <string_view>
#include <utility>

#include "coffeeauth/http/answers.hpp"
#include "coffeeauth/kernel.hpp"
#include "coffeeauth/login.hpp"
#include "lib/http/json_writer.hpp"
#include "lib/http/routes.hpp"
#include "lib/http/schemas.hpp"

namespace coffeeauth::http {
namespace {

/// `words`, with blanks between them, as a list.
void write_words(JsonWriter& json, std::string_view words) {
  json.begin_array();
  while (!words.empty()) {
    const auto end = std::min(words.find(' '), words.size());
    if (end > 0) json.text(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  json.end_array();
}

void write_session(JsonWriter& json, const Kernel& kernel, const Session& session,
                   const SessionId& current) {
  json.begin_object();
  json.key("id").text(session.id.str());
  json.key("created_at").text(to_rfc3339(session.created_at));
  json.key("last_used_at").text(to_rfc3339(session.last_used_at));
  json.key("ip").text(session.address);
  json.key("user_agent").text(session.user_agent);
  json.key("current").boolean(session.id == current);
  json.key("authenticated_at").text(to_rfc3339(session.authenticated_at));
  json.key("methods");
  write_words(json, session.methods);
  json.key("assurance").text(wire_name(assurance_of(kernel.known_methods(session.methods))));
  json.end_object();
}

Result<Response> list(Auth& auth, const RouteContext& context) {
  JsonWriter json;
  json.begin_array();
  for (const auto& session : auth.sessions().list(context.principal->user.id)) {
    write_session(json, auth.kernel(), session, context.principal->session);
  }
  json.end_array();
  return json_text_response(200, json.take());
}

Result<Response> end_others(Auth& auth, const RouteContext& context) {
  auth.sessions().end_others(context.principal->user.id, context.principal->session,
                             context.client);
  return no_content();
}

Result<Response> end_one(Auth& auth, const RouteContext& context) {
  const auto session = SessionId::parse(context.path_parameters.at("id"));
  if (!session) return ErrorCode::not_found;
  const auto ended = auth.sessions().end(context.principal->user.id, *session, context.client);
  if (!ended) return ended.error();
  return no_content();
}

Route own(std::string method, std::string path, Handler handler, std::string operation_id,
          std::string summary) {
  return {.method = std::move(method),
          .path = std::move(path),
          .access = Access::user,
          .while_enrolling = true,
          .handler = std::move(handler),
          .documented = true,
          .operation_id = std::move(operation_id),
          .summary = std::move(summary),
          .tag = "me"};
}

}  // namespace

std::vector<Route> session_routes(Auth& auth) {
  auto show = own(
      "GET", "/api/me/sessions", [&auth](const RouteContext& c) { return list(auth, c); },
      "listMySessions", "List your sessions");
  show.description = "Each login creates one; the most recently used comes first.";
  show.response_schema = schemas::session_list();

  auto others = own(
      "DELETE", "/api/me/sessions", [&auth](const RouteContext& c) { return end_others(auth, c); },
      "endMyOtherSessions", "End your other sessions");
  others.description = "Their refresh tokens and access tokens become invalid at once.";
  others.success_status = 204;

  auto one = own(
      "DELETE", "/api/me/sessions/{id}",
      [&auth](const RouteContext& c) { return end_one(auth, c); }, "endMySession",
      "End one of your sessions");
  one.description = "Ending the current session is a logout.";
  one.success_status = 204;
  return {std::move(show), std::move(others), std::move(one)};
}

}  // namespace coffeeauth::http
