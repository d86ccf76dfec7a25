#include "checkout.hpp"

#include "coffeeauth/error.hpp"

namespace shop {

Reply Checkout::order(std::string_view authorization, std::string_view article) {
  try {
    const auto customer = sessions_.authenticate(authorization);
    if (!customer) return {401, std::string{coffeeauth::message(customer.error().code)}};
    return {200, std::string{article} + " for " + customer->user.email.display()};
  } catch (const coffeeauth::Unavailable&) {
    // The token may be valid: after a 503 the client tries again, after a 401 it would log in
    // again.
    return {503, "try again in a moment"};
  }
}

}  // namespace shop
