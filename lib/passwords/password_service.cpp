#include "coffeeauth/password_service.hpp"

#include <algorithm>
#include <utility>

#include "coffeeauth/wipe.hpp"
#include "lib/passwords/own_words.hpp"
#include "lib/values/unicode.hpp"
#include "lib/vault/vault.hpp"

namespace coffeeauth {
namespace {

Secret folded_form(const Password& password) {
  auto folded = unicode::fold(password.expose_secret());
  Secret secret{folded};
  wipe(folded);
  return secret;
}

}  // namespace

PasswordService::PasswordService(const PasswordConfig& config, const Vault& vault,
                                 PasswordJudge& judge, PasswordHasher& hasher, RandomSource& random)
    : config_(config), vault_(vault), judge_(judge), hasher_(hasher), random_(random) {}

Result<void> PasswordService::check_strength(const Password& password,
                                             const PasswordOwner& owner) const {
  if (!unicode::has_visible(password.expose_secret())) {
    return field_error("password", "invisible",
                       "Enter a password with visible characters, not only blanks.");
  }
  if (password.code_points() < config_.min_length) {
    return field_error("password", "too_short",
                       "Enter at least " + std::to_string(config_.min_length) + " characters.");
  }
  const Secret folded = folded_form(password);
  auto spellings = own_spellings(owner);
  const auto is_password = [&](const std::string& text) { return text == folded.expose_secret(); };
  if (std::any_of(spellings.begin(), spellings.end(), is_password) ||
      is_password(unicode::fold(config_.service_name))) {
    return field_error("password", "too_similar",
                       "The password is too similar to your address or name.");
  }
  const auto words = own_words(std::move(spellings), config_.service_name);
  const auto weakness =
      judge_.weakness({.password = password, .folded = folded.expose_secret(), .own_words = words});
  if (weakness) return field_error("password", weakness->code, weakness->message);
  return {};
}

PasswordHash PasswordService::hash(const Password& password) {
  PasswordSalt salt{};
  random_.fill(salt);
  return hasher_.hash(password, salt);
}

PasswordHash PasswordService::hash_for_sign_up(const Password& password, const EmailAddress& email,
                                               const std::optional<Credentials>& account) {
  if (account) {
    // The account's own first: its sign-ups were made like it.
    if (!account->password_hash.empty()) {
      if (auto made = hasher_.hash_like(password, account->password_hash)) return *std::move(made);
    }
    if (!account->sign_ups.empty()) {
      if (auto made = hasher_.hash_like(password, account->sign_ups.front())) {
        return *std::move(made);
      }
    }
  }
  return hasher_.hash(password, vault_.sign_up_salt(email));
}

LoginPassword PasswordService::check_login(const Password& password, const EmailAddress& email,
                                           const std::optional<Credentials>& account) {
  const auto made = hash_for_sign_up(password, email, account);
  if (!account) return LoginPassword::matches_none;
  const auto& own = account->password_hash;
  const bool is_own = !own.empty() && made == own;
  // All of them, so that the time does not tell which one it was.
  bool is_sign_up = false;
  for (const auto& kept : account->sign_ups) {
    is_sign_up = (!kept.empty() && made == kept) || is_sign_up;
  }
  if (is_own) {
    return hasher_.needs_rehash(own) ? LoginPassword::matches_account_needs_rehash
                                     : LoginPassword::matches_account;
  }
  return is_sign_up ? LoginPassword::matches_sign_up : LoginPassword::matches_none;
}

PasswordVerdict PasswordService::verify(const Password& password, const PasswordHash* stored) {
  const bool usable = stored != nullptr && !stored->empty();
  const auto verdict = hasher_.verify(password, usable ? *stored : hasher_.decoy());
  return usable ? verdict : PasswordVerdict::no_match;
}

}  // namespace coffeeauth
