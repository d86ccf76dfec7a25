#pragma once
/// The PHC string format of Argon2id hashes: `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`. Pure.
/// Private to the library.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace coffeeauth {

/// What a stored hash says of itself, checked against bounds before anybody spends memory on it.
struct PhcString {
  std::uint32_t memory_kib = 0;
  std::uint32_t iterations = 0;
  std::vector<unsigned char> salt;
  std::vector<unsigned char> hash;
};

/// Reads exactly the form above: version 19, one lane, 8 KiB to 1 GiB, 1 to 20 iterations, salt of
/// 16 bytes, hash of 16 to 64, base64 without padding, numbers without leading zeros. Nothing else.
[[nodiscard]] std::optional<PhcString> parse_phc(std::string_view text);

/// Writes it.
[[nodiscard]] std::string to_phc(const PhcString& phc);

}  // namespace coffeeauth
