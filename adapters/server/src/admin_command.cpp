#include <iostream>

#include "command.hpp"
#include "password_prompt.hpp"
#include "service.hpp"

namespace coffeeauth::server {
namespace {

/// What went wrong, for the person at the terminal.
[[noreturn]] void give_up(const Error& error) {
  if (error.code == ErrorCode::email_taken) {
    throw std::runtime_error(
        "that email address already has an account; --promote makes it an administrator");
  }
  if (error.code == ErrorCode::not_found) {
    throw std::runtime_error("no account has that email address");
  }
  if (error.fields.empty()) throw std::runtime_error(std::string{message(error.code)});
  const auto& field = error.fields.front();
  if (field.code == "unproved") {
    throw std::runtime_error(
        "that account is not verified or has no password yet; without --promote, create-admin "
        "takes it over, with a password that you choose");
  }
  throw std::runtime_error(field.field + ": " + field.message);
}

template <class T>
T value_of(Result<T> result) {
  if (!result) give_up(result.error());
  return *std::move(result);
}

Language read_language(const Arguments& arguments) {
  const auto typed = arguments.value("--language");
  return typed ? value_of(Language::parse(*typed)) : Language{};
}

NewAdmin read_new_admin(const Arguments& arguments, EmailAddress email, Language language) {
  const auto typed = arguments.has("--password-stdin") ? read_password_line() : ask_for_password();
  return {.email = std::move(email),
          .password = value_of(Password::parse(typed.expose_secret())),
          .first_name = arguments.value("--first-name").value_or(""),
          .last_name = arguments.value("--last-name").value_or(""),
          .language = std::move(language)};
}

}  // namespace

int run_create_admin(const Arguments& arguments) {
  const auto typed = arguments.value("--email");
  if (!typed) throw UsageError("needs --email");
  for (const auto* const option :
       {"--password-stdin", "--first-name", "--last-name", "--language"}) {
    if (arguments.has("--promote") && arguments.has(option)) {
      throw UsageError(std::string{option} +
                       " is for a new account; --promote changes the role alone");
    }
  }
  auto email = value_of(EmailAddress::parse(*typed));
  auto language = read_language(arguments);
  auto loaded = settings_of(arguments);
  const bool is_new = is_missing(database_of(loaded.settings));
  Service service{std::move(loaded)};
  const auto place = " in " + service.store_name() + (is_new ? ", which was created for it" : "");
  auto& admin = service.auth().admin();
  if (arguments.has("--promote")) {
    const auto user = value_of(admin.promote(email));
    std::cout << "user " << user.id.str() << " is an administrator now" << place << "\n";
    return 0;
  }
  const auto user = value_of(
      admin.create_admin(read_new_admin(arguments, std::move(email), std::move(language))));
  std::cout << "created administrator " << user.id.str() << place << "\n";
  return 0;
}

}  // namespace coffeeauth::server
