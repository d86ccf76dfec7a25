#include "tests/fuzz/api_world.hpp"

#include "adapters/http/src/response_head.hpp"
#include "coffeeauth/memory/memory.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/http/promises.hpp"

namespace coffeeauth::fuzz {
namespace {

using http::Request;
using http::Response;
using Json = nlohmann::json;

Config without_limits() {
  Config config;
  config.limits.enabled = false;
  return config;
}

std::unique_ptr<Store> renewed_store(RenewedStore*& kept) {
  auto store = std::make_unique<RenewedStore>();
  store->renew();
  kept = store.get();
  return store;
}

std::string random_password() {
  const auto bytes = random_bytes(*make_system_random(), 24);
  std::string text;
  for (const char c : bytes.expose_secret()) text += static_cast<char>('a' + (c & 0x0F));
  return text;
}

}  // namespace

ApiWorld& fresh_world() {
  // Events and mails are kept for as long as the world is.
  constexpr std::size_t most_inputs = 5'000;
  static std::unique_ptr<ApiWorld> world;
  static std::size_t inputs = 0;
  if (inputs++ % most_inputs == 0) world = std::make_unique<ApiWorld>();
  world->begin();
  return *world;
}

void RenewedStore::renew() { inner_ = memory::make_memory_store(); }

ApiWorld::ApiWorld()
    : password_(random_password()),
      t_(without_limits(), renewed_store(store_)),
      api_(t_.auth(), {.trusted_proxies = {"10.0.0.0/8"},
                       .operator_networks = {"127.0.0.1"},
                       .cors_origins = {"https://app.example"},
                       .access_log = [this](const http::AccessRecord& r) { record_ = r; }}),
      document_(api_.openapi()) {}

void ApiWorld::begin() {
  store_->renew();
  tokens_.clear();
  t_.clock().set(testing::ManualClock::default_start);
  t_.cache().invalidate("users");
  admin_id_ = add("boss@example.com", Role::admin);
  user_id_ = add("ada@example.com", Role::user);
}

void ApiWorld::sign_up_new() {
  static_cast<void>(
      call({.method = "POST",
            .target = "/api/auth/signup",
            .headers = {{"Content-Type", "application/json"}},
            .body = R"({"email":"new@example.com","password":"a password of theirs"})",
            .peer_address = "203.0.113.9"}));
}

UserId ApiWorld::add(std::string_view email, Role role) {
  const auto hash =
      t_.hasher().hash(Password::parse(password_).value(), PasswordSalt{std::byte{1}});
  const auto id = UserId::make(t_.clock().now(), t_.random());
  const auto written = store_->transact([&](Transaction& tx) {
    return tx.users().create_user({.id = id,
                                   .email = EmailAddress::parse(email).value(),
                                   .first_name = "A",
                                   .last_name = "B",
                                   .role = role,
                                   .is_verified = true,
                                   .password_hash = hash,
                                   .now = t_.clock().now()});
  });
  hold(written.outcome == UserWriteOutcome::written, "the world begins");
  return id;
}

Response ApiWorld::call(const Request& request) {
  record_ = {};
  auto response = api_.handle(request);
  try {
    check_promises(request, response);
  } catch (const PropertyBroken& broken) {
    throw PropertyBroken(std::string{broken.what()} + " (" + request.method + " " + request.target +
                         " answered " + std::to_string(response.status) + " " +
                         std::string{response.text().substr(0, 200)} + ")");
  }
  return response;
}

void ApiWorld::refuse(ErrorCode code) {
  const Request none{.method = "GET", .target = "/"};
  record_ = {};
  check_promises(none, api_.problem(code));
}

const std::string& ApiWorld::log_in(std::string_view email) {
  auto& token = tokens_[std::string{email}];
  if (!token.empty()) return token;
  const auto answer = api_.handle({.method = "POST",
                                   .target = "/api/auth/login",
                                   .headers = {{"Content-Type", "application/json"}},
                                   .body = Json{{"email", email}, {"password", password_}}.dump(),
                                   .peer_address = "203.0.113.9"});
  // The input may have changed the account.
  return token = answer.status == 200 ? Json::parse(answer.text()).at("access_token") : "none";
}

std::string ApiWorld::mailed_code() {
  t_.deliver_mail();
  return t_.mailer().last_code_for(EmailAddress::parse("new@example.com").value()).value_or("");
}

bool ApiWorld::nobody_rose() {
  const auto admins =
      store_->users().list({.filter = {.role = Role::admin}, .limit = 10, .offset = 0});
  return admins.size() == 1 && admins.front().id == admin_id_;
}

void ApiWorld::check_promises(const Request& request, const Response& response) const {
  // 501 is the guard's word for a transfer coding.
  hold(record_.failure.empty() && (response.status < 500 || response.status == 501),
       "nothing a client sends is our failure");
  std::string head;
  hold(http_poco::append_head(head, response, "now", http_poco::AfterResponse::keep_alive),
       "every answer can go out");
  hold(http_poco::may_have_body(response.status) || !response.body, "no body where none may be");
  for (const std::string_view secret :
       {std::string_view{"$fast$g="}, std::string_view{password_}}) {
    hold(response.text().find(secret) == std::string_view::npos ||
             request.body.find(secret) != std::string::npos,
         "no answer holds a hash or a password");
  }
  Json body;
  if (response.header("Content-Type").find("json") != std::string_view::npos) {
    body = Json::parse(response.text(), nullptr, false);
    hold(!body.is_discarded(), "a JSON answer is JSON");
  }
  const auto broken = http::broken_promise(document_, record_.route, request, response, body);
  hold(broken.empty(), broken.c_str());
  if (record_.route.empty() || http::find_operation(document_, record_.route, request)) return;
  hold(response.status == 405 || request.method == "OPTIONS", "no other method is served");
}

}  // namespace coffeeauth::fuzz
