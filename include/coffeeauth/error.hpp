#pragma once
/// Failures, as values (Error) and as exceptions (Unavailable).
///
/// A function reports an outcome that its caller must handle as an Error inside a Result. A failure
/// that no caller can handle (the Store is down) is an exception derived from Unavailable.

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/export.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// The kind of a failure, for callers that do not know its word; the REST API derives the status
/// from it.
enum class ErrorClass {
  /// The input breaks a rule; the same input will be refused again.
  invalid,
  /// The caller is not authenticated.
  unauthenticated,
  /// The caller is authenticated but not allowed to do this.
  forbidden,
  /// The resource does not exist, or the caller must not learn that it does.
  not_found,
  /// The current state of the resource or of another one forbids it.
  conflict,
  /// The resource changed since the caller read it.
  stale,
  /// Too many requests; `Error::retry_after` says when to try again.
  rate_limited,
  /// A required part is down or full; `Error::retry_after` says when to try again.
  unavailable,
  /// A bug in the program.
  internal,
  /// Belongs to the transport (HTTP), which chooses the status itself.
  transport,
};

/// Why a call returned no value: a stable word, its class, and a sentence for people.
///
/// An open set: a feature defines its own codes beside the code that returns them, as constants:
/// `inline constexpr ErrorCode invalid_link{"invalid_link", ErrorClass::invalid, "..."};`. Codes
/// are compared by word. The words are part of the public contract and never renamed.
class ErrorCode {
 public:
  /// `word` is snake_case; `word` and `sentence` must live as long as the program, as literals do.
  /// The sentence must not reveal more than the word.
  constexpr ErrorCode(std::string_view word, ErrorClass kind, std::string_view sentence) noexcept
      : word_(word), sentence_(sentence), kind_(kind) {}

  /// The request cannot be parsed: not JSON, not an object, or a malformed header.
  static const ErrorCode invalid_request;
  /// The request was parsed, but some fields are invalid; `Error::fields` names each.
  static const ErrorCode validation_failed;
  /// The resource does not exist, or the caller must not learn that it does.
  static const ErrorCode not_found;
  /// Unknown email address or wrong password: one code, so that they cannot be told apart.
  static const ErrorCode invalid_credentials;
  /// The password is correct, but the email address is not verified yet.
  static const ErrorCode email_not_verified;
  /// The password is correct, but an administrator disabled the account.
  static const ErrorCode account_disabled;
  /// The request has no bearer token.
  static const ErrorCode not_authenticated;
  /// A valid access token that has expired.
  static const ErrorCode token_expired;
  /// A token that is malformed, forged, revoked, used or not for this purpose.
  static const ErrorCode token_invalid;
  /// The user's last authentication is too old for this operation: re-authenticate first.
  static const ErrorCode reauthentication_required;
  /// The first factor is correct, and the account needs a second one.
  static const ErrorCode second_factor_required;
  /// The caller is authenticated but not allowed to do this.
  static const ErrorCode forbidden;
  /// Wrong, used, expired or superseded code, or unknown address: one code for all.
  static const ErrorCode invalid_code;
  /// The code is correct, but the account has no unambiguous password: send one with the code.
  static const ErrorCode password_required;
  /// Too many requests; `Error::retry_after` says when to try again.
  static const ErrorCode rate_limited;
  /// The change would leave no active administrator.
  static const ErrorCode last_admin;
  /// Another account uses that email address.
  static const ErrorCode email_taken;
  /// The resource changed since the caller read it (If-Match).
  static const ErrorCode version_conflict;
  /// A required part is down or full; `Error::retry_after` says when to try again.
  static const ErrorCode unavailable;
  /// A bug in the program; clients are told nothing about it.
  static const ErrorCode internal;

  /// The stable snake_case word, as clients see it.
  [[nodiscard]] constexpr std::string_view word() const noexcept { return word_; }
  /// The class of the failure.
  [[nodiscard]] constexpr ErrorClass kind() const noexcept { return kind_; }
  /// A sentence in English, for people.
  [[nodiscard]] constexpr std::string_view sentence() const noexcept { return sentence_; }

  /// Compares the words.
  [[nodiscard]] friend constexpr bool operator==(const ErrorCode& a, const ErrorCode& b) noexcept {
    return a.word_ == b.word_;
  }

 private:
  std::string_view word_;
  std::string_view sentence_;
  ErrorClass kind_;
};

inline constexpr ErrorCode ErrorCode::invalid_request{"invalid_request", ErrorClass::invalid,
                                                      "The request cannot be read."};
inline constexpr ErrorCode ErrorCode::validation_failed{"validation_failed", ErrorClass::invalid,
                                                        "Some fields are not valid."};
inline constexpr ErrorCode ErrorCode::not_found{"not_found", ErrorClass::not_found, "Not found."};
inline constexpr ErrorCode ErrorCode::invalid_credentials{
    "invalid_credentials", ErrorClass::unauthenticated, "Invalid credentials"};
inline constexpr ErrorCode ErrorCode::email_not_verified{
    "email_not_verified", ErrorClass::invalid,
    "Email not verified. Please verify your account before logging in."};
