#include "lib/http/openapi.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <set>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "coffeeauth/http/answers.hpp"
#include "coffeeauth/http/errors.hpp"
#include "lib/http/access.hpp"
#include "lib/http/router.hpp"
#include "lib/http/schema_document.hpp"
#include "lib/http/schemas.hpp"

namespace coffeeauth::http {
namespace {

constexpr std::string_view about =
    "Sign-up, email verification, login with access and refresh tokens, roles, and user management "
    "for administrators.\n\nEvery path works with and without a trailing slash. Errors are "
    "`application/problem+json` (RFC 9457): branch on `code`, show `detail`. Every response has an "
    "`X-Request-ID`.";

struct TagNote {
  std::string_view name;
  std::string_view note;
};
constexpr std::array<TagNote, 5> known_tags{
    {{"auth", "Sign-up, verification, login and tokens."},
     {"me", "Your account and sessions."},
     {"users", "User management, for administrators."},
     {"keys", "The public keys that verify access tokens."},
     {"service", "The state of the service, and this document."}}};

/// As a room for second factors sends it.
Document example_challenge() {
  return Document::parse(
      challenge_response(
          {.code = ErrorCode::second_factor_required,
           .token = Secret{"mfa_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"},
           .expires_at = UtcTime{std::chrono::sys_days{std::chrono::January / 15 / 2026}},
           .methods =
               {{.type = "totp", .id = "019bc0f5-2b7d-7c3a-9f52-0b6a4f1d2e90", .label = "Phone"}},
           .further = {{"can_trust_device", true}}})
          .text());
}

Document example_problem(ErrorCode code) {
  if (code == ErrorCode::second_factor_required) return example_challenge();
  Error error{.code = code};
  if (code == ErrorCode::validation_failed) {
    error.fields = {{"email", "required", "This field is required."}};
  }
  return Document::parse(problem_response(error).text());
}

Document error_headers(int status) {
  const auto header = [](const char* note, Document schema) {
    return Document{{"description", note}, {"schema", std::move(schema)}};
  };
  Document headers = Document::object();
  if (status == 401) {
    headers["WWW-Authenticate"] = header("RFC 6750.", {{"type", "string"}});
  }
  if (status == 415) {
    headers["Accept-Encoding"] =
        header("Only when a Content-Encoding was rejected (RFC 7694).", {{"type", "string"}});
  }
  if (status == 429 || status == 503) {
    headers["Retry-After"] = header("Seconds to wait.", {{"type", "integer"}, {"minimum", 1}});
  }
  return headers;
}

/// Where a second step may be asked for, the challenge stands beside the plain problem, which comes
/// when no feature can ask for it.
Document problem_schema(const std::vector<ErrorCode>& codes, Document& components) {
  Document plain{{"$ref", "#/components/schemas/Problem"}};
  const auto asks = std::find(codes.begin(), codes.end(), ErrorCode::second_factor_required);
  if (asks == codes.end()) return plain;
  Document either = Document::object();
  either["anyOf"] = Document::array(
      {std::move(plain), schema_document(*schemas::challenge(), Use::answer, components)});
  return either;
}

Document error_response(int status, const std::vector<ErrorCode>& codes, Document& components) {
  std::string words;
  Document examples = Document::object();
  for (const auto code : codes) {
    const std::string word{wire_name(code)};
    words.append(words.empty() ? "" : ", ").append("`" + word + "`");
    examples[word]["value"] = example_problem(code);
  }
  Document response{{"description", std::string{reason_phrase(status)} + ": " + words}};
  if (auto headers = error_headers(status); !headers.empty()) response["headers"] = headers;
  response["content"]["application/problem+json"] = {{"schema", problem_schema(codes, components)},
                                                     {"examples", std::move(examples)}};
  return response;
}

/// With an example made of those of its members, for the tools that show no others.
Document media_type(const Schema& schema, Use use, Document& components) {
  return {{"schema", schema_document(schema, use, components)},
          {"example", example_document(schema, use)}};
}

Document success_response(const Route& route, Document& components) {
  Document response{{"description", std::string{reason_phrase(route.success_status)}}};
  for (const auto& [name, schema] : route.response_headers) {
    response["headers"][name] = {{"description", schema->description},
                                 {"schema", {{"type", "string"}}}};
  }
  if (route.response_schema) {
    response["content"]["application/json"] =
        media_type(*route.response_schema, Use::answer, components);
  }
  return response;
}

Document responses(const Route& route, const std::vector<ErrorCode>& gate_errors,
                   Document& components) {
  Document all = Document::object();
  all[std::to_string(route.success_status)] = success_response(route, components);
  std::map<int, std::vector<ErrorCode>> by_status;
  for (const auto code : possible_errors(route, gate_errors)) {
    by_status[status_of(code)].push_back(code);
  }
  for (const auto& [status, codes] : by_status) {
    all[std::to_string(status)] = error_response(status, codes, components);
  }
  for (const auto& [status, schema] : route.other_responses) {
    all[std::to_string(status)]["content"]["application/json"] =
        media_type(*schema, Use::answer, components);
  }
  const bool conditional = std::any_of(route.request_headers.begin(), route.request_headers.end(),
                                       [](const auto& h) { return h.first == "If-None-Match"; });
  if (conditional) all["304"] = {{"description", "The client's copy is still current."}};
  return all;
}

Document parameter(const std::string& name, const char* where, const Schema& schema,
                   Document& components) {
  auto written = schema_document(schema, Use::request, components);
  written.erase("description");
  Document out{{"name", name}, {"in", where}};
  if (where == std::string_view{"path"}) out["required"] = true;
  if (!schema.description.empty()) out["description"] = schema.description;
  out["schema"] = std::move(written);
  return out;
}

Document parameters(const Route& route, Document& components) {
  static const Schema path_parameter{.format = TextFormat::uuid,
                                     .example = R"("019bc0f5-2b7d-7c3a-9f52-0b6a4f1d2e90")"};
  Document all = Document::array();
  for (const auto& name : parameter_names(route.path)) {
    all.push_back(parameter(name, "path", path_parameter, components));
  }
  for (const auto& [name, schema] : route.query_parameters) {
    all.push_back(parameter(name, "query", *schema, components));
  }
  for (const auto& [name, schema] : route.request_headers) {
    all.push_back(parameter(name, "header", *schema, components));
  }
  return all;
}

Document operation(const Route& route, const std::vector<ErrorCode>& gate_errors,
                   Document& components) {
  Document out{{"operationId", route.operation_id}, {"summary", route.summary}};
  if (!route.description.empty()) out["description"] = route.description;
  out["tags"] = Document::array({route.tag});
  Document security = Document::array();
  // An empty one beside it: the token may be left away.
  if (route.access == Access::optional_user) security.push_back(Document::object());
  if (takes_token(route)) security.push_back({{"bearer", Document::array()}});
  out["security"] = std::move(security);
  if (route.permission) out["x-permission"] = std::string{route.permission->word()};
  if (auto all = parameters(route, components); !all.empty()) out["parameters"] = std::move(all);
  if (route.request_schema) {
    out["requestBody"]["required"] = true;
    out["requestBody"]["content"]["application/json"] =
        media_type(*route.request_schema, Use::request, components);
  }
  out["responses"] = responses(route, gate_errors, components);
  return out;
}

Document servers(const std::string& public_url) {
  const auto server = [](const std::string& url, const char* note) {
    return Document{{"url", url}, {"description", note}};
  };
  if (public_url.empty()) {
    return Document::array({server("/", "The server that this document came from.")});
  }
  // The second is for who reads the document by another way than the public one.
  return Document::array({server(public_url, "The public address of the service."),
                          server(".", "Relative to this document.")});
}

std::string note_of(const std::string& tag, const std::vector<Route>& routes) {
  const auto known = std::find_if(known_tags.begin(), known_tags.end(),
                                  [&](const TagNote& note) { return note.name == tag; });
  if (known != known_tags.end()) return std::string{known->note};
  const auto told = std::find_if(routes.begin(), routes.end(), [&](const Route& route) {
    return route.documented && route.tag == tag && !route.tag_description.empty();
  });
  return told != routes.end() ? told->tag_description : "Further routes.";
}

/// Whoever generates a client from the document would get one function for both.
void check_operation_ids(const std::vector<Route>& routes) {
  std::set<std::string> seen;
  for (const auto& route : routes) {
    if (!route.documented || route.operation_id.empty()) continue;
    if (!seen.insert(route.operation_id).second) {
      throw std::invalid_argument("two operations are called " + route.operation_id);
    }
  }
}

Document tags_of(const std::vector<Route>& routes) {
  Document tags = Document::array();
  std::set<std::string> seen;
  for (const auto& route : routes) {
    if (!route.documented || !seen.insert(route.tag).second) continue;
    tags.push_back({{"name", route.tag}, {"description", note_of(route.tag, routes)}});
  }
  return tags;
}

std::string lower(std::string_view method) {
  std::string text{method};
  for (char& c : text) c = static_cast<char>(c - 'A' + 'a');
  return text;
}

}  // namespace

std::vector<ErrorCode> possible_errors(const Route& route,
                                       const std::vector<ErrorCode>& gate_errors) {
  constexpr auto by_word = [](const ErrorCode& a, const ErrorCode& b) {
    return a.word() < b.word();
  };
  std::set<ErrorCode, decltype(by_word)> all{route.errors.begin(), route.errors.end()};
  if (needs_token(route)) all.insert(ErrorCode::not_authenticated);
  if (takes_token(route)) all.insert({ErrorCode::token_expired, ErrorCode::token_invalid});
  if (takes_token(route) && !route.while_enrolling) {
    all.insert(gate_errors.begin(), gate_errors.end());
  }
  if (route.recent != Recent::not_needed) all.insert(ErrorCode::reauthentication_required);
  if (route.access == Access::admin) all.insert(ErrorCode::forbidden);
  if (is_private(route) || !parameter_names(route.path).empty()) all.insert(ErrorCode::not_found);
  if (route.limit && !is_private(route)) all.insert(ErrorCode::rate_limited);
  if (!route.query_parameters.empty()) all.insert(ErrorCode::validation_failed);
  if (route.request_schema) {
    all.insert({ErrorCode::invalid_request, ErrorCode::validation_failed, errors::payload_too_large,
                errors::unsupported_media_type});
  }
  all.insert({errors::headers_too_large, ErrorCode::unavailable, ErrorCode::internal});
  return {all.begin(), all.end()};
}

std::string make_openapi(const std::vector<Route>& routes, const DocumentHead& head) {
  check_operation_ids(routes);
  Document components = Document::object();
  Document paths = Document::object();
  for (const auto& route : routes) {
    if (!route.documented) continue;
    paths[route.path][lower(route.method)] = operation(route, head.gate_errors, components);
  }
  std::ignore = schema_document(*schemas::problem(), Use::answer, components);

  Document document{{"openapi", "3.1.0"}};
  document["info"] = {{"title", head.title},
                      {"version", head.version},
                      {"description", about},
                      {"license", {{"name", "MIT"}, {"identifier", "MIT"}}}};
  document["servers"] = servers(head.public_url);
  document["tags"] = tags_of(routes);
  document["paths"] = std::move(paths);
  document["components"]["securitySchemes"]["bearer"] = {
      {"type", "http"},
      {"scheme", "bearer"},
      {"bearerFormat", "JWT"},
      {"description", "The `access_token` of a login or refresh."}};
  document["components"]["schemas"] = std::move(components);
  return document.dump();
}

}  // namespace coffeeauth::http
