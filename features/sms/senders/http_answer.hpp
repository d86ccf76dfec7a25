#pragma once
/// What a gateway's response says: its status. Pure.

#include <cstddef>
#include <optional>
#include <string>

namespace coffeeauth::sms {

/// Octets of heads that are read, before it counts as malformed.
inline constexpr std::size_t longest_heads = std::size_t{16} * 1024;

struct HeadRead {
  /// Nothing while the head is not complete.
  std::optional<int> status{};
  bool is_malformed = false;
};

/// Reads the status of the response in `buffer`, behind any interim ones (1xx).
[[nodiscard]] HeadRead read_head(const std::string& buffer);

}  // namespace coffeeauth::sms
