#include "password_prompt.hpp"

#include <termios.h>
#include <unistd.h>

#include <iostream>
#include <stdexcept>
#include <string>

namespace coffeeauth::server {
namespace {

/// Turns the echo off, and on again.
class SilentTerminal {
 public:
  SilentTerminal() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) {
      throw std::runtime_error("no terminal to ask for the password; use --password-stdin");
    }
    auto silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  ~SilentTerminal() {
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    std::cerr << "\n";
  }
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;

 private:
  termios before_{};
};

Secret prompt(std::string_view text) {
  std::cerr << text << std::flush;
  const SilentTerminal silent;
  return read_password_line();
}

}  // namespace

Secret read_password_line() {
  std::string line;
  if (!std::getline(std::cin, line) || line.empty()) {
    throw std::runtime_error("no password was given");
  }
  if (line.ends_with('\r')) line.pop_back();
  return Secret{std::move(line)};
}

Secret ask_for_password() {
  auto first = prompt("Password: ");
  const auto second = prompt("Again: ");
  if (first.expose_secret() != second.expose_secret()) {
    throw std::runtime_error("the two passwords differ");
  }
  return first;
}

}  // namespace coffeeauth::server
