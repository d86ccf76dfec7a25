#pragma once
/// Session: one login on one device, which lasts until it is ended, idle too long, or too old.

#include <optional>
#include <string>

#include "coffeeauth/digest.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/ids.hpp"
#include "coffeeauth/time.hpp"
#include "coffeeauth/user.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// The client that sends a request, as far as the network shows. Filled in where requests arrive.
struct ClientContext {
  /// Textual IPv4 or IPv6 address, with trusted proxies taken into account; may be empty.
  std::string address{};
  /// The User-Agent field without control characters, truncated to 256 octets.
  std::string user_agent{};
  /// The preferred language of the client (BCP 47, from Accept-Language); may be empty.
  std::string language{};
  /// Identifies the request in logs and events.
  std::string request_id{};
};

/// A session as its owner sees it.
struct Session {
  /// The `sid` claim of its access tokens.
  SessionId id;
  /// The account.
  UserId user_id;
  /// The time of the login.
  UtcTime created_at{};
  /// The time of the login or the last refresh.
  UtcTime last_used_at{};
  /// When it ends unless it is refreshed; every refresh postpones it.
  UtcTime idle_expires_at{};
  /// When it ends at the latest.
  UtcTime expires_at{};
  /// The IP address of the login; may be empty.
  std::string address;
  /// The User-Agent of the login; may be empty.
  std::string user_agent;
  /// When the user last authenticated: at login, or by re-authentication. A refresh does not count.
  UtcTime authenticated_at{};
  /// The methods of that authentication: words of LoginMethod, separated by blanks.
  std::string methods{};
};

/// A session to be written at login.
struct NewSession {
  /// The session.
  Session session;
  /// The digest of its first refresh token; only the client has the token itself.
  RefreshTokenDigest refresh_digest;
};

/// A session and its account, as currently stored.
struct LiveSession {
  /// The session.
  Session session;
  /// The owner: check is_active and is_verified here, not in the token.
  User user;
};

}  // namespace coffeeauth
