#pragma once
/// RecoveryOptions: the settings of the feature `recovery`.

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "coffeeauth/config.hpp"
#include "coffeeauth/config_fields.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/signup_store.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace recovery {

/// What the mail for a password reset contains.
enum class ResetBy {
  /// No mail: passwords cannot be reset.
  off,
  /// A link.
  link,
  /// A code of eight digits.
  code,
  /// Both.
  both,
};

/// Whether the mail contains a link.
[[nodiscard]] constexpr bool brings_link(ResetBy by) noexcept {
  return by == ResetBy::link || by == ResetBy::both;
}
/// Whether the mail contains a code.
[[nodiscard]] constexpr bool brings_code(ResetBy by) noexcept {
  return by == ResetBy::code || by == ResetBy::both;
}

/// Settings of password resets and changes of email address.
struct RecoveryOptions {
  /// The public URL of the service, without a trailing slash: the base of links whose URL is not
  /// set below. https, except for loopback. Comes from configuration, never from a request.
  std::string public_url{};
  /// What the mail for a password reset contains.
  ResetBy reset = ResetBy::link;
  /// How long a reset link or code is valid. Range 5 min to 24 h.
  std::chrono::seconds reset_lifetime{std::chrono::minutes{30}};
  /// Whether a reset asks an account with a second factor for it before the new password is set,
  /// and asks every LoginStep. If false, the mailbox alone sets the password.
  bool requires_second_factor = true;
  /// How long a link or code for a new address is valid. Range 10 min to 24 h.
  std::chrono::seconds email_change_lifetime{std::chrono::hours{1}};
  /// How long a change of address can be undone; the former address stays reserved as long. Range 0
  /// (never) to 30 days.
  std::chrono::seconds undo_lifetime{std::chrono::hours{24 * 7}};
  /// The page behind a reset link: `{token}` is replaced by the token, which must follow a `#`:
  /// browsers do not send what is behind it. Empty, only with `pages`:
  /// `/account/reset#token={token}` below public_url.
  std::string reset_url{};
  /// The page behind a link for a new address. Empty, only with `pages`:
  /// `/account/email#token={token}`.
  std::string email_change_url{};
  /// The page behind a link to undo a change. Empty, only with `pages`:
  /// `/account/undo#token={token}`.
  std::string email_undo_url{};
  /// Whether the feature is enabled. When it is not, it has no routes, but still keeps its reserved
  /// addresses and deletes expired rows.
  bool enabled = true;
  /// Whether the program should serve page_routes() behind the links. If false, each link that is
  /// mailed needs a URL of its own.
  bool pages = true;
  /// Limits on mails to one account, for each purpose (MailPurpose) separately; for resets that are
  /// requested at the login, in each share of `reset_networks`. Ranges: a pause of 0 to 24 h, 1 to
  /// 1,000 mails.
  MailPace pace{.pause = std::chrono::seconds{60}, .per_hour = 5, .per_day = 10};
  /// Networks (an IPv4 address, an IPv6 /48) with their own share of an account's resets; all
  /// others have one share together. So a stranger needs more networks than have a share to keep
  /// the mail from the owner, and the mailbox gets at most `(reset_networks + 1) * pace.per_day`
  /// such mails a day, 40 by default. Range 0 to 20.
  std::size_t reset_networks = 3;
  /// Requests for a mail from one network. Ranges, also of the limits below: 1 to 100,000 within 1
  /// s to 24 h; at least 1 min for those of one address.
  Limit asks{20, std::chrono::hours{1}};
  /// Attempts to use a link or code from one network.
  Limit tries{60, std::chrono::hours{1}};
  /// Mails about a change to one new address, by all users together; counted in the Store like
  /// `pace`, also when LimitConfig::enabled is false.
  Limit target_mails{10, std::chrono::hours{24}};
  /// Guesses at the codes of one new address, by all users together.
  Limit target_guesses{50, std::chrono::hours{24}};
  /// Wrong guesses that invalidate a code. Range 1 to 10.
  std::size_t code_attempts = 5;
};

/// Returns the settings by name. `options` must outlive them and must not move.
[[nodiscard]] std::vector<ConfigField> fields(RecoveryOptions& options);

}  // namespace recovery
}  // namespace coffeeauth
