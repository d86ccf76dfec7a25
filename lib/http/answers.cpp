#include "coffeeauth/http/answers.hpp"

#include <array>
#include <stdexcept>
#include <utility>

#include <nlohmann/json.hpp>

#include "coffeeauth/http/errors.hpp"
#include "lib/http/json_writer.hpp"
#include "lib/http/problem.hpp"

namespace coffeeauth::http {
namespace {

constexpr std::array<std::string_view, 6> usual_members{"type",   "title", "status",
                                                        "detail", "code",  "errors"};

std::string text_of_json(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

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

Response json_response(int status, const nlohmann::json& body) {
  return json_text_response(status, text_of_json(body));
}

Response problem_response(const Error& error, const nlohmann::json& further) {
  if (!further.is_object()) throw std::invalid_argument("members of a problem are an object");
  for (const auto& name : usual_members) {
    const std::string word{name};
    if (further.contains(word)) {
      throw std::invalid_argument("a problem has a member " + word + " already");
    }
  }
  return written_problem(error, [&](JsonWriter& json) {
    for (const auto& [name, value] : further.items()) json.key(name).json(text_of_json(value));
  });
}

Response step_up_response(const StepUp& needed) {
  auto response = problem_response({ErrorCode::reauthentication_required});
  auto wanted = ", max_age=" + std::to_string(needed.max_age.count());
  if (!needed.acr_values.empty()) wanted += ", acr_values=\"" + needed.acr_values + "\"";
  set_challenge(response, insufficient_authentication, wanted);
  return response;
}

Response token_response(const TokenPair& tokens) {
  JsonWriter json;
  json.begin_object().key("access_token").text(tokens.access_token.expose_secret());
  json.key("refresh_token").text(tokens.refresh_token.expose_secret());
  json.key("token_type").text("Bearer");
  json.key("expires_in").integer(tokens.expires_in.count()).end_object();
  return json_text_response(200, json.take());
}

Response challenge_response(const LoginChallenge& challenge) {
  return written_problem(Error{challenge.code}, [&](JsonWriter& json) {
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

Response login_response(const LoginOutcome& outcome) {
  const auto* const tokens = std::get_if<TokenPair>(&outcome);
  return tokens != nullptr ? token_response(*tokens)
                           : challenge_response(std::get<LoginChallenge>(outcome));
}

Response reauthentication_response(const ReauthenticationOutcome& outcome) {
  const auto* const proved = std::get_if<Reauthenticated>(&outcome);
  if (proved == nullptr) return challenge_response(std::get<LoginChallenge>(outcome));
  JsonWriter json;
  json.begin_object().key("access_token").text(proved->access_token.expose_secret());
  json.key("token_type").text("Bearer");
  json.key("expires_in").integer(proved->expires_in.count());
  json.key("authenticated_at").text(to_rfc3339(proved->authenticated_at)).end_object();
  return json_text_response(200, json.take());
}

Response receipt_response(int status, std::string_view message, const CodeReceipt& receipt) {
  JsonWriter json;
  json.begin_object().key("message").text(message);
  json.key("email").text(receipt.email.display());
  json.key("expires_at").text(to_rfc3339(receipt.expires_at)).end_object();
  return json_text_response(status, json.take());
}

}  // namespace coffeeauth::http
