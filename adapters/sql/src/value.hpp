#pragma once
/// What goes into a statement and what comes out of it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "coffeeauth/digest.hpp"
#include "coffeeauth/ids.hpp"
#include "coffeeauth/time.hpp"

namespace coffeeauth::sql {

/// Bytes, which unlike text may hold a NUL.
struct Bytes {
  std::string data;
};

/// NULL, an integer, text or bytes.
using Value = std::variant<std::monostate, std::int64_t, std::string, Bytes>;

// How the core's types are kept: times as milliseconds, booleans as 0 and 1, ids in their textual
// form, digests in hexadecimal. The same on every data base.
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

/// A statement: its text with `$1, $2, ...` in order of first use, and one letter for each column
/// of its result: `n` number, `t` text, `b` bytes.
///
/// The letters are declared because SQLite has no types for expressions, and because a value that
/// is read as another type comes back silently wrong.
struct Sql {
  std::string text;
  std::string columns{};
};

/// One row of a result, read by position. A value of another kind than asked for is Unavailable:
/// the schema is not the one this program was made for.
class Row {
 public:
  explicit Row(std::vector<Value> values) : values_(std::move(values)) {}

  [[nodiscard]] std::int64_t number(std::size_t column) const;
  [[nodiscard]] const std::string& text(std::size_t column) const;
  /// Empty for NULL: Poco binds empty bytes so.
  [[nodiscard]] const std::string& bytes(std::size_t column) const;
  [[nodiscard]] bool flag(std::size_t column) const { return number(column) != 0; }
  [[nodiscard]] UtcTime time(std::size_t column) const { return from_unix_millis(number(column)); }
  [[nodiscard]] bool is_null(std::size_t column) const;
  [[nodiscard]] std::optional<UtcTime> optional_time(std::size_t column) const;
  template <class IdType>
  [[nodiscard]] IdType id(std::size_t column) const {
    const auto parsed = IdType::parse(text(column));
    if (!parsed) damaged();
    return *parsed;
  }
  template <class DigestType>
  [[nodiscard]] DigestType digest(std::size_t column) const {
    const auto parsed = parse_hex_digest(text(column));
    if (!parsed) damaged();
    return DigestType{*parsed};
  }

  /// Throws Unavailable: what was read cannot have been written by this program.
  [[noreturn]] static void damaged();

 private:
  template <class T>
  [[nodiscard]] const T& get(std::size_t column) const;

  std::vector<Value> values_;
};

using Rows = std::vector<Row>;

}  // namespace coffeeauth::sql
