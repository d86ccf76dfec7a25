#include "coffeeauth/passkeys/routes.hpp"

#include <nlohmann/json.hpp>

#include "coffeeauth/http/api.hpp"
#include "features/passkeys/tests/world.hpp"

namespace coffeeauth::passkeys {
namespace {

using SiteJson = nlohmann::json;

constexpr ErrorCode policy_demands{"policy_demands", ErrorClass::conflict, "Add another one."};

/// A policy of another room: an account keeps a second factor.
class KeepsOne final : public Feature, private AccountGate {
 public:
  std::string_view name() const noexcept override { return "keeps_one"; }
  Contributions attach(Kernel& /*kernel*/) override { return {.gates = {this}}; }

 private:
  Result<void> pass(const User& /*user*/) override { return {}; }
  Result<void> may_keep_only(const User& /*user*/,
                             const std::vector<ChallengeMethod>& left) override {
    return left.empty() ? policy_demands : Result<void>{};
  }
  std::vector<ErrorCode> keep_errors() const override { return {policy_demands}; }
};

/// The room's routes over an Auth in memory.
struct Site {
  explicit Site(PasskeyOptions options = usual_options(), std::vector<Feature*> beside = {})
      : w(backends().front(), std::move(options), std::move(beside)),
        api(w.auth(), {.extra_routes = routes(w.room, w.auth())}) {}

  http::Response call(const std::string& method, const std::string& target,
                      const SiteJson& body = nullptr, const std::string& authorization = {}) {
    http::Request request;
    request.method = method;
    request.target = target;
    request.peer_address = "203.0.113.7";
    if (!body.is_null()) {
      request.headers.push_back({"Content-Type", "application/json"});
      request.body = body.dump();
    }
    if (!authorization.empty()) request.headers.push_back({"Authorization", authorization});
    return api.handle(request);
  }
  static SiteJson body_of(const http::Response& response) {
    return response.body && !response.body->empty() ? SiteJson::parse(*response.body)
                                                    : SiteJson::object();
  }
  static std::string outcome(const http::Response& response) {
    const auto code = body_of(response).value("code", "");
    return std::to_string(response.status) + (code.empty() ? "" : " " + code);
  }
  /// The options that a route answers with.
  std::string options_at(const std::string& target, const std::string& authorization = {}) {
    const auto response = call("POST", target, SiteJson::object(), authorization);
    REQUIRE(outcome(response) == "200");
    return body_of(response).at("options").dump();
  }
  /// The body of a request with what an authenticator answered.
  static SiteJson with_credential(const std::string& credential) {
    return {{"credential", SiteJson::parse(credential)}};
  }

