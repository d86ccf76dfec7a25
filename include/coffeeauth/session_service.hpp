#pragma once
/// SessionService: login, refresh, logout, and authentication of requests.

#include <chrono>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "coffeeauth/claims.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/login.hpp"
#include "coffeeauth/result.hpp"
#include "coffeeauth/second_step.hpp"
#include "coffeeauth/secret.hpp"
#include "coffeeauth/session.hpp"
#include "coffeeauth/token.hpp"
#include "coffeeauth/user_service.hpp"
#include "coffeeauth/verification_code.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

struct Services;

/// The authenticated sender of a request, checked against the live user.
struct Principal {
  /// The user as currently stored, including the role.
  User user;
  /// The session, to end it or all others.
  SessionId session;
  /// The claims that each ClaimsSource added when the token was issued.
  Claims claims{};
};

/// Checks within a transaction that the principal's session still lives, and that the account is
/// what it was: for a feature that changes what the account logs in with. Error: token_invalid.
[[nodiscard]] Result<void> check_unchanged(Transaction& transaction, const Principal& principal,
                                           UtcTime now);

/// Thread-safe. Every method may throw Unavailable.
class SessionService {
 public:
  /// Borrows `services`. Auth creates it: use Auth::sessions().
  explicit SessionService(Services& services);

  /// Checks the password and creates a session, or returns the challenge of the first LoginStep
  /// that issues one; without such features the outcome is always a TokenPair. Beyond
  /// TokenConfig::sessions_per_user, ends the least recently used session.
  ///
  /// An unknown address and a wrong password get the same answer at the same cost. A correct
  /// password clears the account's failure count. Errors: invalid_credentials; email_not_verified
  /// and account_disabled (only with the correct password); rate_limited with retry_after.
  [[nodiscard]] Result<LoginOutcome> log_in(const EmailAddress& email, const Password& password,
                                            const ClientContext& client,
                                            const LoginOptions& options = {});
  /// Logs in with the password and a code from send_login_code(), which works however many failures
  /// were counted for the account. A wrong code and a wrong password get the same answer,
  /// invalid_credentials, at the same cost. A guess is counted if code or password is correct; only
  /// both together use up the code.
  [[nodiscard]] Result<LoginOutcome> log_in(const EmailAddress& email, const Password& password,
                                            const VerificationCode& code,
                                            const ClientContext& client,
                                            const LoginOptions& options = {});
  /// Mails a login code if the account could log in, within the limits of CodeConfig. Answers alike
  /// for every address: returns when a code sent now expires, whether or not one was sent.
  CodeReceipt send_login_code(const EmailAddress& email, const ClientContext& client);
  /// Mails a login code to a user who gives the account's password. With the correct password the
  /// mail is counted separately, so that strangers cannot use up the day's mails; with a wrong one
  /// it is counted like a request without a password. The answer does not reveal which, and every
  /// call costs one hash.
  CodeReceipt send_login_code(const EmailAddress& email, const Password& password,
                              const ClientContext& client);

  /// Exchanges a refresh token for a new pair; each works once.
  ///
  /// A token used again within the grace period returns the same successor; after it, the whole
  /// session ends and refresh_token_reused is recorded (RFC 9700 4.14.2). Error: token_invalid.
  [[nodiscard]] Result<TokenPair> refresh(std::string_view refresh_token,
                                          const ClientContext& client);

  /// Ends the session of the refresh token. An invalid token is not an error.
  void log_out(std::string_view refresh_token, const ClientContext& client);

  /// Verifies an access token, and then its session and user as currently stored. Errors:
  /// token_expired; token_invalid (also when the user was disabled or deleted, role or password
  /// changed, or the session ended); the error of a gate, with Gates::closed.
  [[nodiscard]] Result<Principal> authenticate_token(std::string_view access_token,
                                                     Gates gates = Gates::closed);
  /// Verifies an access token that was sent from the IP address `from`. Errors: like the overload
  /// without an address; also rate_limited, when the Store would have to be queried and too many
  /// invalid tokens came from that address. Never for a session that this process has recently seen
  /// live.
  [[nodiscard]] Result<Principal> authenticate_token(std::string_view access_token,
                                                     std::string_view from,
                                                     Gates gates = Gates::closed);

  /// Verifies the value of an Authorization field, empty if there is none: reads it with
  /// bearer_token() and continues like authenticate_token(). Errors: not_authenticated (no bearer
  /// token), token_invalid, token_expired; all three are 401. The error of a gate is 403.
  [[nodiscard]] Result<Principal> authenticate(std::string_view authorization,
                                               Gates gates = Gates::closed);
  /// Verifies the Authorization field of a request of `client`, of which only the address is used.
  /// Errors: like the overload without a client; also rate_limited (429), as for
  /// authenticate_token() with an address. Prefer this overload when the address is known.
  [[nodiscard]] Result<Principal> authenticate(std::string_view authorization,
                                               const ClientContext& client,
                                               Gates gates = Gates::closed);
  /// Asks the gates about the user. Error: that of the first gate that stops the account.
  [[nodiscard]] Result<void> pass_gates(const User& user);

  /// Re-authenticates a logged-in user by password. Wrong passwords count as failed logins. Errors:
  /// invalid_credentials; rate_limited; token_invalid (the session ended meanwhile); the error of a
  /// LoginStep.
  [[nodiscard]] Result<ReauthenticationOutcome> reauthenticate(const Principal& principal,
                                                               const Password& password,
                                                               const ClientContext& client);
  /// Checks that the session authenticated recently enough (TokenConfig::reauth_lifetime), and with
  /// a second step if the account has one (User::second_factor), for changes that could take over
  /// the account. Queries the Store. Errors: reauthentication_required; token_invalid (the session
  /// ended meanwhile).
  [[nodiscard]] Result<void> require_recent(const Principal& principal);

  /// Changes the password of a logged-in user, who must give the current one. All other sessions
  /// end; this one continues with the returned pair, and its earlier tokens become invalid. The
  /// owner is notified by mail.
  ///
  /// Errors: reauthentication_required, as for require_recent(), if the account has a second
  /// factor; invalid_credentials and rate_limited, as for a login; validation_failed on
  /// `new_password` (not good enough, or code `unchanged`); version_conflict (the password was
  /// changed meanwhile); token_invalid (the session ended meanwhile).
  [[nodiscard]] Result<TokenPair> change_password(const Principal& principal,
                                                  const Password& current, Password next,
                                                  const ClientContext& client);

  /// Returns the user's live sessions, most recently used first; at most sessions_per_user.
  [[nodiscard]] std::vector<Session> list(const UserId& user);
  /// Ends one session of the user. Error: not_found.
  [[nodiscard]] Result<void> end(const UserId& user, const SessionId& session,
                                 const ClientContext& client);
  /// Ends all sessions of the user except `current`; returns their number.
  std::size_t end_others(const UserId& user, const SessionId& current, const ClientContext& client);

 private:
  class Login;
  [[nodiscard]] Result<Principal> check(std::string_view access_token,
                                        std::optional<std::string_view> from, Gates gates);
  [[nodiscard]] Result<Principal> identify(std::string_view access_token,
                                           std::optional<std::string_view> from);

  Services& s_;
};

}  // namespace coffeeauth
