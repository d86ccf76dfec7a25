#include "coffeeauth/password_service.hpp"

#include <algorithm>
#include <initializer_list>

#include "coffeeauth/wipe.hpp"
#include "lib/passwords/common_passwords.hpp"
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

/// The local part less what stands behind a `+`, where mail providers let people put anything.
std::string_view mailbox_of(std::string_view local_part) {
  return local_part.substr(0, local_part.find('+'));
}

/// Whether the password is the owner's address, name or a spelling of them.
bool is_owners(std::string_view folded_password, const PasswordOwner& owner) {
  const std::string first{owner.first_name};
  const std::string last{owner.last_name};
  const auto& email = owner.email;
  const std::initializer_list<std::string> spellings{email.canonical(),
                                                     email.display(),
                                                     std::string{email.local_part()},
                                                     std::string{mailbox_of(email.local_part())},
                                                     first,
                                                     last,
                                                     first + last,
                                                     first + " " + last,
                                                     last + first,
                                                     last + " " + first};
  return std::any_of(spellings.begin(), spellings.end(), [&](const std::string& spelling) {
    return folded_password == unicode::fold(spelling);
  });
}

}  // namespace

PasswordService::PasswordService(const PasswordConfig& config, const Vault& vault,
                                 PasswordHasher& hasher, RandomSource& random)
    : config_(config), vault_(vault), hasher_(hasher), random_(random) {}

Result<void> PasswordService::check_strength(const Password& password,
                                             const PasswordOwner& owner) const {
  if (!unicode::has_visible(password.expose_secret())) {
    return field_error("password", "invisible",
                       "Enter a password of characters that can be seen, not of blanks alone.");
  }
  if (password.code_points() < config_.min_length) {
    return field_error("password", "too_short",
                       "Enter at least " + std::to_string(config_.min_length) + " characters.");
  }
  const Secret folded = folded_form(password);
  if (is_common_password(folded.expose_secret())) {
    return field_error("password", "too_common", "This password is too common.");
  }
  if (is_owners(folded.expose_secret(), owner) ||
      folded.expose_secret() == unicode::fold(config_.service_name)) {
    return field_error("password", "too_similar",
                       "The password is too similar to your address or name.");
  }
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
