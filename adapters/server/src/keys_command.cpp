#include <iostream>

#include "command.hpp"
#include "service.hpp"

namespace coffeeauth::server {
namespace {

constexpr std::string_view usage = "there are list, rotate [--now] and revoke [--] KID";

void warn_of_shared_secret(const Auth& auth) {
  if (auth.config().tokens.algorithm != SigningAlgorithm::hs256) return;
  std::cout << "TOKEN_ALGORITHM is HS256: its key is a secret, so that /.well-known/jwks.json is "
               "empty and no other service can check tokens\n";
}

void list_keys(TokenService& tokens) {
  const auto keys = tokens.list_keys();
  if (keys.empty()) std::cout << "no key yet: the first login makes one\n";
  for (const auto& key : keys) {
    std::cout << key.kid << "  " << wire_name(key.algorithm) << "  signs from "
              << to_rfc3339(key.signs_from);
    if (key.verifies_until) std::cout << "  verifies until " << to_rfc3339(*key.verifies_until);
    if (key.current) std::cout << "  current";
    std::cout << "\n";
  }
}

void rotate_keys(TokenService& tokens, KeyStart start) {
  const auto made = tokens.rotate_key(start);
  if (!made) {
    throw std::runtime_error(
        "another process rotated the keys at the same moment, or a key is waiting to sign (see "
        "keys list); --now makes one that signs at once");
  }
  if (made->current) {
    std::cout << made->kid << " signs now\n";
  } else {
    std::cout << made->kid << " is published now and signs from " << to_rfc3339(made->signs_from)
              << "\n";
  }
}

void revoke_key(TokenService& tokens, const std::string& kid) {
  if (!tokens.revoke_key(kid)) throw std::runtime_error("there is no key " + kid);
  std::cout << kid << " is gone; other processes stop taking its tokens within a second\n";
}

}  // namespace

int run_keys(const Arguments& arguments) {
  const auto& words = arguments.words();
  const auto what = words.empty() ? std::string{} : words[0];
  const bool revokes = what == "revoke";
  const bool at_once = arguments.has("--now");
  if (what != "list" && what != "rotate" && !revokes) {
    throw UsageError((words.empty() ? "keys needs a word" : "unknown command keys " + what) + "; " +
                     std::string{usage});
  }
  if (revokes && words.size() < 2) throw UsageError("keys revoke needs a KID, see keys list");
  const std::size_t most = revokes ? 2 : 1;
  if (words.size() > most) throw UsageError("unexpected " + words[most]);
  if (at_once && what != "rotate") throw UsageError("--now is for keys rotate");

  Service service{settings_of(arguments), SecretKeyCheck::skipped};
  auto& tokens = service.auth().tokens();
  if (what == "rotate") {
    rotate_keys(tokens, at_once ? KeyStart::now : KeyStart::after_publication);
  } else if (revokes) {
    revoke_key(tokens, words[1]);
  } else {
    list_keys(tokens);
    warn_of_shared_secret(service.auth());
  }
  return 0;
}

}  // namespace coffeeauth::server
