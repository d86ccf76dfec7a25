#pragma once
/// Session: one login on one device, alive until it is ended, idle too long, or too old.

#include <optional>
#include <string>

#include "coffeeauth/digest.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/ids.hpp"
#include "coffeeauth/time.hpp"
#include "coffeeauth/user.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// Who is asking, as far as the network tells. Filled at the edge; services never look at a socket.
struct ClientContext {
  /// Textual IPv4 or IPv6 address after TRUSTED_PROXIES were taken into account; may be empty.
  std::string address{};
  /// The User-Agent field, cleaned of control characters and cut to 256 octets.
  std::string user_agent{};
  /// The preferred language of the client (BCP 47, from Accept-Language); may be empty.
  std::string language{};
  /// An id for this request in logs and events.
  std::string request_id{};
};

/// A session as its owner sees it.
struct Session {
  /// The `sid` claim of its access tokens.
  SessionId id;
  /// Whose it is.
  UserId user_id;
  /// When its owner logged in.
  UtcTime created_at{};
  /// The login or the last refresh.
  UtcTime last_used_at{};
  /// Ends here when it is not used before; moves with every refresh.
  UtcTime idle_expires_at{};
  /// Ends here in any case.
  UtcTime expires_at{};
  /// Where it was opened from; may be empty.
  std::string address;
  /// What it was opened with; may be empty.
  std::string user_agent;
  /// When its owner last proved who they are: the login, or a later proof. A refresh is none.
  UtcTime authenticated_at{};
  /// How they proved it: the words of LoginMethod, with blanks between.
  std::string methods{};
};

/// A session to be written at login.
struct NewSession {
  /// The session as its owner will see it.
  Session session;
  /// Of its first refresh token; the token itself is with the client.
  RefreshTokenDigest refresh_digest;
};

/// A session together with the account it belongs to, as it is in the Store right now.
struct LiveSession {
  /// The session.
  Session session;
  /// Its owner: check is_active and is_verified here, not from the token.
  User user;
};

}  // namespace coffeeauth
