#pragma once
/// How the core's types go into a statement.

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "coffeeauth/sql/query.hpp"

namespace coffeeauth::sql {

// How the core's types are kept: times as milliseconds, booleans as 0 and 1, ids in their textual
// form, digests in hexadecimal. The same on every database.
inline Value to_value(Value value) { return value; }
inline Value to_value(std::int64_t number) { return number; }
inline Value to_value(bool flag) { return std::int64_t{flag ? 1 : 0}; }
inline Value to_value(std::string text) { return Value{std::move(text)}; }
inline Value to_value(std::string_view text) { return std::string(text); }
inline Value to_value(const char* text) { return std::string(text); }
inline Value to_value(Bytes bytes) { return Value{std::move(bytes)}; }
inline Value to_value(UtcTime time) { return to_unix_millis(time); }
template <class Tag>
Value to_value(const Id<Tag>& id) {
  return id.str();
}
template <class Tag>
Value to_value(const Digest<Tag>& digest) {
  return to_hex(digest.bytes());
}
template <class T>
Value to_value(const std::optional<T>& value) {
  if (!value) return std::monostate{};
  return to_value(*value);
}
/// A size as a LIMIT: what does not fit is as good as no limit.
[[nodiscard]] Value to_limit(std::size_t count);

}  // namespace coffeeauth::sql
