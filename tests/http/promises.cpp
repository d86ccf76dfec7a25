#include "promises.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace coffeeauth::http {
namespace {

bool is_request_number(std::string_view text) {
  return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string broken_form(const Response& response) {
  if (response.header("X-Content-Type-Options") != "nosniff") return "every answer says nosniff";
  if (response.header("Content-Security-Policy").find("frame-ancestors 'none'") ==
      std::string_view::npos) {
    return "no answer is framed";
  }
  if (response.header("Cache-Control").empty()) return "every answer says how it may be kept";
  const auto number = response.header("X-Request-ID");
  // None can be drawn where there is no randomness.
  if (!is_request_number(number) && !(number.empty() && response.status == 503)) {
    return "every answer has a number";
  }
  return {};
}

std::string broken_problem(const Response& response, const Json& body) {
  if (body.at("status") != response.status) return "a problem tells its status";
  if (body.at("title") != std::string{reason_phrase(response.status)})
    return "a problem tells its title";
  if (body.at("detail").get<std::string>().empty()) return "a problem tells what is wrong";
  if (body.at("code").get<std::string>().empty()) return "a problem has a word";
  if (response.status == 401 && !response.header("WWW-Authenticate").starts_with("Bearer ")) {
    return "a 401 says how to authenticate";
  }
  const bool is_for_now = response.status == 429 || response.status == 503;
  if (is_for_now && std::atol(std::string{response.header("Retry-After")}.c_str()) < 1) {
    return "what is so for now says when to come back";
  }
  return {};
}

std::string broken_description(const Document& document, const Operation& operation,
                               const Response& response, const Json& body) {
  const auto status = std::to_string(response.status);
  if (response.header("Content-Type") == "application/problem+json") {
    const auto code = body.at("code").get<std::string>();
    if (!operation.lists_error(response.status, code)) {
      return "the document lists the error " + status + " " + code;
    }
    return document.violation({{"$ref", "#/components/schemas/Problem"}}, body);
  }
  const auto& responses = operation.description.at("responses");
  if (!responses.contains(status)) return "the document lists the answer " + status;
  const auto& described = responses.at(status);
  if (described.contains("content") != (response.body != nullptr)) {
    return "the document says whether there is a body";
  }
  if (!described.contains("content")) return {};
  return document.violation(described.at("content").at("application/json").at("schema"), body);
}

}  // namespace

const Operation* find_operation(const Document& document, const std::string& route,
                                const Request& request) {
  const auto method = request.method == "HEAD" ? "GET" : request.method;
  const auto& operations = document.operations();
  const auto found = std::find_if(operations.begin(), operations.end(), [&](const auto& one) {
    return one.method == method && one.path == route;
  });
  return found == operations.end() ? nullptr : &*found;
}

std::string broken_promise(const Document& document, const std::string& route,
                           const Request& request, const Response& response, const Json& body) {
  if (auto broken = broken_form(response); !broken.empty()) return broken;
  if (response.header("Content-Type") == "application/problem+json") {
    if (auto broken = broken_problem(response, body); !broken.empty()) return broken;
  } else if (response.status >= 400 && response.status != 503) {
    return "every error is a problem, but for what /readyz says";
  }
  const auto* const operation = route.empty() ? nullptr : find_operation(document, route, request);
  // The document does not describe itself.
  if (operation == nullptr || operation->path == "/openapi.json") return {};
  return broken_description(document, *operation, response, body);
}

}  // namespace coffeeauth::http
