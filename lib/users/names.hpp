#pragma once
/// The names in a request of whoever calls a service: an edge may have forgotten parse_name().
/// Private to the library.

#include <optional>
#include <string>
#include <string_view>

#include "coffeeauth/user_service.hpp"

namespace coffeeauth {

struct Names {
  std::string first;
  std::string last;
};

/// Both as parse_name() gives them. Errors: those of parse_name(), of both fields at once.
[[nodiscard]] Result<Names> checked_names(std::string_view first_name, std::string_view last_name);

/// Makes the names in `patch` what parse_name() gives; what is wrong with them, if anything is.
[[nodiscard]] std::optional<Error> check_names(UserPatch& patch);

}  // namespace coffeeauth
