#pragma once
/// Writes CBOR (RFC 8949), for tests: each part by itself, so that it can be written wrongly, too.

#include <cstdint>
#include <string>
#include <string_view>

namespace coffeeauth::passkeys::testing {

/// The first octets of an item of major type 0 to 7, with `number` in its shortest form.
[[nodiscard]] std::string cbor_head(unsigned major, std::uint64_t number);
/// Like cbor_head(), but with the number in 1, 2, 4 or 8 octets even if it needs fewer.
[[nodiscard]] std::string cbor_long_head(unsigned major, std::uint64_t number, unsigned octets);
[[nodiscard]] std::string cbor_integer(std::int64_t number);
[[nodiscard]] std::string cbor_bytes(std::string_view bytes);
[[nodiscard]] std::string cbor_text(std::string_view text);

}  // namespace coffeeauth::passkeys::testing
