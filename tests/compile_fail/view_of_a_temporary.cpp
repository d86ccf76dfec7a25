#include "coffeeauth/session_service.hpp"

std::string_view wrong(coffeeauth::SessionService& sessions, const coffeeauth::EmailAddress& email,
                       const coffeeauth::Password& password) {
  return coffeeauth::tokens_of(sessions.log_in(email, password, {}))
      .value()
      .access_token.expose_secret();
}
