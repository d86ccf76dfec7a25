#pragma once
/// How a value is wrapped before it is given to Redis, so that a cut, foreign or damaged one is
/// told. Pure.

#include <memory>
#include <string>
#include <string_view>

namespace coffeeauth::redis {

/// Magic, hash of `key`, length and checksum of `value`, then the value.
[[nodiscard]] std::string frame(std::string_view key, std::string_view value);

/// The value; null when `framed` is not whole, or was stored under another key.
[[nodiscard]] std::shared_ptr<const std::string> unframe(std::string_view key, std::string framed);

}  // namespace coffeeauth::redis
