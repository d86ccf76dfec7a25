#pragma once
/// The REST API in one process, without a network: over fakes, so that faults and time can be
/// scripted. Every answer of every test is held against what all answers promise.

#include "coffeeauth/testing/doctest.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/http/api.hpp"
#include "coffeeauth/testing/test_auth.hpp"
#include "document.hpp"

namespace coffeeauth::http {

using namespace std::chrono_literals;

inline constexpr std::string_view good_password = "correct horse battery";
inline constexpr std::string_view other_password = "staple the donkey twice";

struct Answer {
  Response response;
  /// Null when there is no body, or one that is not JSON.
  Json body;

  [[nodiscard]] int status() const noexcept { return response.status; }
  [[nodiscard]] std::string header(std::string_view name) const {
    return std::string{response.header(name)};
  }
  /// The word of a problem; empty for a success.
  [[nodiscard]] std::string code() const { return body.is_object() ? body.value("code", "") : ""; }
  /// `429 rate_limited`.
  [[nodiscard]] std::string outcome() const {
    return std::to_string(status()) + (code().empty() ? "" : " " + code());
  }
};

/// What a request is, beside method and target.
struct Sent {
  Json body = nullptr;
  std::string token{};
  std::vector<Header> headers{};
  std::string peer = "203.0.113.9";
  /// Sent as it is in place of `body`.
  std::string raw{};
};

struct Tokens {
  std::string access;
  std::string refresh;
};

/// The operator of a service that names no networks is 127.0.0.1.
class Service {
 public:
  explicit Service(Config config = {}, ApiOptions options = {});

  testing::TestAuth t;
  /// One for each request so far.
  std::vector<AccessRecord> records;
  Api api;
  Document document;

  Answer call(const std::string& method, const std::string& target, Sent sent = {});
  Answer get(const std::string& target, const std::string& token = {},
             std::vector<Header> headers = {}) {
    return call("GET", target, {.token = token, .headers = std::move(headers)});
  }
  Answer post(const std::string& target, Json body) {
    return call("POST", target, {.body = std::move(body)});
  }
  Answer patch(const std::string& target, const std::string& token, Json body,
               std::vector<Header> headers = {}) {
    return call("PATCH", target,
                {.body = std::move(body), .token = token, .headers = std::move(headers)});
  }
  Answer remove(const std::string& target, const std::string& token,
                std::vector<Header> headers = {}) {
    return call("DELETE", target, {.token = token, .headers = std::move(headers)});
  }

  Answer sign_up(const std::string& email) {
    return post("/api/auth/signup", {{"email", email}, {"password", good_password}});
  }
  /// The code in the last mail to `email`.
  std::string mailed_code(const std::string& email);
  /// Signs up and verifies.
  void make_user(const std::string& email);
  /// An administrator, made by an operator.
  User make_admin(const std::string& email);
  Tokens log_in(const std::string& email, std::string_view password = good_password);
  /// The access token of a new administrator.
  std::string admin_token(const std::string& email = "boss@example.com");
  std::string user_token(const std::string& email = "ada@example.com");
  /// The id of the account that a token is for.
  std::string id_of(const std::string& token);

 private:
  void check_promises(const Request& request, const Answer& answer) const;
};

/// Sets one policy number of Config.
inline Config with_limits_off(Config config = {}) {
  config.limits.enabled = false;
  return config;
}

}  // namespace coffeeauth::http
