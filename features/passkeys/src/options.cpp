#include "features/passkeys/src/options.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "coffeeauth/base64url.hpp"
#include "coffeeauth/url.hpp"

namespace coffeeauth::passkeys {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view android_prefix = "android:apk-key-hash:";
constexpr std::size_t certificate_hash_size = 32;

/// The host of a web origin, without its port; nothing for an app.
std::optional<std::string_view> host_of(std::string_view origin) {
  const auto scheme = origin.find("://");
  if (scheme == std::string_view::npos) return std::nullopt;
  const auto authority = origin.substr(scheme + 3);
  return authority.substr(0, authority.find(':'));
}

bool is_local(std::string_view host) { return host == "localhost" || host.ends_with(".localhost"); }

/// Browsers have passkeys for https alone, and for the machine itself.
std::optional<std::string> read_web_origin(std::string_view text) {
  auto origin = parse_origin(text);
  if (!origin) return std::nullopt;
  if (!origin->starts_with("https://") && !is_local(*host_of(*origin))) return std::nullopt;
  return origin;
}

std::optional<std::string> read_accepted_origin(std::string_view text) {
  if (!text.starts_with(android_prefix)) return read_web_origin(text);
  const auto hash = base64url_decode(text.substr(android_prefix.size()));
  if (!hash || hash->size() != certificate_hash_size) return std::nullopt;
  return std::string{text};
}

/// A domain, and no IP address: the last label of a domain is no number.
std::optional<std::string> read_rp_id(std::string_view text) {
  if (text.empty()) return std::string{};
  const auto origin = parse_origin("https://" + std::string{text});
  if (!origin || host_of(*origin) != text) return std::nullopt;
  const auto label = text.substr(text.rfind('.') + 1);
  const bool is_number = label.empty() || std::all_of(label.begin(), label.end(),
                                                      [](char c) { return c >= '0' && c <= '9'; });
  if (is_number || text.front() == '[') return std::nullopt;
  return std::string{text};
}

bool is_at_or_below(std::string_view host, std::string_view domain) {
  return host == domain || (host.ends_with(domain) && host[host.size() - domain.size() - 1] == '.');
}

[[noreturn]] void refuse_option(std::string_view setting, std::string_view why) {
  throw std::invalid_argument(std::string{setting} + ": " + std::string{why});
}

/// An origin does not belong to the domain: `given` is what was set, without PUBLIC_URL.
[[noreturn]] void refuse_misfit(const PasskeyOptions& given) {
  if (given.origins.empty()) {
    refuse_option("WEBAUTHN_RP_ID",
                  "the host of PUBLIC_URL (localhost where it is not set) is not at or below it; "
                  "change one of the two, or list the origins of your pages in WEBAUTHN_ORIGINS");
  }
  const std::string domain = given.rp_id.empty()
                                 ? "the host of PUBLIC_URL (set WEBAUTHN_RP_ID for another domain)"
                                 : "WEBAUTHN_RP_ID";
  refuse_option("WEBAUTHN_ORIGINS", "has an origin that is not at or below " + domain +
                                        "; one of another domain belongs to "
                                        "WEBAUTHN_RELATED_ORIGINS");
}

void check_origins(const PasskeyOptions& options, const PasskeyOptions& given) {
  for (const auto& origin : options.origins) {
    if (read_accepted_origin(origin) != origin) {
      refuse_option("WEBAUTHN_ORIGINS", "has what is no origin as browsers write it");
    }
    const auto host = host_of(origin);
    if (host && !is_at_or_below(*host, options.rp_id)) refuse_misfit(given);
  }
  for (const auto& origin : options.related_origins) {
    if (read_web_origin(origin) != origin) {
      refuse_option("WEBAUTHN_RELATED_ORIGINS", "has what is no origin as browsers write it");
    }
  }
}

}  // namespace

PasskeyOptions completed(PasskeyOptions options) {
  if (!options.enabled) return options;
  const auto given = options;
  if (!options.public_url.empty()) {
    // Throws for what is none, without a name, since it is a setting of the whole service.
    const auto url = PublicUrl::parse(options.public_url);
    if (options.rp_id.empty()) options.rp_id = url.host();
    if (options.origins.empty()) options.origins = {url.origin()};
  }
  if (options.rp_id.empty()) refuse_option("WEBAUTHN_RP_ID", "must be set, or PUBLIC_URL");
  if (options.origins.empty()) refuse_option("WEBAUTHN_ORIGINS", "must be set, or PUBLIC_URL");
  if (read_rp_id(options.rp_id) != options.rp_id) {
    refuse_option("WEBAUTHN_RP_ID", "must be a domain in lower case; passkeys have no IP address");
  }
  check_origins(options, given);
  require_valid(fields(options));
  return options;
}

std::vector<ConfigField> fields(PasskeyOptions& o) {
  return {
      field("PASSKEYS", "Whether users can have passkeys.", o.enabled),
      field("WEBAUTHN_RP_ID",
            "The domain that passkeys are made for; empty for the host of PUBLIC_URL. After a "
            "change, earlier passkeys no longer work.",
            o.rp_id, read_rp_id, "a domain such as example.com, in lower case"),
      field("WEBAUTHN_RP_NAME",
            "The name of the service as authenticators show it; empty for SERVICE_NAME.", o.rp_name,
            TextLength{0, 64}),
      field("WEBAUTHN_ORIGINS",
            "Origins whose pages may use passkeys, at or below WEBAUTHN_RP_ID, and Android apps as "
            "android:apk-key-hash:...; empty for the origin of PUBLIC_URL.",
            o.origins, read_accepted_origin,
            "origins such as https://app.example, or android:apk-key-hash:..., with commas"),
      field("WEBAUTHN_RELATED_ORIGINS",
            "Origins at other domains whose pages may use the same passkeys; served at "
            "/.well-known/webauthn, which browsers read at the root of WEBAUTHN_RP_ID.",
            o.related_origins, read_web_origin, "origins such as https://app.example, with commas"),
      field("PASSKEY_MAX", "Passkeys that an account may have", o.max, {1, 100}),
      field("PASSKEY_CHALLENGE_LIFETIME", "How long a page may wait until a passkey is used on it",
            o.challenge_lifetime, {1min, longest_challenge}),
      field("PASSKEY_COUNTER",
            "Whose counter of signatures must grow: that of passkeys that cannot be backed up "
            "(device_bound), of none (ignore), or of all.",
            o.counter,
            {{"device_bound", CounterPolicy::device_bound},
             {"ignore", CounterPolicy::ignore},
             {"all", CounterPolicy::all}}),
      field("PASSKEY_OPTIONS_LIMIT",
            "Requests for options of passkeys from one network in one PASSKEY_OPTIONS_WINDOW",
            o.asks.count, {1, 100'000}),
      field("PASSKEY_OPTIONS_WINDOW", "The time over which PASSKEY_OPTIONS_LIMIT counts",
            o.asks.window, {1s, 24h}),
      field("PASSKEY_LIMIT", "Logins by passkey from one network in one PASSKEY_WINDOW",
            o.tries.count, {1, 100'000}),
      field("PASSKEY_WINDOW", "The time over which PASSKEY_LIMIT counts", o.tries.window,
            {1s, 24h})};
}

}  // namespace coffeeauth::passkeys
