#include <algorithm>
#include <array>
#include <string>

#include "coffeeauth/http/errors.hpp"
#include "lib/http/json_body.hpp"
#include "lib/http/syntax.hpp"

namespace coffeeauth::http {
namespace {

constexpr std::array<std::string_view, 2> utf8_names{"utf-8", "utf8"};

/// What a client declared, for telling it; only where it is a short plain word.
std::string shown(std::string_view word) {
  const bool plain =
      !word.empty() && word.size() <= 64 && std::all_of(word.begin(), word.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '/' || c == '-' || c == '+' || c == '.' || c == '_';
      });
  return plain ? std::string{word} : "something else";
}

Error media_type_error(std::string detail) {
  return Error{.code = errors::unsupported_media_type, .detail = std::move(detail)};
}

std::string_view unquoted(std::string_view value) noexcept {
  const bool quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
  return quoted ? value.substr(1, value.size() - 2) : value;
}

/// JSON has no parameters (RFC 8259 11), but many clients send the one that says what it is anyway.
Result<void> check_parameter(std::string_view parameter) {
  auto value = parameter;
  const auto name = take_item(value, '=');
  if (name.empty()) return {};
  if (!equal_ignoring_case(name, "charset")) {
    return media_type_error("The request body must be application/json, without the parameter " +
                            shown(name) + ".");
  }
  const auto charset = unquoted(trim(value));
  const bool is_utf8 =
      std::any_of(utf8_names.begin(), utf8_names.end(),
                  [&](std::string_view known) { return equal_ignoring_case(charset, known); });
  if (is_utf8) return {};
  return media_type_error("The request body must be in UTF-8, not in " + shown(charset) + ".");
}

Result<void> check_media_type(const Request& request) {
  const auto fields = request.header_count("Content-Type");
  if (fields == 0) {
    return media_type_error("The request body must be application/json; Content-Type is missing.");
  }
  if (fields > 1) {
    return media_type_error("The request body must be application/json; there are " +
                            std::to_string(fields) + " Content-Type fields.");
  }
  auto parameters = request.header("Content-Type");
  const auto type = take_item(parameters, ';');
  if (!equal_ignoring_case(type, "application/json")) {
    return media_type_error("The request body must be application/json, not " + shown(type) + ".");
  }
  while (!parameters.empty()) {
    const auto parameter = take_item(parameters, ';');
    if (const auto checked = check_parameter(parameter); !checked) return checked;
  }
  return {};
}

}  // namespace

std::string_view content_coding(const Request& request) noexcept {
  for (const auto& field : request.headers) {
    if (!equal_ignoring_case(field.name, "Content-Encoding")) continue;
    for (std::string_view list = field.value; !list.empty();) {
      const auto coding = take_item(list, ',');
      if (!coding.empty() && !equal_ignoring_case(coding, "identity")) return coding;
    }
  }
  return {};
}

Result<void> check_declared_as_json(const Request& request) {
  if (const auto coding = content_coding(request); !coding.empty()) {
    return media_type_error("The request body is encoded with " + shown(coding) +
                            "; it must be sent without a Content-Encoding.");
  }
  return check_media_type(request);
}

}  // namespace coffeeauth::http
