#include "checkout.hpp"

#include "coffeeauth/error.hpp"

namespace shop {

Reply Checkout::order(std::string_view authorization, std::string_view article) {
  constexpr std::string_view scheme = "Bearer ";
  if (!authorization.starts_with(scheme)) return {401, "log in first"};
  try {
    const auto customer = sessions_.authorise(authorization.substr(scheme.size()));
    if (!customer) return {401, std::string{coffeeauth::message(customer.error().code)}};
    return {200, std::string{article} + " for " + customer->user.email.display()};
  } catch (const coffeeauth::Unavailable&) {
    // Not "no": the customer should try again, and not log in again.
    return {503, "try again in a moment"};
  }
}

}  // namespace shop
