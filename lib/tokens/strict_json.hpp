#pragma once
/// Strict reading of the small JSON objects in tokens. Private to the library.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace coffeeauth {

/// The top-level members of a JSON object (RFC 8259).
///
/// Tokens need texts and whole numbers only; a member of any other kind is known by name, so that
/// its presence can be refused, and its value cannot be had.
class JsonMembers {
 public:
  /// Nothing unless `text` is one object in UTF-8 and nothing else, without a byte order mark, a
  /// NUL (raw or escaped), a lone surrogate, a member named twice at any level, or more than eight
  /// levels.
  [[nodiscard]] static std::optional<JsonMembers> parse(std::string_view text);

  [[nodiscard]] bool has(std::string_view name) const { return members_.contains(name); }
  /// The text of that name; nothing when it is absent or not a text.
  [[nodiscard]] std::optional<std::string> text(std::string_view name) const;
  /// The whole number of that name; nothing when it is absent, written with a fraction or an
  /// exponent, or beyond 64 bits.
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name) const;

 private:
  friend class JsonMembersReader;
  /// monostate: something else.
  using Value = std::variant<std::monostate, std::string, std::int64_t>;
  std::map<std::string, Value, std::less<>> members_;
};

}  // namespace coffeeauth
