// Whole requests, through the guard and the API. An input is a conversation:
//
//     GET /api/users?page=1
//     Authorization: Bearer {admin}
//     %%
//     local GET /readyz
//
// one request after another with `%%` between them, its body behind an empty line. What stands in
// braces is replaced: {admin} and {user} by access tokens, {id} by the user's id, {code} by the
// mailed code, and {access}, {refresh}, {next}, {etag} by what the last answer that had one said.

#include <map>
#include <string>

#include "adapters/http/src/head.hpp"
#include "tests/fuzz/api_world.hpp"
#include "tests/fuzz/target.hpp"

namespace coffeeauth::fuzz {
namespace {

constexpr std::size_t most_requests = 8;

class Conversation {
 public:
  /// `has_admin`: whether an administrator's token is used anywhere in it.
  Conversation(ApiWorld& world, bool has_admin) : world_(world), has_admin_(has_admin) {}

  void say(std::string_view text) {
    Pieces pieces{text};
    auto line = pieces.line();
    const bool local = line.starts_with("local ");
    if (local) line.remove_prefix(6);
    std::string head = filled_in(line) + " HTTP/1.1\r\nHost: localhost\r\n";
    while (!pieces.done()) {
      const auto field = pieces.line();
      if (field.empty()) break;
      head += filled_in(field) + "\r\n";
    }
    auto body = filled_in(pieces.rest());
    if (!body.empty()) head += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    send(head + "\r\n", std::move(body), local);
  }

 private:
  void send(std::string_view head, std::string body, bool local) {
    const auto scan = http_poco::scan_head(head, 0);
    if (scan.state != http_poco::HeadState::complete) {
      return world_.refuse(ErrorCode::invalid_request);
    }
    auto parsed = http_poco::parse_head(head.substr(0, scan.size));
    if (const auto* const error = std::get_if<ErrorCode>(&parsed)) {
      return world_.refuse(*error);
    }
    auto& request = std::get<http_poco::Head>(parsed).request;
    request.body = std::move(body);
    request.peer_address = local ? "127.0.0.1" : "203.0.113.9";
    const auto response = world_.call(request);
    hold(has_admin_ || response.status >= 400 || request.method == "OPTIONS" ||
             !request.target.starts_with("/api/users"),
         "nobody but an administrator learns of others");
    remember(response);
  }

  void remember(const http::Response& response) {
    if (!response.header("ETag").empty()) last_["{etag}"] = response.header("ETag");
    const auto body = nlohmann::json::parse(response.text(), nullptr, false);
    for (const char* const name : {"access_token", "refresh_token", "next"}) {
      if (!body.is_object() || !body.contains(name) || !body.at(name).is_string()) continue;
      const std::string word{name};
      last_["{" + word.substr(0, word.find('_')) + "}"] = body.at(name);
    }
  }

  std::string value_of(std::string_view name) {
    if (name == "{admin}") return world_.admin_token();
    if (name == "{user}") return world_.user_token();
    if (name == "{id}") return world_.user_id();
    if (name == "{code}") return world_.mailed_code();
    const auto found = last_.find(name);
    return found == last_.end() ? "" : found->second;
  }

  std::string filled_in(std::string_view text) {
    std::string out{text};
    for (const std::string_view name :
         {"{admin}", "{user}", "{id}", "{code}", "{access}", "{refresh}", "{next}", "{etag}"}) {
      const auto at = out.find(name);
      if (at != std::string::npos) out.replace(at, name.size(), value_of(name));
    }
    return out;
  }

  ApiWorld& world_;
  const bool has_admin_;
  std::map<std::string, std::string, std::less<>> last_;
};

}  // namespace
}  // namespace coffeeauth::fuzz

COFFEEAUTH_FUZZ_TARGET(api) {
  using namespace coffeeauth::fuzz;
  auto& world = fresh_world();
  const bool has_admin = input.find("{admin}") != std::string_view::npos;
  Conversation conversation{world, has_admin};
  Pieces requests{input};
  for (std::size_t i = 0; i < most_requests && !requests.done(); ++i) {
    conversation.say(requests.until("\n%%\n"));
  }
  hold(has_admin || world.nobody_rose(), "nobody rises whom no administrator raised");
}
