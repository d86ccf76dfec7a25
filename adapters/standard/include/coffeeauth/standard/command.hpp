#pragma once
/// Command: what a feature brings for operators at a terminal, beside its routes.

#include <functional>
#include <iosfwd>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/auth.hpp"
#include "coffeeauth/export.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace standard {

/// One option of a command.
struct CommandOption {
  /// Begins with `--`.
  std::string name{};
  /// What its argument is called; empty for a switch.
  std::string argument{};
  /// For the help, without a full stop.
  std::string description{};
  /// Whether the command is not run without it.
  bool is_needed = false;
};

/// What was typed behind a command, and where the answer goes.
struct CommandInput {
  /// By name, those that were given; empty text for a switch. All that are needed are there, and
  /// none that the command does not have.
  std::map<std::string, std::string, std::less<>> options{};
  /// Where the answer is written.
  std::ostream& out;
  /// Whether a person reads `out` on a terminal: nothing secret may be written to anything else,
  /// which may be a log.
  bool is_terminal = false;

  /// Whether the option was given.
  [[nodiscard]] bool has(std::string_view name) const { return options.contains(name); }
  /// What was given as its argument.
  [[nodiscard]] std::optional<std::string> value(std::string_view name) const {
    const auto found = options.find(name);
    if (found == options.end()) return std::nullopt;
    return found->second;
  }
};

/// The command line is not understood, in a sentence without the command's name.
class CommandMisused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A word of a program's command line.
struct Command {
  /// Lower case, with hyphens.
  std::string name{};
  /// One line for the help, without a full stop.
  std::string summary{};
  /// The options, besides those of the program.
  std::vector<CommandOption> options{};
  /// Does it, on the Auth that the feature was given to; a server may run on the same database
  /// meanwhile. Throws CommandMisused, or std::runtime_error with a text for the operator.
  std::function<void(Auth& auth, const CommandInput& input)> run{};
};

}  // namespace standard
}  // namespace coffeeauth
