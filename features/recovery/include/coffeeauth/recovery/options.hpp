#pragma once
/// RecoveryOptions: the settings of the room `recovery`.

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

/// What a mail brings to whoever asked for a new password.
enum class ResetBy {
  /// Nothing: passwords cannot be reset.
  off,
  /// A link.
  link,
  /// A code of eight digits.
  code,
  /// Both.
  both,
};

/// Whether the mail of a request brings a link.
[[nodiscard]] constexpr bool brings_link(ResetBy by) noexcept {
  return by == ResetBy::link || by == ResetBy::both;
}
/// Whether it brings a code.
[[nodiscard]] constexpr bool brings_code(ResetBy by) noexcept {
  return by == ResetBy::code || by == ResetBy::both;
}

/// How passwords are reset and addresses changed.
struct RecoveryOptions {
  /// How users see the service from outside, without a slash at the end: where links lead whose
  /// URL is not set below. https, unless it is loopback. From configuration, and never from a
  /// request.
  std::string public_url{};
  /// What the mail brings.
  ResetBy reset = ResetBy::link;
  /// How long a link or code for a new password is good. Range 5 min to 24 h.
  std::chrono::seconds reset_lifetime{std::chrono::minutes{30}};
  /// How long a link or code for a new address is good. Range 10 min to 24 h.
  std::chrono::seconds email_change_lifetime{std::chrono::hours{1}};
  /// How long a change of address can be undone; the former address is reserved as long. Range 0,
  /// which is never, to 30 days.
  std::chrono::seconds undo_lifetime{std::chrono::hours{24 * 7}};
  /// Where the link for a new password leads: `{token}` stands for the token, best behind a `#`,
  /// which browsers do not send. Empty: `/account/reset#token={token}` below public_url.
  std::string reset_url{};
  /// Where the link for a new address leads. Empty: `/account/email#token={token}`.
  std::string email_change_url{};
  /// Where the link to undo a change leads. Empty: `/account/undo#token={token}`.
  std::string email_undo_url{};
  /// Whether anything can be asked for. Off, the room keeps the addresses that it reserved and
  /// deletes what is over; it has no routes.
  bool enabled = true;
  /// Whether page_routes() are served behind the links; the program asks.
  bool pages = true;
  /// Mails to one account for each of the two purposes.
  MailPace pace{.pause = std::chrono::seconds{60}, .per_hour = 5, .per_day = 10};
  /// Requests for a mail from one network.
  Limit asks{20, std::chrono::hours{1}};
  /// Tries to use a link or code from one network.
  Limit tries{60, std::chrono::hours{1}};
  /// Mails for a change to one address, whoever asks.
  Limit target_mails{10, std::chrono::hours{24}};
  /// Guesses at the codes of one address, whoever guesses.
  Limit target_guesses{50, std::chrono::hours{24}};
  /// Wrong guesses until a code is dead. Range 1 to 10.
  std::size_t code_attempts = 5;
};

/// The settings by name. `options` must outlive them and stay where it is.
[[nodiscard]] std::vector<ConfigField> fields(RecoveryOptions& options);

}  // namespace recovery
}  // namespace coffeeauth
