#pragma once
/// What a guesser who knows a person tries first. Private to the library.

#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/password_service.hpp"

namespace coffeeauth {

/// Address and names as one could spell them, letter case folded: none may be the password.
[[nodiscard]] std::vector<std::string> own_spellings(const PasswordOwner& owner);

/// The words of PasswordCandidate::own_words: `spellings`, the service's name, and the pieces that
/// these are made of.
[[nodiscard]] std::vector<std::string> own_words(std::vector<std::string> spellings,
                                                 std::string_view service_name);

}  // namespace coffeeauth
