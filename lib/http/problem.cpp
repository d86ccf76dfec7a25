#include "lib/http/problem.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "coffeeauth/http/errors.hpp"
#include "lib/http/json_writer.hpp"

namespace coffeeauth::http {
namespace {

/// Of the errors that are HTTP's own.
constexpr std::array<std::pair<ErrorCode, int>, 6> own_statuses{
    {{errors::method_not_allowed, 405},
     {errors::request_timeout, 408},
     {errors::payload_too_large, 413},
     {errors::unsupported_media_type, 415},
     {errors::headers_too_large, 431},
     {errors::not_implemented, 501}}};

constexpr std::string_view challenge = "Bearer realm=\"coffeeauth\"";

Response with_body(int status, std::string_view media_type, std::string body) {
  Response response{.status = status, .headers = {}, .body = {}};
  response.headers.reserve(8);
  response.headers.push_back({"Content-Type", std::string{media_type}});
  response.body = std::make_shared<const std::string>(std::move(body));
  return response;
}

void write_fields(JsonWriter& json, const std::vector<FieldError>& fields) {
  std::map<std::string_view, std::vector<const FieldError*>> by_name;
  for (const auto& field : fields) by_name[field.field].push_back(&field);
  json.key("errors").begin_object();
  for (const auto& [name, errors] : by_name) {
    json.key(name).begin_array();
    for (const auto* error : errors) {
      json.begin_object().key("code").text(error->code).key("message").text(error->message);
      json.end_object();
    }
    json.end_array();
  }
  json.end_object();
}

/// A person reads `detail`: with one thing wrong it says which, with several it cannot.
std::string_view sentence(const Error& error) noexcept {
  if (!error.detail.empty()) return error.detail;
  return error.fields.size() == 1 && !error.fields.front().message.empty()
             ? std::string_view{error.fields.front().message}
             : message(error.code);
}

}  // namespace

int status_of(const ErrorCode& code) noexcept {
  switch (code.kind()) {
    case ErrorClass::invalid:
      return 400;
    case ErrorClass::unauthenticated:
      return 401;
    case ErrorClass::forbidden:
      return 403;
    case ErrorClass::not_found:
      return 404;
    case ErrorClass::conflict:
      return 409;
    case ErrorClass::stale:
      return 412;
    case ErrorClass::rate_limited:
      return 429;
    case ErrorClass::internal:
      return 500;
    case ErrorClass::unavailable:
      return 503;
    case ErrorClass::transport:
      break;
  }
  for (const auto& [known, status] : own_statuses) {
    if (known == code) return status;
  }
  return 500;
}

Response problem_response(const Error& error) {
  return written_problem(error, [](JsonWriter&) {});
}

Response written_problem(const Error& error,
                         const std::function<void(JsonWriter&)>& write_further) {
  const int status = status_of(error.code);
  JsonWriter json;
  json.begin_object().key("type").text("about:blank").key("title").text(reason_phrase(status));
  json.key("status").integer(status);
  json.key("detail").text(sentence(error));
  json.key("code").text(wire_name(error.code));
  if (!error.fields.empty()) write_fields(json, error.fields);
  write_further(json);
  json.end_object();

  auto response = with_body(status, "application/problem+json", json.take());
  if (status == 401) response.headers.push_back({"WWW-Authenticate", std::string{challenge}});
  if (error.code == ErrorCode::reauthentication_required) {
    set_challenge(response, insufficient_authentication);
  }
  if (status == 429 || status == 503) {
    const auto wait =
        std::max(error.retry_after.value_or(std::chrono::seconds{2}), std::chrono::seconds{1});
    response.headers.push_back({"Retry-After", std::to_string(wait.count())});
  }
  return response;
}

void set_challenge(Response& response, std::string_view error, std::string_view further) {
  std::string value{challenge};
  value.append(", error=\"").append(error).append("\"").append(further);
  response.set("WWW-Authenticate", std::move(value));
}

Response json_text_response(int status, std::string json) {
  return with_body(status, "application/json", std::move(json));
}

Response no_content() { return Response{.status = 204, .headers = {}, .body = {}}; }

}  // namespace coffeeauth::http
