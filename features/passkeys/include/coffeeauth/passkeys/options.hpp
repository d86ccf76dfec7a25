#pragma once
/// PasskeyOptions: the settings of the feature `passkeys`.

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "coffeeauth/config.hpp"
#include "coffeeauth/config_fields.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/passkeys/passkey_store.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace passkeys {

/// Settings of passkeys.
struct PasskeyOptions {
  /// Whether the feature is enabled. When it is not, there are no routes, and passkeys are accepted
  /// neither at logins nor as a second factor; the stored ones are kept.
  bool enabled = true;
  /// The public URL of the service: the default of `rp_id` and `origins`.
  std::string public_url{};
  /// The relying party's id: a domain, of which passkeys are part for good. After a change, no
  /// earlier passkey works. Empty: the host of public_url.
  std::string rp_id{};
  /// The name of the service, as authenticators show it. Empty: PasswordConfig::service_name.
  std::string rp_name{};
  /// The origins whose pages may use passkeys: web origins at or below `rp_id`, such as
  /// `https://app.example`, and Android apps, as `android:apk-key-hash:` and the hash of the app's
  /// certificate in base64url. Empty: the origin of public_url.
  std::vector<std::string> origins{};
  /// Web origins at other domains whose pages may use the same passkeys: browsers read the list at
  /// `https://<rp_id>/.well-known/webauthn`.
  std::vector<std::string> related_origins{};
  /// Passkeys that an account may have. Range 1 to 100.
  std::size_t max = 20;
  /// How long a challenge is valid: a login page may have been open for as long when a passkey is
  /// chosen. Range 1 to 15 min.
  std::chrono::seconds challenge_lifetime{std::chrono::minutes{10}};
  /// Whose counter of signatures must grow.
  CounterPolicy counter = CounterPolicy::device_bound;
  /// Requests for options from one network. Ranges, also of the limit below: 1 to 100,000 within 1
  /// s to 24 h.
  Limit asks{60, std::chrono::minutes{1}};
  /// Logins and re-authentications by passkey from one network.
  Limit tries{60, std::chrono::minutes{15}};
  /// Registrations of a user, of each of which the owner is notified.
  Limit changes{20, std::chrono::hours{1}};
};

/// Returns the settings by name. `options` must outlive them and must not move.
[[nodiscard]] std::vector<ConfigField> fields(PasskeyOptions& options);

}  // namespace passkeys
}  // namespace coffeeauth
