// User accounts in your own program, without a server: SQLite, a folder of mails, and direct calls
// of the services. Signs a user up, asks for the mailed code, and logs the user in.

#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "coffeeauth/sql/database.hpp"
#include "coffeeauth/standard/standard.hpp"

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

/// Returns the value, or throws an exception that tells the user what to correct.
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

void sign_up_and_log_in(ca::Auth& auth) {
  const auto email = value_of(ca::EmailAddress::parse(ask("email address")));
  const auto typed = ask("password");
  (void)value_of(
      auth.users().sign_up({.email = email, .password = value_of(ca::Password::parse(typed))}, {}));

  auto code = value_of(ca::VerificationCode::parse(ask("code from the mail")));
  (void)value_of(auth.verification().verify({.email = email, .code = std::move(code)}, {}));

  const auto tokens = value_of(
      ca::tokens_of(auth.sessions().log_in(email, value_of(ca::Password::parse(typed)), {})));
  // A protected handler does this with the bearer token of each request.
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
    PrintedEvents events;
    // Keep the key where your other secrets are; it must be the same at the next start.
    auto accounts = ca::standard::open({
        .database_url = ca::sql::sqlite_url(fs::path{words[1]} / "users.db"),
        .secret_key = ca::Secret{"an example's key, of 32 bytes or more"},
        .events = &events,
    });
    accounts.start();  // delivers mails from now on, to the folder mail beside the database
    sign_up_and_log_in(accounts.auth());
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "embed: " << error.what() << "\n";
    return 1;
  }
}
