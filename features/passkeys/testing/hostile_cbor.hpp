#pragma once
/// CBOR that was made to cost much: what it declares, nests and repeats.

#include <cstddef>
#include <string>
#include <vector>

namespace coffeeauth::passkeys::testing {

/// The size limit of each input, in octets: that of a credential in JSON.
inline constexpr std::size_t longest_hostile = 16 * 1'024;

/// `start` and then `with` as often as there is room.
[[nodiscard]] std::string filled(std::string start, const std::string& with);
/// More than a hundred of them, none of which may be accepted.
[[nodiscard]] std::vector<std::string> hostile_cbor();

}  // namespace coffeeauth::passkeys::testing
