// Every route that can answer with a token, of whatever room: with a factor none does without it.

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "coffeeauth/http/api.hpp"
#include "coffeeauth/second_factor/routes.hpp"
#include "features/second_factor/tests/world.hpp"

namespace coffeeauth::second_factor {
namespace {

using Document = nlohmann::json;

/// The members that a schema of the document can have, through its references and alternatives.
void add_members(const Document& document, const Document& schema, std::set<std::string>& members) {
  if (schema.contains("$ref")) {
    const auto reference = schema.at("$ref").get<std::string>();
    add_members(document, document.at(Document::json_pointer{reference.substr(1)}), members);
  }
  for (const auto* const alternatives : {"oneOf", "anyOf", "allOf"}) {
    if (!schema.contains(alternatives)) continue;
    for (const auto& one : schema.at(alternatives)) add_members(document, one, members);
  }
  if (!schema.contains("properties")) return;
  for (const auto& [name, value] : schema.at("properties").items()) members.insert(name);
}

struct Operation {
  std::string id;
  std::string method;
  std::string path;
};

/// The operations of which a successful response can have a token.
std::vector<Operation> operations_with_tokens(const Document& document) {
  std::vector<Operation> found;
  for (const auto& [path, methods] : document.at("paths").items()) {
    for (const auto& [method, operation] : methods.items()) {
      std::set<std::string> members;
      for (const auto& [status, response] : operation.at("responses").items()) {
        if (!status.starts_with("2") || !response.contains("content")) continue;
        for (const auto& [type, content] : response.at("content").items()) {
          if (content.contains("schema")) add_members(document, content.at("schema"), members);
        }
      }
      if (members.contains("access_token") || members.contains("refresh_token")) {
        found.push_back({operation.at("operationId").get<std::string>(), method, path});
      }
    }
  }
  return found;
}

/// Six digits that stand alone in a line; empty if there are none.
std::string code_in_text(const std::string& text) {
  for (std::size_t at = 0; at + 8 <= text.size(); ++at) {
    const auto line = text.substr(at, 8);
    const bool is_alone = line.front() == '\n' && line.back() == '\n';
    if (is_alone && line.find_first_not_of("0123456789", 1) == 7) return line.substr(1, 6);
  }
  return {};
}

/// The code that was mailed last.
std::string mailed_code(World& w) {
  w.t.deliver_mail();
  std::string code;
  for (const auto& mail : w.t.mailer().delivered()) {
    if (auto found = code_in_text(mail.text); !found.empty()) code = std::move(found);
  }
  REQUIRE_MESSAGE(!code.empty(), "no mail has a code");
  return code;
}

/// An attempt at an operation: a body, and who sends it.
struct AttemptAtTokens {
  Document body;
  std::string authorization{};
};

TEST_CASE("with a factor no route answers with a token to whoever has not proved it") {
  World w{backends().front()};
  const auto before = w.user();
  const auto second = w.log_in(ada_address, home);
  REQUIRE(is_session(second));
  const auto who = w.auth().sessions().authenticate_token(
      std::get<TokenPair>(*second).access_token.expose_secret());
  REQUIRE_OK(who);
  const auto app = w.add(*who);
  const auto device = w.trusted(app);
  const auto by_device = w.log_in(ada_address, somewhere, device);
  REQUIRE(is_session(by_device));
  const auto weak =
      "Bearer " + std::string{std::get<TokenPair>(*by_device).access_token.expose_secret()};
  http::Api api{w.auth(), {.extra_routes = routes(w.room)}};
  static_cast<void>(w.auth().sessions().send_login_code(email(ada_address), somewhere));

  const std::string address{ada_address};
  const std::string secret{first_password};
  std::map<std::string, std::vector<AttemptAtTokens>> attempts;
  attempts["logIn"] = {{{{"email", address}, {"password", secret}}},
                       {{{"email", address}, {"password", secret}, {"code", mailed_code(w)}}},
                       {{{"email", address}, {"password", secret}, {"device_token", "dev_x"}}}};
  // The session was there before the factor.
  attempts["refresh"] = {{{{"refresh_token", before.tokens.refresh_token.expose_secret()}}}};
  attempts["reauthenticate"] = {{{{"password", secret}}, weak}};
  attempts["changeMyPassword"] = {
      {{{"current_password", secret}, {"new_password", "another long passphrase"}}, weak}};
  const auto ticket = w.asked();
  attempts["proveSecondFactor"] = {
      {{{"mfa_token", ticket.expose_secret()}, {"recovery_code", "7ZB2-K9QF"}}},
      {{{"mfa_token", ticket.expose_secret()}, {"factor_id", app.id.str()}, {"code", "12345"}}}};

  const auto operations = operations_with_tokens(Document::parse(api.openapi()));
  CHECK(operations.size() == attempts.size());
  for (const auto& operation : operations) {
    CAPTURE(operation.id);
    REQUIRE_MESSAGE(attempts.contains(operation.id), "a way in that this test does not know");
    for (const auto& attempt : attempts.at(operation.id)) {
      CAPTURE(attempt.body.dump());
      http::Request request;
      request.method = "POST";
      REQUIRE(operation.method == "post");
      request.target = operation.path;
      request.peer_address = somewhere.address;
      request.headers = {{"Content-Type", "application/json"}};
      if (!attempt.authorization.empty()) {
        request.headers.push_back({"Authorization", attempt.authorization});
      }
      request.body = attempt.body.dump();
      const auto response = api.handle(request);
      CHECK(response.status >= 400);
      // Refused for the factor and not for a wrong body.
      CHECK(response.text().find("validation_failed") == std::string_view::npos);
      CHECK(response.text().find("_token\":\"ey") == std::string_view::npos);
      CHECK(response.text().find("access_token") == std::string_view::npos);
      CHECK(response.text().find("refresh_token") == std::string_view::npos);
    }
  }
}

}  // namespace
}  // namespace coffeeauth::second_factor
