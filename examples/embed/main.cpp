// Users in a program of your own, with no server: SQLite, a mail folder, and the services called
// directly. Signs somebody up, asks for the code that was mailed, and logs them in.

#include <filesystem>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

#include "coffeeauth/auth.hpp"
#include "coffeeauth/crypto/crypto.hpp"
#include "coffeeauth/memory/memory.hpp"
#include "coffeeauth/smtp/smtp.hpp"
#include "coffeeauth/sql/sql.hpp"
#include "coffeeauth/zxcvbn/zxcvbn.hpp"

namespace {

namespace fs = std::filesystem;
namespace ca = coffeeauth;

/// Where a program would write its audit trail.
class PrintedEvents final : public ca::EventSink {
 public:
  void on(const ca::Event& event) noexcept override {
    std::clog << "event: " << ca::wire_name(event.kind) << "\n";
  }
};

/// The parts that this program chose, in the order in which they need each other, and Auth over
/// them.
struct Accounts {
  explicit Accounts(const fs::path& folder)
      : store(ca::sql::make_sqlite_store({.path = (folder / "users.db").string()})),
        mailer(ca::smtp::make_folder_mailer({.folder = folder / "mail"})) {}

  ca::Config config{};
  PrintedEvents events{};
  std::unique_ptr<ca::Clock> clock = ca::make_system_clock();
  std::unique_ptr<ca::RandomSource> random = ca::make_system_random();
  std::unique_ptr<ca::Store> store;
  std::unique_ptr<ca::Mailer> mailer;
  std::unique_ptr<ca::Cache> cache = ca::memory::make_memory_cache({}, *clock);
  std::unique_ptr<ca::RateCounter> counters = ca::memory::make_memory_counters({});
  std::unique_ptr<ca::PasswordJudge> judge = ca::zxcvbn::make_zxcvbn_judge();
  std::unique_ptr<ca::PasswordHasher> hasher =
      ca::make_hashing_pool(config.passwords, ca::make_argon2_hasher(config.passwords, *random));
  std::unique_ptr<ca::SigningKeyFactory> keys = ca::crypto::make_openssl_keys();
  std::unique_ptr<ca::MailTemplates> templates = ca::make_default_templates("Example");

  // Keep the key where your other secrets are; it must be the same at the next start.
  ca::Auth auth{config,
                ca::Secret{"an example's key, of 32 bytes or more"},
                {.store = *store,
                 .cache = *cache,
                 .counters = *counters,
                 .clock = *clock,
                 .random = *random,
                 .judge = *judge,
                 .hasher = *hasher,
                 .keys = *keys,
                 .templates = *templates,
                 .events = events}};
};

/// The value, or an exception with what the user did wrong.
template <class T>
T value_of(ca::Result<T> result) {
  if (result) return std::move(*result);
  const auto& error = result.error();
  throw std::runtime_error(error.fields.empty() ? std::string{ca::message(error.code)}
                                                : error.fields.front().message);
}

std::string ask(const char* question) {
  std::cout << question << ": " << std::flush;
  std::string line;
  if (!std::getline(std::cin, line)) throw std::runtime_error("no more input");
  return line;
}

void sign_up_and_log_in(Accounts& accounts) {
  auto& auth = accounts.auth;
  // Runs until the end of this scope, on a thread of its own.
  ca::jobs::MailWorker worker{auth.services(), *accounts.mailer};
  worker.start();

  const auto email = value_of(ca::EmailAddress::parse(ask("e-mail address")));
  const auto typed = ask("password");
  (void)value_of(
      auth.users().sign_up({.email = email, .password = value_of(ca::Password::parse(typed))}, {}));

  auto code = value_of(ca::VerificationCode::parse(ask("code from the mail")));
  (void)value_of(auth.verification().verify({.email = email, .code = std::move(code)}, {}));

  const auto tokens = value_of(
      ca::tokens_of(auth.sessions().log_in(email, value_of(ca::Password::parse(typed)), {})));
  // What a protected handler does with the bearer token of each request.
  const auto principal =
      value_of(auth.sessions().authenticate_token(tokens.access_token.expose_secret()));
  std::cout << "welcome, " << principal.user.email.display() << "\n";
}

}  // namespace

int main(int count, char** words) {
  if (count != 2 || std::string_view{words[1]} == "--help") {
    std::cerr << "usage: embed FOLDER    keeps users.db and the folder mail there\n";
    return count == 2 ? 0 : 2;
  }
  try {
    fs::create_directories(words[1]);
    Accounts accounts{words[1]};
    sign_up_and_log_in(accounts);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "embed: " << error.what() << "\n";
    return 1;
  }
}
