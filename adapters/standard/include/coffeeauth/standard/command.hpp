#pragma once
/// Command: a command of a feature, for operators at a terminal.

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
  /// The name, with the leading `--`.
  std::string name{};
  /// The name of its argument in the help; empty for a switch.
  std::string argument{};
  /// The description in the help, without a full stop.
  std::string description{};
  /// Whether the option is required.
  bool is_needed = false;
};

/// The arguments of a command, and its output.
struct CommandInput {
  /// The given options and their arguments, by name; the argument of a switch is empty. Contains
  /// all required options, and only options of the command.
  std::map<std::string, std::string, std::less<>> options{};
  /// Standard output.
  std::ostream& out;
  /// Whether `out` is a terminal. Write secrets to a terminal only: anything else may be a log.
  bool is_terminal = false;

  /// Whether the option was given.
  [[nodiscard]] bool has(std::string_view name) const { return options.contains(name); }
  /// The argument of the option; empty if the option was not given.
  [[nodiscard]] std::optional<std::string> value(std::string_view name) const {
    const auto found = options.find(name);
    if (found == options.end()) return std::nullopt;
    return found->second;
  }
};

/// An invalid command line; what() is a sentence without the command's name.
class CommandMisused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A command of the program.
struct Command {
  /// The word on the command line: lower case, with hyphens.
  std::string name{};
  /// The summary in the help: one line, without a full stop.
  std::string summary{};
  /// The options, in addition to those of the program.
  std::vector<CommandOption> options{};
  /// Runs the command with the Auth that the feature was passed to, possibly beside a server on the
  /// same database. Throws CommandMisused, or std::runtime_error with a text for the operator.
  std::function<void(Auth& auth, const CommandInput& input)> run{};
};

}  // namespace standard
}  // namespace coffeeauth
