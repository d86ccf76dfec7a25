#pragma once
/// Guard: the door of each protected route.

#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>

#include <optional>

#include "coffeeauth/session_service.hpp"

/// Callable from any thread.
class Guard {
 public:
  /// Borrows `sessions`.
  explicit Guard(coffeeauth::SessionService& sessions) : sessions_(sessions) {}

  /// Who asks, if they are logged in and have `needed` (an administrator has every role). Otherwise
  /// nothing, and the response was sent: 401 when logging in would help, 403 when it would not, 503
  /// while the database is away.
  [[nodiscard]] std::optional<coffeeauth::Principal> admit(
      const Poco::Net::HTTPServerRequest& request, Poco::Net::HTTPServerResponse& response,
      coffeeauth::Role needed = coffeeauth::Role::user);

 private:
  coffeeauth::SessionService& sessions_;
};
