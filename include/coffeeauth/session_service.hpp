#pragma once
/// SessionService: login, refresh, logout, and who makes a request.

#include <chrono>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "coffeeauth/claims.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/login.hpp"
#include "coffeeauth/result.hpp"
#include "coffeeauth/secret.hpp"
#include "coffeeauth/session.hpp"
#include "coffeeauth/token.hpp"
#include "coffeeauth/user_service.hpp"
#include "coffeeauth/verification_code.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

struct Services;

/// Who makes a request, checked against the live user: what a protected handler needs.
struct Principal {
  /// The user as the Store has it now, with its role.
  User user;
  /// For ending this session, or all others.
  SessionId session;
  /// What each ClaimsSource added to the token, as it was when the token was made.
  Claims claims{};
};

/// What somebody has who proved once more who they are. The access token is a secret.
struct Reauthenticated {
  /// Of the same session.
  Secret access_token;
  /// How long it is good.
  std::chrono::seconds expires_in{};
  /// Session::authenticated_at from now on.
  UtcTime authenticated_at{};
};

/// What such a proof led to: it is complete, or a LoginStep asks for more.
using ReauthenticationOutcome = std::variant<Reauthenticated, LoginChallenge>;

/// Callable from any thread. Every method may throw Unavailable.
class SessionService {
 public:
  /// Borrows `services`; Auth makes it: Auth::sessions().
  explicit SessionService(Services& services);

  /// Checks the password and opens a session, or gives the challenge of the first LoginStep that
  /// asks for more; without a feature that brings steps the outcome is always a TokenPair. Beyond
  /// TokenConfig::sessions_per_user the session that was not used for longest ends.
  ///
  /// Unknown address and wrong password get the same answer at the same price. A right one clears
  /// the account's count of failures. Errors: invalid_credentials; email_not_verified and
  /// account_disabled (only after a right password); rate_limited with retry_after.
  [[nodiscard]] Result<LoginOutcome> log_in(const EmailAddress& email, const Password& password,
                                            const ClientContext& client);
  /// Logs in with a code from send_login_code(), too: with both, a user gets in however many
  /// failures were counted for the account. Wrong code and wrong password get the same answer,
  /// invalid_credentials, at the same price; the code is only spent, and a guess at it only
  /// counted, with the right password.
  [[nodiscard]] Result<LoginOutcome> log_in(const EmailAddress& email, const Password& password,
                                            const VerificationCode& code,
                                            const ClientContext& client);
  /// Mails a login code to an account that could log in, at the pace of CodeConfig. Says the same
  /// for every address. Returns when a code of now stops being good, whether one was mailed or not.
  CodeReceipt send_login_code(const EmailAddress& email, const ClientContext& client);
  /// Does the same for a caller who gives a password. With the account's right one the mail counts
  /// apart, so that strangers who ask without it cannot use up the day's mails; any other counts as
  /// none. The answer tells nothing of it, and the price is one hash whoever is asked for.
  CodeReceipt send_login_code(const EmailAddress& email, const Password& password,
                              const ClientContext& client);

  /// Spends a refresh token for a new pair.
  ///
  /// One that was spent within the grace period is answered with the same successor again; an older
  /// one ends the whole session and is an event.
  /// Error: token_invalid.
  [[nodiscard]] Result<TokenPair> refresh(std::string_view refresh_token,
                                          const ClientContext& client);

  /// Ends the session of that refresh token. A token that means nothing is no error.
  void log_out(std::string_view refresh_token, const ClientContext& client);

  /// Checks an access token and then the live session and user behind it.
  /// Errors: token_expired; token_invalid (also for a token that a disabled or deleted user, a
  /// changed role or password, or an ended session has stopped).
  [[nodiscard]] Result<Principal> authenticate_token(std::string_view access_token);
  /// Checks a token that came from the network address `from`. Further error: rate_limited, when
  /// the Store would have to be asked and too many dead tokens came from there; not for a session
  /// that this process has seen live, whatever neighbours send.
  [[nodiscard]] Result<Principal> authenticate_token(std::string_view access_token,
                                                     std::string_view from);

  /// Checks the value of an Authorization field as a protected handler received it; empty for none.
  /// Reads it with bearer_token() and goes on as authenticate_token(). Errors: not_authenticated
  /// (there is no bearer token in it), token_invalid, token_expired; all three are 401.
  [[nodiscard]] Result<Principal> authenticate(std::string_view authorization);
  /// Checks the field for a request of `client`, whose address alone counts. Further error:
  /// rate_limited (429), as of authenticate_token() with an address. Prefer it where one is at
  /// hand.
  [[nodiscard]] Result<Principal> authenticate(std::string_view authorization,
                                               const ClientContext& client);

  /// Takes the password of somebody who is logged in as a proof of who they are, once more. Wrong
  /// ones count as failed logins. Errors: invalid_credentials; rate_limited; token_invalid (the
  /// session ended meanwhile); what a LoginStep refuses with.
  [[nodiscard]] Result<ReauthenticationOutcome> reauthenticate(const Principal& principal,
                                                               const Password& password,
                                                               const ClientContext& client);
  /// Whether the session's last proof is recent enough (TokenConfig::reauth_lifetime) for what
  /// could take the account over. Asks the Store. Errors: reauthentication_required; token_invalid
  /// (the session ended meanwhile).
  [[nodiscard]] Result<void> require_recent(const Principal& principal);

  /// Changes the password of somebody who is logged in and gives the present one. All other
  /// sessions end; this one goes on with the pair that is returned, and its tokens from before mean
  /// nothing. The owner is told by mail.
  ///
  /// Errors: invalid_credentials and rate_limited, as at a login; validation_failed on
  /// `new_password` (not good enough, or the present one: `unchanged`); version_conflict (the
  /// password was changed meanwhile); token_invalid (the session ended meanwhile).
  [[nodiscard]] Result<TokenPair> change_password(const Principal& principal,
                                                  const Password& current, Password next,
                                                  const ClientContext& client);

  /// The user's live sessions, the last used first; at most TokenConfig::sessions_per_user.
  [[nodiscard]] std::vector<Session> list(const UserId& user);
  /// Ends one session of the user. Error: not_found.
  [[nodiscard]] Result<void> end(const UserId& user, const SessionId& session,
                                 const ClientContext& client);
  /// Ends all sessions of the user but `current`; returns how many.
  std::size_t end_others(const UserId& user, const SessionId& current, const ClientContext& client);

 private:
  class Login;
  [[nodiscard]] Result<Principal> check(std::string_view access_token,
                                        std::optional<std::string_view> from);

  Services& s_;
};

}  // namespace coffeeauth
