#pragma once
/// UserService: sign-up, and a user's own account.

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

/// Parses a person's name: valid UTF-8, NFC, trimmed, at most 150 code points, no control or
/// line-breaking characters, so that it can be used in a mail header. Blanks alone give an empty
/// name. Idempotent; the services apply it to every name. Errors: validation_failed on `field` with
/// code `too_long`, `invalid`, or `invisible` (no visible character). Thread-safe.
[[nodiscard]] Result<std::string> parse_name(std::string_view field, std::string_view typed);

/// The data that a person enters to sign up.
struct SignUpRequest {
  /// The address whose mailbox must be proved.
  EmailAddress email;
  /// Any parsed password; sign_up() checks whether it is good enough.
  Password password;
  /// May be empty; must be accepted by parse_name().
  std::string first_name{};
  /// May be empty; must be accepted by parse_name().
  std::string last_name{};
  /// The language of the mail with the code, which becomes User::language once the mailbox is
  /// proved. Empty: ClientContext::language.
  Language language{};
};

/// The answer to a request for a code; the same whether or not one was sent.
struct CodeReceipt {
  /// The address in the request.
  EmailAddress email;
  /// When a code sent now expires.
  UtcTime expires_at{};
};

/// Changes that users make to their own account; an empty member leaves its field unchanged.
struct ProfilePatch {
  /// Must be accepted by parse_name().
  std::optional<std::string> first_name{};
  /// Must be accepted by parse_name().
  std::optional<std::string> last_name{};
  /// An empty Language clears the stored one.
  std::optional<Language> language{};
  /// The version that the change is based on; another one gives `version_conflict`. Empty: any.
  std::optional<std::int64_t> expected_version{};
};

/// An embedder's rule for who may sign up, passed as AuthParts::sign_up_policy.
///
/// Called by UserService::sign_up(), and so by `POST /api/auth/signup`, before the password is
/// checked and anything is read: its result must not depend on whether the address has an account.
/// Its Error becomes the answer; prefer field_error() with a sentence for people. Must be
/// thread-safe; may throw Unavailable. AdminService does not call it.
using SignUpPolicy = std::function<Result<void>(const SignUpRequest&, const ClientContext&)>;

/// Thread-safe. Every method may throw Unavailable.
class UserService {
 public:
  /// Borrows `services`. Auth creates it: use Auth::users().
  explicit UserService(Services& services);

  /// Creates an account and mails a code to its address.
  ///
  /// Answers alike, at the cost of one password hash, whether the address is new, pending or taken;
  /// the owner of a taken address gets a mail without a code. A later login with this password is
  /// also answered alike: email_not_verified. User, code and mail are written together or not at
  /// all.
  /// Errors: the error of the SignUpPolicy; validation_failed (the password is not good enough, or
  /// a name is invalid); email_taken only with CodeConfig::sign_up_reveals_existing.
  [[nodiscard]] Result<CodeReceipt> sign_up(SignUpRequest request, const ClientContext& client);

  /// Returns the user. Error: not_found.
  [[nodiscard]] Result<User> get(const UserId& id);
  /// Changes the user's names and language. Errors: validation_failed, not_found, version_conflict.
  [[nodiscard]] Result<User> update_profile(const UserId& id, const ProfilePatch& patch,
                                            const ClientContext& client);
  /// Deletes the account with its sessions and codes, if `password` is correct. Errors:
  /// invalid_credentials, last_admin, not_found; rate_limited after too many wrong passwords.
  [[nodiscard]] Result<void> delete_account(const UserId& id, const Password& password,
                                            const ClientContext& client);

 private:
  Services& s_;
};

}  // namespace coffeeauth