  World w;
  http::Api api;
};

TEST_CASE("a passkey is registered, used and removed through the routes") {
  Site s;
  const auto ada = s.w.user();
  const auto& who = ada.authorization;
  auto key = authenticator();
  auto body =
      Site::with_credential(answer_creation(key, s.options_at("/api/me/passkeys/options", who)));
  body["name"] = "Phone";
  // Members that the standard may add.
  body["credential"]["more"] = {{"of", "them"}};
  const auto added = s.call("POST", "/api/me/passkeys/", body, who);
  REQUIRE(Site::outcome(added) == "201");
  const auto passkey = Site::body_of(added);
  CHECK(passkey.at("name") == "Phone");
  CHECK(passkey.at("aaguid") == "00000000-0000-0000-0000-000000000000");
  CHECK(passkey.at("transports") == SiteJson{"internal", "hybrid"});
  CHECK(passkey.at("last_used_at").is_null());
  CHECK_FALSE(passkey.contains("public_key"));

  const auto own = Site::body_of(s.call("GET", "/api/me/passkeys", nullptr, who));
  CHECK(own.at("rp_id") == "example.org");
  CHECK(own.at("user_handle").get<std::string>().size() == 43);
  CHECK(own.at("passkeys").size() == 1);

  const auto logged_in =
      s.call("POST", "/api/auth/passkey",
             Site::with_credential(answer_request(key, s.options_at("/api/auth/passkey/options"))));
  CHECK(Site::outcome(logged_in) == "200");
  CHECK(Site::body_of(logged_in).contains("refresh_token"));

  const auto path = "/api/me/passkeys/" + passkey.at("id").get<std::string>();
  CHECK(Site::body_of(s.call("PATCH", path, {{"name", "Tablet"}}, who)).at("name") == "Tablet");
  CHECK(Site::outcome(s.call("DELETE", path, nullptr, who)) == "204");
  CHECK(Site::outcome(s.call("DELETE", path, nullptr, who)) == "404 not_found");
  CHECK(Site::outcome(s.call("PATCH", "/api/me/passkeys/x", {{"name", ""}}, who)) ==
        "404 not_found");
}

TEST_CASE("a user registers so many passkeys in an hour, and removes them all the same") {
  Site s;
  const auto ada = s.w.user();
  const auto add = [&](const std::string& who) {
    return Site::outcome(s.call("POST", "/api/me/passkeys",
                                {{"name", "Phone"}, {"credential", SiteJson::object()}}, who));
  };
  const auto answer = add(ada.authorization);
  CHECK(answer != "429 rate_limited");
  for (int i = 1; i < 20; ++i) CHECK(add(ada.authorization) == answer);
  CHECK(add(ada.authorization) == "429 rate_limited");
  CHECK(add(s.w.user("ben@example.org").authorization) == answer);
  CHECK(Site::outcome(s.call("DELETE", "/api/me/passkeys/x", nullptr, ada.authorization)) ==
        "404 not_found");
}

TEST_CASE("a passkey that a policy demands is not removed, and the document says so") {
  KeepsOne policy;
  Site s{usual_options(), {&policy}};
  const auto ada = s.w.user();
  auto first = authenticator("first");
  auto second = authenticator("second");
  const auto principal = s.w.principal(ada);
  const auto one = s.w.add(principal, first);
  const auto other = s.w.add(principal, second);
  REQUIRE_OK(one);
  REQUIRE_OK(other);
  const auto remove = [&](const Passkey& passkey) {
    return Site::outcome(
        s.call("DELETE", "/api/me/passkeys/" + passkey.id.str(), nullptr, ada.authorization));
  };
  CHECK(remove(*one) == "204");
  CHECK(remove(*other) == "409 policy_demands");
  CHECK(s.w.room.list(ada.user.id).passkeys.size() == 1);

  const auto has_conflict = [](const http::Api& api) {
    const auto document = SiteJson::parse(api.openapi());
    const auto& described = document.at("paths").at("/api/me/passkeys/{id}").at("delete");
    return described.at("responses").contains("409");
  };
  CHECK(has_conflict(s.api));
  CHECK_FALSE(has_conflict(Site{}.api));
}

TEST_CASE("whatever is wrong with a passkey, the answer is one") {
  Site s;
  const auto ada = s.w.user();
  const SiteJson empty{{"credential", SiteJson::object()}};
  CHECK(Site::outcome(s.call("POST", "/api/auth/passkey", empty)) == "401 passkey_rejected");
  CHECK(Site::outcome(s.call("POST", "/api/me/passkeys", empty, ada.authorization)) ==
        "401 passkey_rejected");
  auto key = authenticator();
  const auto unknown =
      Site::with_credential(answer_request(key, s.options_at("/api/auth/passkey/options")));
  CHECK(Site::outcome(s.call("POST", "/api/auth/passkey", unknown)) == "401 passkey_rejected");
  CHECK(Site::outcome(s.call("POST", "/api/auth/passkey", {{"credential", "text"}})) ==
        "400 validation_failed");
  auto further = empty;
  further["further"] = 1;
  CHECK(Site::outcome(s.call("POST", "/api/auth/passkey", further)) == "400 validation_failed");
}

TEST_CASE("a session is made recent by a passkey, or as before by the password") {
  Site s;
  const auto ada = s.w.user();
  const auto principal = s.w.principal(ada);
  auto key = authenticator();
  REQUIRE_OK(s.w.add(principal, key));
  s.w.t.clock().advance(11min);
  const auto fresh =
      s.w.auth().sessions().refresh(ada.tokens.refresh_token.expose_secret(), somewhere);
  REQUIRE_OK(fresh);
  const auto who = "Bearer " + std::string{fresh->access_token.expose_secret()};
  CHECK(Site::outcome(s.call("POST", "/api/me/passkeys/options", SiteJson::object(), who)) ==
        "401 reauthentication_required");
  const auto proved =
      s.call("POST", "/api/auth/reauthenticate",
             Site::with_credential(answer_request(
                 key, s.options_at("/api/auth/reauthenticate/passkey-options", who))),
             who);
  CHECK(Site::outcome(proved) == "200");
  CHECK(Site::body_of(proved).contains("authenticated_at"));
  CHECK(Site::outcome(s.call("POST", "/api/me/passkeys/options", SiteJson::object(), who)) ==
        "200");
  CHECK(Site::outcome(s.call("POST", "/api/auth/reauthenticate", {{"password", "not the one"}},
                             who)) == "401 invalid_credentials");
  CHECK(Site::outcome(s.call("POST", "/api/auth/reauthenticate", SiteJson::object(), who)) ==
        "400 validation_failed");
}

TEST_CASE("related origins are listed where there are any, and nothing where it is disabled") {
  auto related = usual_options();
  related.related_origins = {"https://example.com", "https://example.net"};
  Site s{related};
  const auto response = s.call("GET", "/.well-known/webauthn");
  CHECK(Site::body_of(response) == SiteJson{{"origins", related.related_origins}});
  auto key = authenticator();
  const auto ada = s.w.principal(s.w.user());
  REQUIRE_OK(s.w.add(ada, key));
  auto elsewhere = ceremony_of(s.w.room.login_options());
  elsewhere.origin = "https://example.net";
  CHECK_OK(s.w.room.log_in(key.get(elsewhere).json(), somewhere));

  Site plain;
  CHECK(Site::outcome(plain.call("GET", "/.well-known/webauthn")) == "404 not_found");
  auto off = usual_options();
  off.enabled = false;
  Site disabled{off};
  CHECK(Site::outcome(disabled.call("POST", "/api/auth/passkey/options", SiteJson::object())) ==
        "404 not_found");
}

}  // namespace
}  // namespace coffeeauth::passkeys