inline constexpr ErrorCode ErrorCode::account_disabled{"account_disabled", ErrorClass::forbidden,
                                                       "This account is disabled."};
inline constexpr ErrorCode ErrorCode::not_authenticated{
    "not_authenticated", ErrorClass::unauthenticated,
    "Authentication credentials were not provided."};
inline constexpr ErrorCode ErrorCode::token_expired{"token_expired", ErrorClass::unauthenticated,
                                                    "The token has expired."};
inline constexpr ErrorCode ErrorCode::token_invalid{"token_invalid", ErrorClass::unauthenticated,
                                                    "The token is not valid."};
inline constexpr ErrorCode ErrorCode::reauthentication_required{
    "reauthentication_required", ErrorClass::unauthenticated,
    "Please confirm your password again to continue."};
inline constexpr ErrorCode ErrorCode::second_factor_required{
    "second_factor_required", ErrorClass::forbidden,
    "Your account is protected by a second factor, which must be proved, too."};
inline constexpr ErrorCode ErrorCode::forbidden{
    "forbidden", ErrorClass::forbidden, "You do not have permission to perform this action."};
inline constexpr ErrorCode ErrorCode::invalid_code{"invalid_code", ErrorClass::invalid,
                                                   "Invalid or expired code"};
inline constexpr ErrorCode ErrorCode::password_required{
    "password_required", ErrorClass::invalid,
    "Send the password that you want for your account together with the code."};
inline constexpr ErrorCode ErrorCode::rate_limited{"rate_limited", ErrorClass::rate_limited,
                                                   "Too many requests. Please try again later."};
inline constexpr ErrorCode ErrorCode::last_admin{"last_admin", ErrorClass::conflict,
                                                 "At least one active administrator must remain."};
inline constexpr ErrorCode ErrorCode::email_taken{"email_taken", ErrorClass::conflict,
                                                  "This email address is already in use."};
inline constexpr ErrorCode ErrorCode::version_conflict{"version_conflict", ErrorClass::stale,
                                                       "The resource was changed in the meantime."};
inline constexpr ErrorCode ErrorCode::unavailable{"unavailable", ErrorClass::unavailable,
                                                  "The service is temporarily unavailable."};
inline constexpr ErrorCode ErrorCode::internal{"internal", ErrorClass::internal,
                                               "Something went wrong on our side."};

/// What is wrong with one field of a request. `code` is a stable word (`required`, `too_long`,
/// `invalid`, `unknown_field`, ...), `message` a sentence for people. Neither quotes the input.
struct FieldError {
  /// The field's name, or its path within nested objects: `email`, `a.b`.
  std::string field;
  /// A stable snake_case word.
  std::string code;
  /// A sentence in English, to show beside the field.
  std::string message;

  /// Compares all members.
  bool operator==(const FieldError&) const = default;
};

/// An expected failure. Contains no text made from input and no secret.
struct Error {
  /// The code, for programs.
  ErrorCode code;
  /// At least one entry for validation_failed.
  std::vector<FieldError> fields{};
  /// For rate_limited and unavailable: how long to wait before trying again.
  std::optional<std::chrono::seconds> retry_after{};
  /// An English sentence that is more specific than message(code): what is wrong, and where. Empty
  /// when there is nothing to add. Never quotes the input.
  std::string detail{};

  /// Compares all members.
  bool operator==(const Error&) const = default;
};

/// Returns ErrorCode::word().
[[nodiscard]] constexpr std::string_view wire_name(const ErrorCode& code) noexcept {
  return code.word();
}

/// Returns ErrorCode::sentence().
[[nodiscard]] constexpr std::string_view message(const ErrorCode& code) noexcept {
  return code.sentence();
}

/// Makes a validation_failed Error about one field.
[[nodiscard]] Error field_error(std::string_view field, std::string_view code,
                                std::string_view message);

/// Returns `error` with all its fields renamed to `field`, for input that a request has under
/// another name than the parser's own: `new_password` in place of `password`.
[[nodiscard]] Error for_field(std::string_view field, Error error);

/// Returns `error` as the owner of the account may see it: not_found becomes token_invalid. The
/// account existed when the access token was checked, and has been deleted since.
[[nodiscard]] Error as_seen_by_owner(Error error);

/// The base class of infrastructure failures: the Store, the entropy source, a full queue.
///
/// Services let it pass; the REST API turns it into 503 with Retry-After in one place. `what()` is
/// for operators: it contains no user data, no SQL and no text of a third-party exception.
class Unavailable : public std::runtime_error {
 public:
  /// `what` names the part and the failure in fixed words; `retry_after` is an estimate.
  explicit Unavailable(const std::string& what,
                       std::chrono::seconds retry_after = std::chrono::seconds{2});

  /// How long a client should wait before it tries again.
  [[nodiscard]] std::chrono::seconds retry_after() const noexcept { return retry_after_; }

 private:
  std::chrono::seconds retry_after_;
};

}  // namespace coffeeauth
