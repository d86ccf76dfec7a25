#pragma once
/// Strict reading of the small JSON objects in tokens. Private to the library.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "coffeeauth/claims.hpp"

namespace coffeeauth {

/// The top-level members of a JSON object (RFC 8259).
///
/// Tokens need what a ClaimValue can be; a member of any other kind is known by name, so that its
/// presence can be refused, and its value cannot be had.
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
  /// The texts of that name; none when it is absent or not a list of texts.
  [[nodiscard]] std::vector<std::string> texts(std::string_view name) const;
  /// All whose names `is_wanted` and whose values are such as a claim can have. Moves them out.
  template <class Wanted>
  [[nodiscard]] Claims take_claims(Wanted&& is_wanted) {
    Claims claims;
    for (auto& [name, value] : members_) {
      if (value && is_wanted(name)) claims.emplace(name, *std::move(value));
    }
    return claims;
  }

 private:
  friend class JsonMembersReader;
  /// Nothing: something else.
  using Value = std::optional<ClaimValue>;
  std::map<std::string, Value, std::less<>> members_;
};

}  // namespace coffeeauth
