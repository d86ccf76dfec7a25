#pragma once
/// Pending sign-ups and verification codes of a SQL store. See coffeeauth/ports/signup_store.hpp.

#include "adapters/sql/src/pool.hpp"
#include "coffeeauth/ports/signup_store.hpp"

namespace coffeeauth::sql {

class SqlSignUps final : public SignUps {
 public:
  explicit SqlSignUps(ConnectionSource& source) : source_(source) {}

  SignUp sign_up(const NewUser& candidate, std::size_t max_pending) override;
  bool take_mail_slot(const UserId& user, const MailPace& pace, UtcTime now) override;
  void put_code(const UserId& user, const CodeDigest& digest, UtcTime expires_at,
                UtcTime now) override;
  CodeVerdict try_code(const UserId& user, const CodeDigest& guess, const GuessLimits& limits,
                       UtcTime now) override;
  Activation activate(const UserId& user, const CodeDigest& code,
                      const std::optional<PasswordHash>& password_hash, UtcTime now) override;

 private:
  ConnectionSource& source_;
};

}  // namespace coffeeauth::sql
