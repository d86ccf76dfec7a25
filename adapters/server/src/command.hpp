#pragma once
/// Command: one word of the command line, its options and what it does.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backends.hpp"
#include "coffeeauth/standard/command.hpp"
#include "settings.hpp"

namespace coffeeauth::server {

/// The command line is not understood: exit status 2.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct OptionSpec {
  std::string_view name;
  /// What its argument is; empty for a switch.
  std::string_view argument;
  std::string_view description;
};

/// What was typed behind the command.
class Arguments {
 public:
  /// Throws UsageError for an option that `specs` does not have, or one without its argument.
  Arguments(const std::vector<std::string>& words, const std::vector<OptionSpec>& specs);

  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] std::optional<std::string> value(std::string_view name) const;
  /// What is no option, in order.
  [[nodiscard]] const std::vector<std::string>& words() const noexcept { return words_; }

 private:
  std::vector<std::pair<std::string, std::string>> options_;
  std::vector<std::string> words_;
};

struct Command {
  std::string_view name;
  std::string_view summary;
  /// Words behind the name, as shown by --help.
  std::string_view usage{};
  std::vector<OptionSpec> options{};
  std::function<int(const Arguments&)> run{};
  /// What may be its first word; `argument` as the words behind it.
  std::vector<OptionSpec> subcommands{};
};

/// All commands, those of the features too, in the order that --help shows them.
[[nodiscard]] const std::vector<Command>& commands();

/// The settings as --env-file and the environment have them, checked whole: whatever this accepts,
/// every command does that is as busy with mails. Throws ConfigError.
[[nodiscard]] LoadedSettings settings_of(const Arguments& arguments,
                                         Mails mails = Mails::left_to_others);
/// What a process with these arguments of `serve` does with mails.
[[nodiscard]] Mails mails_of(const Arguments& arguments);

int run_serve(const Arguments& arguments);
int run_worker(const Arguments& arguments);
int run_scheduler(const Arguments& arguments);
int run_migrate(const Arguments& arguments);
int run_copy(const Arguments& arguments);
int run_create_admin(const Arguments& arguments);
int run_config(const Arguments& arguments);
int run_health(const Arguments& arguments);
int run_openapi(const Arguments& arguments);
int run_keys(const Arguments& arguments);
int run_outbox(const Arguments& arguments);
int run_version(const Arguments& arguments);
/// The command of a feature; `described` is what the help says of it.
int run_feature_command(const standard::Command& described, const Arguments& arguments);

}  // namespace coffeeauth::server
