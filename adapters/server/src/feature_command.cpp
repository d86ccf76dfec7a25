#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "command.hpp"
#include "service.hpp"

namespace coffeeauth::server {

int run_feature_command(const standard::Command& described, const Arguments& arguments) {
  for (const auto& option : described.options) {
    if (option.is_needed && !arguments.has(option.name)) throw UsageError("needs " + option.name);
  }
  Service service{settings_of(arguments), SecretKeyUse::own, MissingFile::refused};
  const auto all = service.feature_commands();
  const auto command = std::find_if(all.begin(), all.end(), [&](const auto& candidate) {
    return candidate.name == described.name;
  });
  if (command == all.end()) throw std::logic_error("a command that no feature brings");
  standard::CommandInput input{.out = std::cout, .is_terminal = ::isatty(STDOUT_FILENO) == 1};
  for (const auto& option : command->options) {
    if (const auto value = arguments.value(option.name)) input.options[option.name] = *value;
  }
  try {
    command->run(service.auth(), input);
  } catch (const standard::CommandMisused& mistake) {
    throw UsageError(mistake.what());
  }
  std::cout << "in " << service.store_name() << "\n";
  return 0;
}

}  // namespace coffeeauth::server
