#pragma once
/// make_http_sender(): hands text messages to a gateway as signed HTTP requests.

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "coffeeauth/config_fields.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/clock.hpp"
#include "coffeeauth/secret.hpp"
#include "coffeeauth/sms/sender.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace sms {

/// A gateway, and how to sign requests to it.
struct HttpSenderOptions {
  /// `https://gateway.example/messages?account=7`; plain http is accepted for loopback only. The
  /// path and query are sent as they are, and may contain a token.
  std::string url{};
  /// The key of the signatures: `whsec_` and Base64, as Standard Webhooks writes it, or any text.
  /// 24 to 64 bytes.
  Secret secret{};
  /// The sender that recipients see, for the gateway to interpret; empty to leave it to the
  /// gateway.
  std::string from{};
  /// A PEM file of trusted certificate authorities; empty for the system's. Read once, at start.
  std::string ca_file{};
  /// Maximum duration of one deliver(). Range 1 ms to 60 s.
  std::chrono::milliseconds timeout{15'000};
};

/// Makes a sender that posts each message as JSON: `id`, `to`, `text`, `kind`, `expires_at` (RFC
/// 3339, or null), and `from` if HttpSenderOptions::from is set. The headers `webhook-id`,
/// `webhook-timestamp` and `webhook-signature` are those of Standard Webhooks
/// (https://www.standardwebhooks.com), so that a gateway can verify the request with any of its
/// libraries; `id` and `webhook-id` are constant across attempts, so that it can drop duplicates.
///
/// Any 2xx means `delivered`; 408, 429, 5xx, a failed connection and a malformed response mean
/// `retry_later`; everything else, also a redirect, means `refused`. Each message has a connection
/// of its own, by TLS 1.2 or later, and the server's certificate is verified. The body of the
/// response is not read. Reasons are the status or a few fixed words. Thread-safe.
///
/// Borrows `clock`, for the timestamps. Throws std::invalid_argument, whose text begins with the
/// setting's name and contains no part of its value, for invalid options.
[[nodiscard]] std::unique_ptr<SmsSender> make_http_sender(HttpSenderOptions options,
                                                          const Clock& clock);

/// Returns the settings by name. `options` must outlive them and must not be moved.
[[nodiscard]] std::vector<ConfigField> fields(HttpSenderOptions& options);

/// Returns scheme, host and port of HttpSenderOptions::url, for logs. Throws like
/// make_http_sender().
[[nodiscard]] std::string origin_of(const HttpSenderOptions& options);

}  // namespace sms
}  // namespace coffeeauth
