#pragma once
/// The methods of a login, as sessions keep them. Private to the library.

#include <string>
#include <string_view>

#include "coffeeauth/login.hpp"

namespace coffeeauth {

/// What sessions keep of how their owner proved who they are: the words, with blanks between.
[[nodiscard]] std::string words_of(const LoginMethods& methods);

/// The methods that such words name, as far as they are `known`: what a feature that is gone has
/// proved counts for nothing.
[[nodiscard]] LoginMethods methods_in(const LoginMethods& known, std::string_view words);

}  // namespace coffeeauth
