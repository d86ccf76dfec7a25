#include "adapters/http/src/response_head.hpp"

#include <algorithm>
#include <array>

#include "adapters/http/src/grammar.hpp"

namespace coffeeauth::http_poco {
namespace {

constexpr std::array<std::string_view, 7> own_fields{
    "Content-Length", "Connection", "Date", "Keep-Alive", "Server", "Trailer", "Transfer-Encoding"};

bool is_own(std::string_view name) noexcept {
  return std::any_of(own_fields.begin(), own_fields.end(),
                     [&](std::string_view own) { return equal_ignoring_case(own, name); });
}

bool may_go_out(const http::Response& response) noexcept {
  return response.status >= 200 && response.status <= 599 &&
         std::all_of(response.headers.begin(), response.headers.end(), [](const http::Header& h) {
           return is_token(h.name) && all_in(field_value_chars, h.value);
         });
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

bool may_have_body(int status) noexcept { return status != 204 && status != 304; }

bool append_head(std::string& out, const http::Response& response, std::string_view date,
                 AfterResponse after) {
  if (!may_go_out(response)) return false;
  out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  out.append(http::reason_phrase(response.status)).append("\r\n");
  for (const http::Header& header : response.headers) {
    if (!is_own(header.name)) append_field(out, header.name, header.value);
  }
  append_field(out, "Date", date);
  if (may_have_body(response.status)) {
    const std::size_t size = response.body ? response.body->size() : 0;
    append_field(out, "Content-Length", std::to_string(size));
  }
  if (after == AfterResponse::close) append_field(out, "Connection", "close");
  out.append("\r\n");
  return true;
}

http::Response internal_error() {
  static const auto body = std::make_shared<const std::string>(
      R"({"type":"about:blank","title":"Internal Server Error","status":500,)"
      R"("detail":"Something went wrong on our side.","code":"internal_error"})");
  http::Response response;
  response.status = 500;
  response.headers = {{"Content-Type", "application/problem+json"},
                      {"Cache-Control", "no-store"},
                      {"X-Content-Type-Options", "nosniff"}};
  response.body = body;
  return response;
}

}  // namespace coffeeauth::http_poco
