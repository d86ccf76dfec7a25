#pragma once
/// JWS in its compact form (RFC 7515 7.1), strict. Knows nothing of JWT: the payload is bytes.
/// Private to the library.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "coffeeauth/ports/signing_key.hpp"

namespace coffeeauth {

/// What this library reads of a JOSE header. Untrusted until the signature was checked.
struct JwsHeader {
  std::string algorithm;
  std::string key_id{};
  std::string type{};
};

/// A JWS that was taken apart and not yet checked: its payload is out of reach until a key vouches
/// for it.
class UnverifiedJws {
 public:
  /// Nothing unless `token` has at most `max_size` characters and exactly three canonical base64url
  /// parts, the first a JSON object with a text `alg`. Refused as well: `crit` and `b64` (no
  /// extension is understood), and keys or addresses of keys that a token brings along (`jwk`,
  /// `jku`, `x5c`, `x5u`; RFC 8725 3.10). Members this library has no name for are ignored.
  /// A token over `max_size` costs the same whatever its length.
  [[nodiscard]] static std::optional<UnverifiedJws> parse(std::string_view token,
                                                          std::size_t max_size);

  [[nodiscard]] const JwsHeader& header() const noexcept { return header_; }

  /// The payload, if `key` made the signature and the header names that key's own algorithm
  /// (RFC 8725 3.1); else nothing.
  [[nodiscard]] std::optional<std::string> payload_signed_by(const SigningKey& key) const;

 private:
  UnverifiedJws() = default;
  JwsHeader header_;
  std::string signing_input_;
  std::string payload_;
  std::string signature_;
};

/// The compact form of `payload` signed by `key`, with `alg` as the key has it, `kid` and `typ`.
[[nodiscard]] std::string sign_jws(std::string_view key_id, std::string_view type,
                                   std::string_view payload, const SigningKey& key);

}  // namespace coffeeauth
