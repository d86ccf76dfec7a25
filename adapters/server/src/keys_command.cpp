#include <iostream>

#include "coffeeauth/rewrap.hpp"
#include "command.hpp"
#include "service.hpp"

namespace coffeeauth::server {
namespace {

constexpr std::string_view keys_usage =
    "there are list, rotate [--now], revoke [--] KID and rewrap";

void warn_of_shared_secret(const Auth& auth) {
  if (auth.config().tokens.algorithm != SigningAlgorithm::hs256) return;
  std::cout << "TOKEN_ALGORITHM is HS256: its key is a secret, so that /.well-known/jwks.json is "
               "empty and no other service can check tokens\n";
}

/// Whether the key that signs was sealed with another secret key than this process has.
bool signs_with_a_foreign_key(Auth& auth) {
  try {
    auth.check();
    return false;
  } catch (const SecretKeyMismatch&) {
    return true;
  }
}

void list_keys(Service& service) {
  auto& auth = service.auth();
  const auto keys = auth.tokens().list_keys();
  const bool is_foreign = signs_with_a_foreign_key(auth);
  if (keys.empty()) std::cout << "no key yet: the first login makes one\n";
  for (const auto& key : keys) {
    std::cout << key.kid << "  " << wire_name(key.algorithm) << "  signs from "
              << to_rfc3339(key.signs_from);
    if (key.verifies_until) std::cout << "  verifies until " << to_rfc3339(*key.verifies_until);
    if (key.current) std::cout << "  current";
    if (key.current && is_foreign) std::cout << ", sealed with a secret key that is not here";
    std::cout << "\n";
  }
}

void rotate_keys(Auth& auth, KeyStart start) {
  const bool mends = start == KeyStart::now && signs_with_a_foreign_key(auth);
  const auto made = auth.tokens().rotate_key(start);
  if (!made) {
    throw std::runtime_error(
        "another process rotated the keys at the same moment, or a key is waiting to sign (see "
        "keys list); --now makes one that signs at once");
  }
  if (made->current) {
    std::cout << made->kid << " signs now\n";
    if (mends) {
      std::cout << "the key before it was sealed with another secret key: every session, code and "
                   "mail that waits from then is void; passwords stay good. If that secret is "
                   "still to be had, put it back and say keys revoke "
                << made->kid << "\n";
    } else if (start == KeyStart::now) {
      std::cout << "nothing is void here; a service that keeps the published keys refuses its "
                   "tokens until it fetches them again\n";
    }
  } else {
    std::cout << made->kid << " is published now and signs from " << to_rfc3339(made->signs_from)
              << "\n";
  }
}

void revoke_key(TokenService& tokens, const std::string& kid) {
  if (!tokens.revoke_key(kid)) throw std::runtime_error("there is no key " + kid);
  std::cout << kid << " is gone; other processes stop taking its tokens within a second\n";
}

std::string_view words_for(const std::string& kind) {
  if (kind == "signing_keys") return "signing keys";
  return kind;
}

void tell(const RewrapPart& part) {
  std::cout << words_for(part.name) << ": " << part.seen << " looked at, " << part.resealed
            << " sealed anew";
  if (part.unreadable > 0) {
    std::cout << ", " << part.unreadable
              << " sealed with a secret key that is not here, or damaged";
  }
  std::cout << "\n" << std::flush;
}

/// Whether everything is sealed with the current key now.
bool rewrap_all(Service& service) {
  constexpr std::size_t rows_between_lines = 10'000;
  const auto report = rewrap(service.auth().services(), [](const RewrapPart& part) {
    if (part.seen % rows_between_lines == 0) tell(part);
  });
  bool is_whole = true;
  for (const auto& part : report.parts) {
    tell(part);
    is_whole = is_whole && part.unreadable == 0;
  }
  if (!has_previous_secret_key(service.settings())) {
    std::cout << "there is no previous secret key here, so that nothing had to be sealed anew\n";
  } else {
    std::cout << "refresh tokens, codes and known networks are renewed when they are used. If "
                 "every process has the new key as SECRET_KEY by now, the last token or code of a "
                 "previous key is over at "
              << to_rfc3339(report.previous_needed_until)
              << "; until then keep SECRET_KEY_PREVIOUS\n";
  }
  return is_whole;
}

}  // namespace

int run_keys(const Arguments& arguments) {
  const auto& words = arguments.words();
  const auto what = words.empty() ? std::string{} : words[0];
  const bool revokes = what == "revoke";
  const bool at_once = arguments.has("--now");
  if (what != "list" && what != "rotate" && what != "rewrap" && !revokes) {
    throw UsageError((words.empty() ? "needs a word" : "unknown word " + what) + "; " +
                     std::string{keys_usage});
  }
  if (revokes && words.size() < 2) throw UsageError("revoke needs a KID, which `keys list` shows");
  const std::size_t most = revokes ? 2 : 1;
  if (words.size() > most) throw UsageError("unexpected " + words[most]);
  if (at_once && what != "rotate") throw UsageError("--now is for rotate");

  // What mends goes on with whatever key there is, and what only looks or takes away needs none.
  const auto use = what == "list" || revokes ? SecretKeyUse::none
                   : at_once                 ? SecretKeyUse::any
                                             : SecretKeyUse::own;
  Service service{settings_of(arguments), use, MissingFile::refused};
  bool is_whole = true;
  if (what == "rewrap") {
    is_whole = rewrap_all(service);
  } else if (what == "rotate") {
    rotate_keys(service.auth(), at_once ? KeyStart::now : KeyStart::after_publication);
  } else if (revokes) {
    revoke_key(service.auth().tokens(), words[1]);
  } else {
    list_keys(service);
    warn_of_shared_secret(service.auth());
  }
  std::cout << "in " << service.store_name() << "\n";
  return is_whole ? 0 : 1;
}

}  // namespace coffeeauth::server
