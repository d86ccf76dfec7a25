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

/// Takes orders from people who are logged in. Knows of coffeeauth only what it needs: who is
/// asking.
class Checkout {
 public:
  /// Borrows `sessions`.
  explicit Checkout(coffeeauth::SessionService& sessions) : sessions_(sessions) {}

  /// `authorization` is the header of that name. Answers 401 to strangers, and 503 while nobody can
  /// tell who is one.
  [[nodiscard]] Reply order(std::string_view authorization, std::string_view article);

 private:
  coffeeauth::SessionService& sessions_;
};

}  // namespace shop
