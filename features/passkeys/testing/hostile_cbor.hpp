#pragma once
/// CBOR that was made to cost much: what it declares, nests and repeats.

#include <cstddef>
#include <string>
#include <vector>

namespace coffeeauth::passkeys::testing {

/// As much as the JSON of a credential can be, in octets.
inline constexpr std::size_t longest_hostile = 16 * 1'024;

/// `start` and then `with` as often as there is room.
[[nodiscard]] std::string filled(std::string start, const std::string& with);
/// More than a hundred of them, none of which may be accepted.
[[nodiscard]] std::vector<std::string> hostile_cbor();

}  // namespace coffeeauth::passkeys::testing
