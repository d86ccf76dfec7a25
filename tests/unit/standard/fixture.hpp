#pragma once
/// What the tests of open() open.

#include "coffeeauth/testing/doctest.hpp"

#include <string>
#include <string_view>

#include "coffeeauth/standard/standard.hpp"
#include "coffeeauth/testing/fast_hasher.hpp"
#include "coffeeauth/testing/recording_mailer.hpp"

namespace coffeeauth::standard {

inline Secret a_key(char letter = 'k') { return Secret{std::string(32, letter)}; }

inline EmailAddress ada() { return EmailAddress::parse("ada@example.org").value(); }
inline Password her_password() { return Password::parse("plum tart & 47 spoons").value(); }

inline Result<CodeReceipt> sign_up(Accounts& accounts) {
  return accounts.auth().users().sign_up({.email = ada(), .password = her_password()}, {});
}

/// In memory and fast, with a mailbox to look into.
struct InMemory {
  testing::RecordingMailer mailer{};
  testing::FastHasher hasher{};

  [[nodiscard]] Options options() {
    return {.database_url = "memory:", .secret_key = a_key(), .hasher = &hasher, .mailer = &mailer};
  }
};

/// What open() says of what it refuses.
inline std::string refusal_of(Options options) {
  try {
    static_cast<void>(open(std::move(options)));
    return "nothing";
  } catch (const std::invalid_argument& refusal) {
    return refusal.what();
  }
}

}  // namespace coffeeauth::standard
