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
  std::cout
      << "TOKEN_ALGORITHM is HS256: its key is secret, so /.well-known/jwks.json is empty, and "
         "other services cannot check tokens\n";
}

/// Whether the key that signs is encrypted with a secret key that this process does not have.
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
  if (keys.empty()) std::cout << "no key yet: the first login creates one\n";
  for (const auto& key : keys) {
    std::cout << key.kid << "  " << wire_name(key.algorithm) << "  signs from "
              << to_rfc3339(key.signs_from);
    if (key.verifies_until) std::cout << "  verifies until " << to_rfc3339(*key.verifies_until);
    if (key.current) std::cout << "  current";
    if (key.current && is_foreign)
      std::cout << ", encrypted with a secret key that this process does not have";
    std::cout << "\n";
  }
}

void rotate_keys(Auth& auth, KeyStart start) {
  const bool mends = start == KeyStart::now && signs_with_a_foreign_key(auth);
  const auto made = auth.tokens().rotate_key(start);
  if (!made) {
    throw std::runtime_error(
        "another process rotated the keys at the same moment, or a key is waiting to sign (see "
        "keys list); --now creates one that signs at once");
  }
  if (made->current) {
    std::cout << made->kid << " signs now\n";
    if (mends) {
      std::cout << "the previous signing key was encrypted with another secret key: all sessions, "
                   "codes and pending mails under that one are invalid, passwords stay valid. If "
                   "you still have it, restore it and run keys revoke "
                << made->kid << "\n";
    } else if (start == KeyStart::now) {
      std::cout << "nothing becomes invalid in this service; other services reject tokens of the "
                   "new key until they fetch the published keys again\n";
    }
  } else {
    std::cout << made->kid << " is published now and signs from " << to_rfc3339(made->signs_from)
              << "\n";
  }
}

void revoke_key(TokenService& tokens, const std::string& kid) {
  if (!tokens.revoke_key(kid)) throw std::runtime_error("there is no key " + kid);
  std::cout << kid << " is deleted; other processes reject its tokens within a second\n";
}

std::string_view words_for(const std::string& kind) {
  if (kind == "signing_keys") return "signing keys";
  return kind;
}

void tell(const RewrapPart& part) {
  std::cout << words_for(part.name) << ": " << part.seen << " examined, " << part.resealed
            << " re-encrypted";
  if (part.unreadable > 0) {
    std::cout << ", " << part.unreadable
              << " encrypted with a secret key that this process does not have, or damaged";
  }
  std::cout << "\n" << std::flush;
}

/// Returns whether all data is encrypted with the current key now.
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
    std::cout << "no previous secret key is set, so there was nothing to re-encrypt\n";
  } else {
    std::cout << "what is stored as a digest (refresh tokens, codes, and what features store, such "
                 "as mailed links and known devices) needs its key until it is used or expires. If "
                 "every process already has the new key as SECRET_KEY, the last digest under a "
                 "previous key expires at "
              << to_rfc3339(report.previous_needed_until)
              << "; keep SECRET_KEY_PREVIOUS until then\n";
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

  // Listing and revoking need no secret key. `rotate --now` works with any, to repair a service
  // whose secret key was lost.
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
