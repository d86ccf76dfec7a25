#pragma once
/// What can go wrong, as values (Error) and as exceptions (Unavailable).
///
/// Two channels, never mixed in one function: what a caller must decide on is an Error inside a
/// Result; what no caller can decide on (the Store is gone) is an exception rooted at Unavailable.

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/export.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// What kind of failure an error is: what a caller who does not know its word can go by, and what
/// the REST API makes a status of.
enum class ErrorClass {
  /// The input breaks a rule; the same input will be refused again.
  invalid,
  /// The caller has not proved who they are.
  unauthenticated,
  /// The caller is known and not allowed to.
  forbidden,
  /// There is no such thing, or the caller must not learn that there is.
  not_found,
  /// The state of something else forbids it.
  conflict,
  /// The thing changed since the caller read it.
  stale,
  /// Too many requests; `Error::retry_after` says when to come back.
  rate_limited,
  /// A part that is needed is down or full; `Error::retry_after` says when to come back.
  unavailable,
  /// A fault of the program itself.
  internal,
  /// Belongs to the transport that a request came by, which alone knows what to answer.
  transport,
};

/// Why a call has no value: a stable word, its class, and a sentence for a person.
///
/// An open set: a feature defines its own beside the code that returns them, as a constant on one
/// line: `inline constexpr ErrorCode invalid_link{"invalid_link", ErrorClass::invalid, "..."};`.
/// Two are equal when their words are. The words are part of the public contract and never renamed.
class ErrorCode {
 public:
  /// `word` is snake_case; `word` and `sentence` must live as long as the program, as literals do.
  /// The sentence says nothing that the word does not say.
  constexpr ErrorCode(std::string_view word, ErrorClass kind, std::string_view sentence) noexcept
      : word_(word), sentence_(sentence), kind_(kind) {}

  /// The request itself cannot be read: not JSON, not an object, a header that is out of grammar.
  static const ErrorCode invalid_request;
  /// The request was read, and fields of it break a rule; `Error::fields` names each.
  static const ErrorCode validation_failed;
  /// There is no such thing, or the caller must not learn that there is.
  static const ErrorCode not_found;
  /// Unknown address or wrong password: one word for both, so that neither can be told.
  static const ErrorCode invalid_credentials;
  /// Right password, address not verified yet.
  static const ErrorCode email_not_verified;
  /// Right password, account disabled by an administrator.
  static const ErrorCode account_disabled;
  /// No bearer token where one is needed.
  static const ErrorCode not_authenticated;
  /// An access token that was good, and whose time is over.
  static const ErrorCode token_expired;
  /// A token that is malformed, forged, revoked, spent or not for this purpose.
  static const ErrorCode token_invalid;
  /// Logged in, but the last proof of who they are is too old for this: prove it once more.
  static const ErrorCode reauthentication_required;
  /// Known, but not allowed.
  static const ErrorCode forbidden;
  /// Wrong, used, expired or superseded code, or unknown address: one word for all.
  static const ErrorCode invalid_code;
  /// Right code, but which password the mailbox owner chose is not known: send one.
  static const ErrorCode password_required;
  /// Too many requests; `Error::retry_after` says when to come back.
  static const ErrorCode rate_limited;
  /// The change would leave no active administrator.
  static const ErrorCode last_admin;
  /// Another account has that address.
  static const ErrorCode email_taken;
  /// The thing changed since the caller read it (If-Match).
  static const ErrorCode version_conflict;
  /// A part that is needed is down or full; `Error::retry_after` says when to come back.
  static const ErrorCode unavailable;
  /// A fault of the program itself; nothing of it is told to the client.
  static const ErrorCode internal;

  /// The stable snake_case word, as clients see it.
  [[nodiscard]] constexpr std::string_view word() const noexcept { return word_; }
  /// What kind of failure it is.
  [[nodiscard]] constexpr ErrorClass kind() const noexcept { return kind_; }
  /// English, for a person.
  [[nodiscard]] constexpr std::string_view sentence() const noexcept { return sentence_; }

  /// Whether both have the same word.
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
    "Confirm your password first: the last time was too long ago."};
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
                                                 "The last active administrator must stay one."};
inline constexpr ErrorCode ErrorCode::email_taken{"email_taken", ErrorClass::conflict,
                                                  "This email address is already in use."};
inline constexpr ErrorCode ErrorCode::version_conflict{"version_conflict", ErrorClass::stale,
                                                       "The resource was changed in the meantime."};
inline constexpr ErrorCode ErrorCode::unavailable{"unavailable", ErrorClass::unavailable,
                                                  "The service is temporarily unavailable."};
inline constexpr ErrorCode ErrorCode::internal{"internal", ErrorClass::internal,
                                               "Something went wrong on our side."};

/// What one field of a request did wrong. `code` is a stable word (`required`, `too_long`,
/// `invalid`, `unknown_field`, ...), `message` a sentence for a person. Neither quotes the input.
struct FieldError {
  /// The field's name, in an object within the body its path: `email`, `a.b`.
  std::string field;
  /// A stable snake_case word.
  std::string code;
  /// English, to be shown beside the field.
  std::string message;

  /// Equal in every member.
  bool operator==(const FieldError&) const = default;
};

/// An expected failure. Holds no text made from input and no secret.
struct Error {
  /// What a program decides on.
  ErrorCode code;
  /// For validation_failed: at least one entry.
  std::vector<FieldError> fields{};
  /// For rate_limited and unavailable: how long to wait.
  std::optional<std::chrono::seconds> retry_after{};
  /// An English sentence that says more than message(code): what is wrong, and where. Empty when
  /// there is no more to say. Quotes no value of the input.
  std::string detail{};

  /// Equal in every member.
  bool operator==(const Error&) const = default;
};

/// ErrorCode::word().
[[nodiscard]] constexpr std::string_view wire_name(const ErrorCode& code) noexcept {
  return code.word();
}

/// ErrorCode::sentence().
[[nodiscard]] constexpr std::string_view message(const ErrorCode& code) noexcept {
  return code.sentence();
}

/// Makes a validation_failed Error about one field.
[[nodiscard]] Error field_error(std::string_view field, std::string_view code,
                                std::string_view message);

/// The root of every infrastructure failure: the Store, the entropy source, a full queue.
///
/// Crosses the services untouched and becomes 503 with Retry-After in one place. `what()` is for
/// operators: it holds no user data, no SQL and no text of a third-party exception.
class Unavailable : public std::runtime_error {
 public:
  /// `what` names the part and what failed, in fixed words; `retry_after` is a guess.
  explicit Unavailable(const std::string& what,
                       std::chrono::seconds retry_after = std::chrono::seconds{2});

  /// How long a client should wait before it tries again.
  [[nodiscard]] std::chrono::seconds retry_after() const noexcept { return retry_after_; }

 private:
  std::chrono::seconds retry_after_;
};

}  // namespace coffeeauth
