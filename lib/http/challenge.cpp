#include "lib/http/challenge.hpp"

#include "lib/http/json_writer.hpp"
#include "lib/http/problem.hpp"

namespace coffeeauth::http {
namespace {

void write_claim(JsonWriter& json, const ClaimValue& value) {
  if (const auto* const flag = std::get_if<bool>(&value)) json.boolean(*flag);
  if (const auto* const number = std::get_if<std::int64_t>(&value)) json.integer(*number);
  if (const auto* const text = std::get_if<std::string>(&value)) json.text(*text);
  if (const auto* const texts = std::get_if<std::vector<std::string>>(&value)) {
    json.begin_array();
    for (const auto& text : *texts) json.text(text);
    json.end_array();
  }
}

}  // namespace

Response challenge_response(const LoginChallenge& challenge) {
  return problem_response(Error{challenge.code}, {}, [&](JsonWriter& json) {
    json.key("mfa_token").text(challenge.token.expose_secret());
    json.key("expires_at").text(to_rfc3339(challenge.expires_at));
    json.key("factors").begin_array();
    for (const auto& method : challenge.methods) {
      json.begin_object().key("type").text(method.type);
      if (!method.id.empty()) json.key("id").text(method.id);
      if (!method.label.empty()) json.key("label").text(method.label);
      if (!method.hint.empty()) json.key("hint").text(method.hint);
      json.end_object();
    }
    json.end_array();
    for (const auto& [name, value] : challenge.further) {
      json.key(name);
      write_claim(json, value);
    }
  });
}

}  // namespace coffeeauth::http
