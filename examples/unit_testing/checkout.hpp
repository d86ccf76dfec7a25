#pragma once
/// A handler of a web shop, as an example of code that builds on coffeeauth.

#include <string>
#include <string_view>

#include "coffeeauth/session_service.hpp"

namespace shop {

struct Reply {
  int status = 200;
  std::string text{};
};

/// Takes orders from logged-in users. Depends on SessionService only.
class Checkout {
 public:
  /// Borrows `sessions`.
  explicit Checkout(coffeeauth::SessionService& sessions) : sessions_(sessions) {}

  /// `authorization` is the value of the Authorization field. Answers 401 without a valid token,
  /// and 503 while tokens cannot be checked.
  [[nodiscard]] Reply order(std::string_view authorization, std::string_view article);

 private:
  coffeeauth::SessionService& sessions_;
};

}  // namespace shop
