// Request bodies: an octet that picks an operation of the document, then the body, sent by somebody
// who may.

#include <string>

#include "lib/http/json_body.hpp"
#include "tests/fuzz/api_world.hpp"
#include "tests/fuzz/target.hpp"

namespace coffeeauth::fuzz {
namespace {

using Json = nlohmann::json;

std::size_t members_of(const Json& value) {
  std::size_t count = value.is_object() ? value.size() : 0;
  for (const auto& part : value) {
    if (part.is_structured()) count += members_of(part);
  }
  return count;
}

void check_json(std::string_view text) {
  const auto strict = http::parse_json_object(text, 32);
  if (!strict) return;
  std::size_t names = 0;
  const auto read = Json::parse(
      text,
      [&](int, Json::parse_event_t event, Json&) {
        names += event == Json::parse_event_t::key ? 1 : 0;
        return true;
      },
      false);
  hold(!read.is_discarded(), "what is read strictly is JSON");
  hold(read == *strict, "and means the same to another reader");
  hold(names == members_of(*strict), "and names every member once");
  const auto again = http::parse_json_object(strict->dump(), 32);
  hold(again.has_value() && *again == *strict, "written again it reads the same");
}

std::vector<const http::Operation*> operations_with_body(const http::Document& document) {
  std::vector<const http::Operation*> found;
  for (const auto& operation : document.operations()) {
    if (operation.request_schema() != nullptr) found.push_back(&operation);
  }
  return found;
}

}  // namespace
}  // namespace coffeeauth::fuzz

COFFEEAUTH_FUZZ_TARGET(body) {
  using namespace coffeeauth;
  using namespace coffeeauth::fuzz;
  auto& world = fresh_world();
  const auto operations = operations_with_body(world.document());
  Pieces pieces{input};
  const auto& operation = *operations.at(pieces.octet() % operations.size());
  check_json(pieces.rest());

  if (input.find("new@example.com") != std::string_view::npos) world.sign_up_new();
  http::Request request{.method = operation.method,
                        .target = operation.path,
                        .headers = {{"Content-Type", "application/json"}},
                        .body = std::string{pieces.rest()},
                        .peer_address = "203.0.113.9"};
  if (const auto at = request.target.find("{id}"); at != std::string::npos) {
    request.target.replace(at, 4, world.user_id());
  }
  const bool for_admins = operation.path.starts_with("/api/users");
  if (operation.needs_token()) {
    const auto token = for_admins ? world.admin_token() : world.user_token();
    request.headers.push_back({"Authorization", "Bearer " + token});
  }
  const auto response = world.call(request);
  hold(response.status >= 400 || http::parse_json_object(request.body, 32).has_value(),
       "only strict JSON does anything");
  hold(for_admins || world.nobody_rose(), "no body of others makes an administrator");
}
