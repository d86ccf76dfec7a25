#pragma once
/// Pending sign-ups and verification codes of a SQL store. See coffeeauth/ports/signup_store.hpp.

#include "adapters/sql/src/pool.hpp"
#include "coffeeauth/ports/signup_store.hpp"

namespace coffeeauth::sql {

/// Whether it is one of the two codes of the user, and not expired.
[[nodiscard]] bool is_live_code(Connection& connection, const UserId& user, const CodeGuess& code,
                                UtcTime now);

class SqlSignUps final : public SignUps {
 public:
  explicit SqlSignUps(ConnectionSource& source) : source_(source) {}

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
  ConnectionSource& source_;
};

}  // namespace coffeeauth::sql
