#include "password_prompt.hpp"

#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <iostream>
#include <stdexcept>

namespace coffeeauth::server {
namespace {

constexpr std::size_t longest_line = 8'192;

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
  const SilentTerminal silent;
  std::cerr << text << std::flush;
  return read_password_line();
}

}  // namespace

Secret read_password_line() {
  // Octet by octet into memory that is wiped: a stream would keep what it read in a buffer of its
  // own.
  auto line = Secret::of_size(longest_line);
  const auto room = line.writable();
  std::size_t size = 0;
  for (;;) {
    if (size == room.size()) throw std::runtime_error("that is too long for a password");
    const auto got = ::read(STDIN_FILENO, &room[size], 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0 || room[size] == std::byte{'\n'}) break;
    ++size;
  }
  auto typed = line.expose_secret().substr(0, size);
  if (typed.ends_with('\r')) typed.remove_suffix(1);
  if (typed.empty()) throw std::runtime_error("no password was given");
  return Secret{typed};
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
