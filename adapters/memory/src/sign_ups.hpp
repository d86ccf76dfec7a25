#pragma once
/// Pending sign-ups and verification codes of the memory store.

#include "adapters/memory/src/database.hpp"

namespace coffeeauth::memory {

class MemorySignUps final : public SignUps {
 public:
  explicit MemorySignUps(Unit& unit) : unit_(unit) {}

  SignUp sign_up(const NewUser& candidate, std::size_t max_pending) override;
  bool take_mail_slot(const UserId& user, const MailPace& pace, UtcTime now) override;
  void put_code(const UserId& user, const CodeDigest& digest, UtcTime expires_at,
                UtcTime now) override;
  CodeVerdict try_code(const UserId& user, const CodeDigest& guess, const GuessLimits& limits,
                       UtcTime now) override;
  Activation activate(const UserId& user, const CodeDigest& code,
                      const std::optional<PasswordHash>& password_hash, UtcTime now) override;

 private:
  Unit& unit_;
};

}  // namespace coffeeauth::memory
