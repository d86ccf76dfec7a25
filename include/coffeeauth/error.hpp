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

/// Why a call has no value. The wire word of each (wire_name) is part of the public contract and is
/// never renamed; new ones are only added.
enum class ErrorCode {
  /// The request itself cannot be read: not JSON, not an object, a header that is out of grammar.
  invalid_request,
  /// The request was read, and fields of it break a rule; `Error::fields` names each.
  validation_failed,
  /// There is no such thing, or the caller must not learn that there is.
  not_found,
  /// The path exists, the method does not.
  method_not_allowed,
  /// The body is larger than is accepted.
  payload_too_large,
  /// The request line and header fields together are larger than is accepted.
  headers_too_large,
  /// A body that is not declared as JSON, or that is compressed.
  unsupported_media_type,
  /// The client stopped sending in the middle of its request.
  request_timeout,
  /// A feature of HTTP that is refused on purpose (every Transfer-Encoding).
  not_implemented,
  /// Unknown address or wrong password: one word for both, so that neither can be told.
  invalid_credentials,
  /// Right password, address not verified yet.
  email_not_verified,
  /// Right password, account disabled by an administrator.
  account_disabled,
  /// No bearer token where one is needed.
  not_authenticated,
  /// An access token that was good, and whose time is over.
  token_expired,
  /// A token that is malformed, forged, revoked, spent or not for this purpose.
  token_invalid,
  /// Known, but not allowed.
  forbidden,
  /// Wrong, used, expired or superseded code, or unknown address: one word for all.
  invalid_code,
  /// Right code, but nobody can say which password the owner of the mailbox chose: send one.
  password_required,
  /// Too many requests; `Error::retry_after` says when to come back.
  rate_limited,
  /// The change would leave no active administrator.
  last_admin,
  /// Another account has that address.
  email_taken,
  /// The thing changed since the caller read it (If-Match).
  version_conflict,
  /// A part that is needed is down or full; `Error::retry_after` says when to come back.
  unavailable,
  /// A fault of the program itself; nothing of it is told to the client.
  internal,
};

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

/// The stable snake_case word of `code`, as clients see it.
[[nodiscard]] std::string_view wire_name(ErrorCode code) noexcept;

/// The English sentence for a person. It says nothing that the code does not say.
[[nodiscard]] std::string_view message(ErrorCode code) noexcept;

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
