#pragma once
/// Pending sign-ups and verification codes of the memory store.

#include "adapters/memory/src/database.hpp"

namespace coffeeauth::memory {

class MemorySignUps final : public SignUps {
 public:
  explicit MemorySignUps(Unit& unit) : unit_(unit) {}

  SignUp sign_up(const NewUser& candidate, std::size_t max_pending) override;
  void admit_network(const UserId& user, const AddressDigest& network, std::size_t max_networks,
                     UtcTime now) override;
  bool take_mail_slot(const UserId& user, const AddressDigest& network, const MailPace& pace,
                      UtcTime now) override;
  void put_code(const UserId& user, const NewCode& code, UtcTime now) override;
  CodeVerdict try_code(const UserId& user, const AddressDigest& network, const CodeGuess& guess,
                       const GuessLimits& limits, UtcTime now) override;
  Activation activate(const UserId& user, const CodeGuess& code,
                      const std::optional<ChosenPassword>& chosen, UtcTime now) override;
  std::size_t delete_stale(const StaleBefore& before, std::size_t limit) override;

 private:
  Unit& unit_;
};

}  // namespace coffeeauth::memory
