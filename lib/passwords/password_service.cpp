#include "coffeeauth/password_service.hpp"

#include "lib/passwords/common_passwords.hpp"
#include "lib/values/unicode.hpp"
#include "lib/vault/vault.hpp"

namespace coffeeauth {
namespace {

/// A name of fewer characters stands in too many good passwords by chance.
constexpr std::size_t telling_name = 3;

bool resembles(std::string_view folded_password, std::string_view other) {
  if (unicode::count_code_points(other) < telling_name) return false;
  return folded_password == unicode::fold(other);
}

}  // namespace

PasswordService::PasswordService(const PasswordConfig& config, const Vault& vault,
                                 PasswordHasher& hasher, RandomSource& random)
    : config_(config), vault_(vault), hasher_(hasher), random_(random) {}

Result<void> PasswordService::check_strength(const Password& password,
                                             const PasswordOwner& owner) const {
  if (password.code_points() < config_.min_length) {
    return field_error("password", "too_short",
                       "Enter at least " + std::to_string(config_.min_length) + " characters.");
  }
  const auto folded = unicode::fold(password.expose_secret());
  if (is_common_password(folded)) {
    return field_error("password", "too_common", "This password is too common.");
  }
  const std::string full_name = std::string{owner.first_name} + " " + std::string{owner.last_name};
  const std::string joined_name = std::string{owner.first_name} + std::string{owner.last_name};
  for (const std::string_view other :
       {std::string_view{owner.email.canonical()}, std::string_view{owner.email.display()},
        owner.email.local_part(), owner.first_name, owner.last_name, std::string_view{full_name},
        std::string_view{joined_name}, std::string_view{config_.service_name}}) {
    if (resembles(folded, other)) {
      return field_error("password", "too_similar",
                         "The password is too similar to your address or name.");
    }
  }
  return {};
}

PasswordHash PasswordService::hash(const Password& password) {
  PasswordSalt salt{};
  random_.fill(salt);
  return hasher_.hash(password, salt);
}

PasswordHash PasswordService::hash_for_sign_up(const Password& password,
                                               const EmailAddress& email) {
  return hasher_.hash(password, vault_.sign_up_salt(email));
}

PasswordVerdict PasswordService::verify(const Password& password, const PasswordHash* stored) {
  const bool usable = stored != nullptr && !stored->empty();
  const auto verdict = hasher_.verify(password, usable ? *stored : hasher_.decoy());
  return usable ? verdict : PasswordVerdict::no_match;
}

}  // namespace coffeeauth
