#pragma once
/// EmailLoginOptions: the settings of the feature `email_login`.

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "coffeeauth/config.hpp"
#include "coffeeauth/config_fields.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/signup_store.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace email_login {

/// Settings of logins by mail.
struct EmailLoginOptions {
  /// Whether the feature is enabled. When it is not, it has no routes and mails nothing, but still
  /// deletes expired rows.
  bool enabled = false;
  /// The public URL of the service, without a trailing slash: the base of the link if `url` is
  /// empty. https, except for loopback. Comes from configuration, never from a request.
  std::string public_url{};
  /// How long link and code are valid. Range 1 to 30 min.
  std::chrono::seconds lifetime{std::chrono::minutes{10}};
  /// The page behind the link: `{token}` is replaced by the token, which must follow a `#`:
  /// browsers do not send what is behind it. Empty: `/account/email-login#token={token}` below
  /// public_url, the page of page_routes().
  std::string url{};
  /// Limits on mails to one account, in each share of `networks`. Ranges: a pause of 0 to 24 h, 1
  /// to 1,000 mails.
  MailPace pace{.pause = std::chrono::seconds{60}, .per_hour = 5, .per_day = 10};
  /// Networks (an IPv4 address, an IPv6 /48) with their own share of an account's mails; all others
  /// have one share together. The mailbox gets at most `(networks + 1) * pace.per_day` such mails a
  /// day. Range 0 to 20.
  std::size_t networks = 3;
  /// Requests for a mail from one network. Ranges, also of the limit below: 1 to 100,000 within 1 s
  /// to 24 h.
  Limit asks{20, std::chrono::hours{1}};
  /// Attempts to use a link or code from one network.
  Limit tries{60, std::chrono::hours{1}};
  /// Wrong guesses that invalidate a code. Range 1 to 10.
  std::size_t code_attempts = 5;
};

/// Returns the settings by name. `options` must outlive them and must not move.
[[nodiscard]] std::vector<ConfigField> fields(EmailLoginOptions& options);

}  // namespace email_login
}  // namespace coffeeauth
