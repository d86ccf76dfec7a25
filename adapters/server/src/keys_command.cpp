#include <iostream>

#include "command.hpp"
#include "service.hpp"

namespace coffeeauth::server {
namespace {

void list_keys(TokenService& tokens) {
  for (const auto& key : tokens.list_keys()) {
    std::cout << key.kid << "  " << wire_name(key.algorithm) << "  signs from "
              << to_rfc3339(key.signs_from);
    if (key.verifies_until) std::cout << "  verifies until " << to_rfc3339(*key.verifies_until);
    if (key.current) std::cout << "  current";
    std::cout << "\n";
  }
}

int rotate_key(TokenService& tokens) {
  const auto kid = tokens.rotate_key();
  if (!kid) throw std::runtime_error("another process rotated the keys at the same moment");
  std::cout << *kid << " signs now\n";
  return 0;
}

}  // namespace

int run_keys(const Arguments& arguments) {
  const auto& words = arguments.words();
  if (words.empty()) throw UsageError("keys needs list or rotate");
  if (words.size() > 1) throw UsageError("unexpected " + words[1]);
  if (words[0] != "list" && words[0] != "rotate") {
    throw UsageError("unknown command keys " + words[0] + "; there are list and rotate");
  }
  Service service{settings_of(arguments)};
  auto& tokens = service.auth().tokens();
  if (words[0] == "rotate") return rotate_key(tokens);
  list_keys(tokens);
  return 0;
}

}  // namespace coffeeauth::server
