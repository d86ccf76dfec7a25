#pragma once
/// UserService: signing up, and a user's own account.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "coffeeauth/export.hpp"
#include "coffeeauth/result.hpp"
#include "coffeeauth/session.hpp"
#include "coffeeauth/user.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

struct Services;

/// A person's name as it may be stored: valid UTF-8, NFC, trimmed, at most 150 code points (the
/// seed's limit), no control or line-breaking characters, so that it can stand in a mail header.
/// Blanks alone are an empty name. The services apply it to every name they are given; it changes
/// nothing of what it gave. Errors: validation_failed on `field` with code `too_long`, `invalid`,
/// or `invisible` (no character of it can be seen).
[[nodiscard]] Result<std::string> parse_name(std::string_view field, std::string_view typed);

/// What a person filled in to get an account.
struct SignUpRequest {
  /// Whose mailbox will be proved.
  EmailAddress email;
  /// Any that parses; sign_up() checks that it is good enough.
  Password password;
  /// May be empty; parse_name() decides whether it is one.
  std::string first_name{};
  /// May be empty; parse_name() decides whether it is one.
  std::string last_name{};
};

/// What is said to whoever asked for a code; the same whether one was sent or not.
struct CodeReceipt {
  /// The address asked for.
  EmailAddress email;
  /// When a code sent now stops being good.
  UtcTime expires_at{};
};

/// What a user may change of their own account; an empty member leaves the field as it is.
struct ProfilePatch {
  /// What parse_name() accepts.
  std::optional<std::string> first_name{};
  /// What parse_name() accepts.
  std::optional<std::string> last_name{};
  /// The version that the change builds on; another one is `version_conflict`. Empty: any.
  std::optional<std::int64_t> expected_version{};
};

/// A rule of an embedder's own for who may sign up, as AuthParts::sign_up_policy.
///
/// Asked by UserService::sign_up(), so by `POST /api/auth/signup` too, before the password is
/// looked at and anything is read: what it says must not depend on whether the address has an
/// account. Its Error is the answer, best field_error() with a sentence for a person. Called from
/// many threads; may throw Unavailable. AdminService does not ask it.
using SignUpPolicy = std::function<Result<void>(const SignUpRequest&, const ClientContext&)>;

/// Callable from any thread. Every method may throw Unavailable.
class UserService {
 public:
  /// Borrows `services`; Auth makes it: Auth::users().
  explicit UserService(Services& services);

  /// Starts an account and has a code mailed to its address.
  ///
  /// Answers alike, and at the same price of one password hash, whether the address is new, pending
  /// or taken; the owner of a taken one gets a mail without a code. A login with this password then
  /// answers alike, too: email_not_verified. User, code and mail job are written together or not at
  /// all.
  /// Errors: what the SignUpPolicy says; validation_failed (the password is not good enough, or a
  /// name is none);
  /// email_taken only with CodeConfig::sign_up_reveals_existing.
  [[nodiscard]] Result<CodeReceipt> sign_up(SignUpRequest request, const ClientContext& client);

  /// Error: not_found.
  [[nodiscard]] Result<User> get(const UserId& id);
  /// Changes the user's own names. Errors: validation_failed, not_found, version_conflict.
  [[nodiscard]] Result<User> update_profile(const UserId& id, const ProfilePatch& patch,
                                            const ClientContext& client);
  /// Deletes the account with sessions and codes, if `password` is its own.
  /// Errors: invalid_credentials, last_admin, not_found; rate_limited after too many wrong ones.
  [[nodiscard]] Result<void> delete_account(const UserId& id, const Password& password,
                                            const ClientContext& client);

 private:
  Services& s_;
};

}  // namespace coffeeauth
