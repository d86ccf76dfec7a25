#pragma once
/// The accounts of this program: Auth over a SQLite file, and mails that are printed.

#include <memory>
#include <string>

#include "coffeeauth/auth.hpp"
#include "coffeeauth/memory/memory.hpp"

/// Where a program would send its mails from; this one is read by somebody at a terminal.
class PrintedMail final : public coffeeauth::Mailer {
 public:
  [[nodiscard]] coffeeauth::Delivery deliver(const coffeeauth::Mail& mail) noexcept override;
};

class NoEvents final : public coffeeauth::EventSink {
 public:
  void on(const coffeeauth::Event&) noexcept override {}
};

/// In the order in which they need each other. A real program has its secret key from where its
/// other secrets are.
struct Accounts {
  /// `database` is the file.
  explicit Accounts(const std::string& database);

  coffeeauth::Config config{};
  PrintedMail mailer{};
  NoEvents events{};
  std::unique_ptr<coffeeauth::Clock> clock;
  std::unique_ptr<coffeeauth::RandomSource> random;
  /// What the program's own tables are in.
  std::unique_ptr<coffeeauth::Store> sql;
  /// The same, with a profile for each new user.
  std::unique_ptr<coffeeauth::Store> store;
  std::unique_ptr<coffeeauth::Cache> cache;
  std::unique_ptr<coffeeauth::RateCounter> counters;
  std::unique_ptr<coffeeauth::PasswordHasher> hasher;
  std::unique_ptr<coffeeauth::SigningKeyFactory> keys;
  std::unique_ptr<coffeeauth::MailTemplates> templates;
  std::unique_ptr<coffeeauth::Auth> auth;
  std::unique_ptr<coffeeauth::jobs::MailWorker> worker;
};
