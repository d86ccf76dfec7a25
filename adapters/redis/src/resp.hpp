#pragma once
/// The Redis serialisation protocol, version 2: as much of it as is spoken here. Pure.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "coffeeauth/part_down.hpp"

namespace coffeeauth::redis {

/// What a bulk string may hold at most; nothing larger is worth storing, as it could not be read.
constexpr std::size_t most_octets = std::size_t{8} * 1024 * 1024;

/// One reply of the server.
struct Reply {
  enum class Kind { status, error, integer, bulk, nil, array };
  Kind kind = Kind::nil;
  /// For status, error and bulk.
  std::string text{};
  std::int64_t integer = 0;
  std::vector<Reply> items{};
};

/// What an error reply says about the server, by its first word.
[[nodiscard]] DownReason reason_of(const Reply& error) noexcept;

struct Incomplete {};
struct Malformed {};

struct Parsed {
  Reply reply;
  /// Octets of the input that the reply took.
  std::size_t size = 0;
};

/// Reads the first reply in `input`. Incomplete when more octets may make it one; Malformed when
/// nothing can, or when it announces more than a cache ever asks for (8 MiB and a little, 1,024
/// items in all, four levels).
[[nodiscard]] std::variant<Parsed, Incomplete, Malformed> parse_reply(std::string_view input);

/// A command as the server reads it: an array of bulk strings. The string does not grow while it is
/// written, so that wiping it leaves nothing of the words behind.
[[nodiscard]] std::string serialise_command(const std::vector<std::string_view>& words);

}  // namespace coffeeauth::redis
