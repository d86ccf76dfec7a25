// The `coffeeauth` program: finds the command, and turns whatever goes wrong into one line.

#include <algorithm>
#include <csignal>
#include <exception>
#include <iostream>

#include "command.hpp"

namespace coffeeauth::server {
namespace {

constexpr int failed = 1;
constexpr int misused = 2;

void print_overview(std::ostream& out) {
  out << "coffeeauth: user management for back ends\n\nusage: coffeeauth COMMAND [options]\n\n";
  std::size_t widest = 0;
  for (const auto& command : commands()) widest = std::max(widest, command.name.size());
  for (const auto& command : commands()) {
    out << "  " << command.name << std::string(widest + 2 - command.name.size(), ' ')
        << command.summary << "\n";
  }
  out << "\ncoffeeauth COMMAND --help explains a command. Settings come from the environment or an "
         "env file;\n`coffeeauth config` lists them.\n";
}

void print_specs(const std::vector<OptionSpec>& specs) {
  for (const auto& spec : specs) {
    auto left = std::string{spec.name};
    if (!spec.argument.empty()) left += " " + std::string{spec.argument};
    std::cout << "  " << left << std::string(left.size() < 22 ? 22 - left.size() : 1, ' ')
              << spec.description << "\n";
  }
}

void print_help(const Command& command) {
  std::cout << "coffeeauth " << command.name << ": " << command.summary << "\n\nusage: coffeeauth "
            << command.name;
  if (!command.usage.empty()) std::cout << " " << command.usage;
  std::cout << " [options]\n\n";
  print_specs(command.subcommands);
  if (!command.subcommands.empty()) std::cout << "\n";
  print_specs(command.options);
  std::cout << "  --help                this text\n";
}

int complain(int status, std::string_view text) {
  std::cerr << "coffeeauth: " << text << "\n";
  return status;
}

int run(const std::vector<std::string>& words) {
  const auto is_help = [](const std::string& word) { return word == "--help" || word == "-h"; };
  if (words.size() == 2 && words.front() == "help") return run({words.back(), "--help"});
  if (words.empty() || is_help(words.front()) || words.front() == "help") {
    print_overview(words.empty() ? std::cerr : std::cout);
    return words.empty() ? misused : 0;
  }
  const bool asks_version = words.front() == "--version" || words.front() == "-V";
  const std::string name = asks_version ? "version" : words.front();
  const auto& all = commands();
  const auto command = std::find_if(
      all.begin(), all.end(), [&](const Command& candidate) { return candidate.name == name; });
  if (command == all.end()) {
    throw UsageError("unknown command " + words.front() + "; see coffeeauth --help");
  }
  const std::vector<std::string> rest{words.begin() + 1, words.end()};
  if (std::any_of(rest.begin(), rest.end(), is_help)) {
    print_help(*command);
    return 0;
  }
  try {
    const Arguments arguments{rest, command->options};
    if (command->usage.empty() && !arguments.words().empty()) {
      throw UsageError("unexpected " + arguments.words().front());
    }
    return command->run(arguments);
  } catch (const UsageError& error) {
    throw UsageError(name + ": " + error.what() + "; see coffeeauth " + name + " --help");
  }
}

}  // namespace
}  // namespace coffeeauth::server

int main(int argc, char** argv) {
  namespace server = coffeeauth::server;
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return server::run({argv + 1, argv + argc});
  } catch (const server::UsageError& error) {
    return server::complain(server::misused, error.what());
  } catch (const std::exception& error) {
    return server::complain(server::failed, error.what());
  }
}
