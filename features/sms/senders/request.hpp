#pragma once
/// The request that hands a message to the gateway. Pure.

#include <string>
#include <string_view>

#include "coffeeauth/secret.hpp"
#include "coffeeauth/sms/sender.hpp"
#include "coffeeauth/time.hpp"
#include "coffeeauth/wipe.hpp"
#include "endpoint.hpp"

namespace coffeeauth::sms {

/// Text that holds a code, and is wiped with it.
struct WipedText {
  std::string text{};

  WipedText() = default;
  WipedText(const WipedText&) = delete;
  WipedText& operator=(const WipedText&) = delete;
  ~WipedText() { wipe(text); }
};

/// Writes the message as JSON into `out`, which must be empty; `from` may be.
void write_body(const Sms& message, std::string_view from, WipedText& out);

/// The key that `secret` stands for: what `whsec_` encodes, or else its bytes. Throws
/// std::invalid_argument, with a text that holds none of it, unless that is 24 to 64 bytes.
[[nodiscard]] Secret signing_key_of(const Secret& secret);

/// `v1,` and the Base64 of HMAC-SHA-256 over `id.timestamp.body`, as Standard Webhooks signs.
[[nodiscard]] std::string signature_of(const Secret& key, std::string_view id,
                                       std::string_view timestamp, std::string_view body);

/// Writes the whole request into `out`, which must be empty.
void write_request(const Endpoint& to, const Secret& key, std::string_view id, UtcTime now,
                   std::string_view body, WipedText& out);

}  // namespace coffeeauth::sms
