#pragma once
/// Schema: a small subset of JSON Schema (2020-12), from which requests are validated and the
/// OpenAPI document is made, so that the two cannot disagree.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "coffeeauth/error.hpp"
#include "coffeeauth/export.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace http {

struct Schema;
/// Shared, because one schema is part of many routes.
using SchemaPtr = std::shared_ptr<const Schema>;

enum class SchemaType { string, boolean, integer, object, array };

/// What a text has to look like. `email`, `password` and `verification_code` describe only: their
/// rules are those of the value types that parse them (EmailAddress, Password, VerificationCode),
/// which forgive blanks around what was meant, and not those of a pattern.
enum class TextFormat { any, email, password, uuid, date_time, six_digits, verification_code };

/// A member of an object.
struct Property {
  /// The member's name in JSON.
  std::string name;
  /// What its value has to be.
  SchemaPtr schema;
  /// Whether an object without it is refused.
  bool required = false;
};

/// Plain data; members mean what the keywords of JSON Schema mean. An object in a request accepts
/// its properties and no others; the document leaves objects in answers open, because a later
/// version may add a member to them.
struct Schema {
  /// `type`.
  SchemaType type = SchemaType::string;
  /// The name under `components/schemas`; a schema without one is written out where it is used.
  std::string name{};
  /// `description`, for readers of the document.
  std::string description{};
  /// Whether `null` is allowed beside `type`.
  bool nullable = false;
  /// `readOnly`: part of an answer that a request may repeat but not change. For the document only;
  /// the handler compares.
  bool read_only = false;

  /// `format`, or a pattern.
  TextFormat format = TextFormat::any;
  /// In code points.
  std::optional<std::size_t> min_length{};
  /// In code points.
  std::optional<std::size_t> max_length{};
  /// For texts: whether a whole number from `minimum` to `maximum` is accepted in place of one.
  bool or_integer = false;
  /// The only texts allowed; empty for any. For an integer in a query, words that stand beside the
  /// numbers.
  std::vector<std::string> values{};

  /// For integers, inclusive.
  std::optional<std::int64_t> minimum{};
  /// For integers, inclusive.
  std::optional<std::int64_t> maximum{};

  /// The members of an object.
  std::vector<Property> properties{};
  /// For an object used as a map: what each of its values is.
  SchemaPtr map_values{};
  /// What each element of an array is.
  SchemaPtr items{};
  /// Exactly one of these objects; the first whose required members are all there is meant.
  std::vector<SchemaPtr> one_of{};

  /// JSON texts for the document only.
  std::string default_value{};
  /// One value, as JSON text.
  std::string example{};
};

/// What is wrong with `value`; empty when nothing is. Codes: `required`, `unknown_field`,
/// `invalid_type`, `too_short`, `too_long`, `too_small`, `too_large`, `not_allowed` (not one of
/// `values`), `invalid`. Fields are named by their path (`a.b`); no value is quoted, and a name
/// from the request only when it is short and plain.
[[nodiscard]] std::vector<FieldError> validate(const Schema& schema, const nlohmann::json& value);

/// Does so for a query parameter: text that stands for a string, an integer, or a boolean, see
/// parse_flag().
[[nodiscard]] std::vector<FieldError> validate_text(const Schema& schema, std::string_view name,
                                                    std::string_view text);

/// A boolean of a query: `true` or `1`, `false` or `0`, in any letter case; anything else is
/// nothing.
[[nodiscard]] std::optional<bool> parse_flag(std::string_view text) noexcept;

}  // namespace http
}  // namespace coffeeauth
