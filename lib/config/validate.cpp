#include "coffeeauth/config.hpp"
#include "coffeeauth/config_fields.hpp"

namespace coffeeauth {

std::vector<FieldError> validate(const Config& config) {
  // Fields can set what they are bound to.
  auto copy = config;
  return validate(config_fields(copy));
}

}  // namespace coffeeauth
