#pragma once
/// Reading a password from whoever runs the program.

#include "coffeeauth/secret.hpp"

namespace coffeeauth::server {

/// One line of standard input, without its end. Throws std::runtime_error when there is none.
[[nodiscard]] Secret read_password_line();

/// Asks twice on the terminal, without echo, which is on again whatever happens. Throws
/// std::runtime_error when standard input is no terminal, or the two differ.
[[nodiscard]] Secret ask_for_password();

}  // namespace coffeeauth::server
