#pragma once
/// The whole REST API over memory for one input after another: each begins with the same two
/// accounts, at the same moment, whatever the inputs before it did.

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "coffeeauth/http/api.hpp"
#include "coffeeauth/testing/test_auth.hpp"
#include "tests/http/document.hpp"

namespace coffeeauth::fuzz {

/// Passes everything on to a Store in memory that can be exchanged for an empty one.
class RenewedStore final : public Store {
 public:
  UserReads& users() override { return inner_->users(); }
  SessionReads& sessions() override { return inner_->sessions(); }
  OutboxReads& outbox() override { return inner_->outbox(); }
  KeyReads& keys() override { return inner_->keys(); }
  void ping() override { inner_->ping(); }
  std::unique_ptr<Transaction> begin() override { return inner_->begin(); }

  void renew();

 private:
  std::unique_ptr<Store> inner_;
};

class ApiWorld {
 public:
  ApiWorld();

  /// An administrator (boss@example.com) and a user (ada@example.com), whose passwords nobody but
  /// the world knows.
  void begin();
  /// new@example.com, with `a password of theirs`, waits for its code.
  void sign_up_new();

  /// Answers, and holds the answer against all that answers promise.
  http::Response call(const http::Request& request);
  /// The answer to a head that the guard refused, held against the same.
  void refuse(ErrorCode code);

  /// Of the first login of this input.
  [[nodiscard]] const std::string& admin_token() { return log_in("boss@example.com"); }
  [[nodiscard]] const std::string& user_token() { return log_in("ada@example.com"); }
  /// The code that was mailed to new@example.com; empty when none was.
  [[nodiscard]] std::string mailed_code();
  [[nodiscard]] std::string user_id() const { return user_id_.str(); }
  /// Whether the accounts that manage others are those that did so at the beginning.
  [[nodiscard]] bool nobody_rose();
  [[nodiscard]] const http::Document& document() const noexcept { return document_; }

 private:
  const std::string& log_in(std::string_view email);
  UserId add(std::string_view email, Role role);
  void check_promises(const http::Request& request, const http::Response& response) const;

  std::string password_;
  /// By address.
  std::map<std::string, std::string> tokens_;
  RenewedStore* store_ = nullptr;
  testing::TestAuth t_;
  http::AccessRecord record_;
  http::Api api_;
  http::Document document_;
  UserId admin_id_;
  UserId user_id_;
};

/// The world of this process, at its beginning.
[[nodiscard]] ApiWorld& fresh_world();

}  // namespace coffeeauth::fuzz
