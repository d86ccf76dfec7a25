#include "fixture.hpp"

#include "coffeeauth/jobs/worker.hpp"
#include "promises.hpp"

namespace coffeeauth::http {
namespace {

/// What the fakes say when they fail: nothing of it may be told.
constexpr std::string_view inner_texts[] = {"was told to fail", "s3cret-inner-text",
                                            "random source"};

}  // namespace

Service::Service(Config config, ApiOptions options)
    : t(std::move(config)),
      api(t.auth(),
          [&] {
            if (!options.access_log) {
              options.access_log = [this](const AccessRecord& record) {
                records.push_back(record);
              };
            }
            if (options.operator_networks.empty()) options.operator_networks = {"127.0.0.1"};
            return std::move(options);
          }()),
      document(api.openapi()) {}

Answer Service::call(const std::string& method, const std::string& target, Sent sent) {
  Request request{.method = method,
                  .target = target,
                  .headers = std::move(sent.headers),
                  .body = std::move(sent.raw),
                  .peer_address = std::move(sent.peer)};
  if (!sent.token.empty()) request.headers.push_back({"Authorization", "Bearer " + sent.token});
  if (!sent.body.is_null()) request.body = sent.body.dump();
  if (!request.body.empty() && request.header_count("Content-Type") == 0) {
    request.headers.push_back({"Content-Type", "application/json"});
  }
  Answer answer{.response = api.handle(request), .body = nullptr};
  if (answer.header("Content-Type").find("json") != std::string::npos) {
    answer.body = Json::parse(answer.response.text());
  }
  check_promises(request, answer);
  return answer;
}

void Service::check_promises(const Request& request, const Answer& answer) const {
  CAPTURE(request.method);
  CAPTURE(request.target);
  const auto beginning = std::string{answer.response.text().substr(0, 300)};
  CAPTURE(beginning);
  for (const auto text : inner_texts) CHECK(answer.response.text().find(text) == std::string::npos);
  const auto route = records.empty() ? std::string{} : records.back().route;
  CHECK(broken_promise(document, route, request, answer.response, answer.body) == "");
}

std::string Service::mailed_code(const std::string& email) {
  t.deliver_mail();
  return t.mailer().last_code_for(EmailAddress::parse(email).value()).value_or("");
}

void Service::make_user(const std::string& email) {
  REQUIRE(sign_up(email).status() == 201);
  REQUIRE(post("/api/auth/verify", {{"email", email}, {"code", mailed_code(email)}}).status() ==
          200);
}

User Service::make_admin(const std::string& email) {
  return t.auth()
      .admin()
      .create_admin({.email = EmailAddress::parse(email).value(),
                     .password = Password::parse(good_password).value()})
      .value();
}

Tokens Service::log_in(const std::string& email, std::string_view password) {
  const auto answer = post("/api/auth/login", {{"email", email}, {"password", password}});
  REQUIRE_MESSAGE(answer.status() == 200, answer.outcome());
  return {answer.body.at("access_token"), answer.body.at("refresh_token")};
}

std::string Service::admin_token(const std::string& email) {
  static_cast<void>(make_admin(email));
  return log_in(email).access;
}

std::string Service::user_token(const std::string& email) {
  make_user(email);
  return log_in(email).access;
}

std::string Service::id_of(const std::string& token) {
  const auto answer = get("/api/me", token);
  REQUIRE(answer.status() == 200);
  return answer.body.at("id");
}

}  // namespace coffeeauth::http
