#pragma once
/// Guard: authenticates the requests of protected routes.

#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>

#include <optional>

#include "coffeeauth/session_service.hpp"

/// Thread-safe.
class Guard {
 public:
  /// Borrows `sessions`.
  explicit Guard(coffeeauth::SessionService& sessions) : sessions_(sessions) {}

  /// Returns the logged-in user, if they have the role `needed` (an administrator has every role).
  /// Otherwise sends the response and returns nothing: 401 if the user has to log in, 403 if the
  /// role is missing, 503 while the database is down.
  [[nodiscard]] std::optional<coffeeauth::Principal> admit(
      const Poco::Net::HTTPServerRequest& request, Poco::Net::HTTPServerResponse& response,
      coffeeauth::Role needed = coffeeauth::Role::user);

 private:
  coffeeauth::SessionService& sessions_;
};
