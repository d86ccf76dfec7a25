#pragma once
/// Schema: a small subset of JSON Schema (2020-12), which both validates requests and describes
/// them in the OpenAPI document, so that the two cannot disagree.

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
/// Shared, because many routes use the same schema.
using SchemaPtr = std::shared_ptr<const Schema>;

enum class SchemaType { string, boolean, integer, object, array };

/// The format of a text. `email`, `password` and `verification_code` are descriptive: the value
/// types (EmailAddress, Password, VerificationCode) enforce their rules, and tolerate surrounding
/// blanks, which a pattern would not.
enum class TextFormat { any, email, password, uuid, date_time, six_digits, verification_code };

/// A member of an object.
struct Property {
  /// The member's name in JSON.
  std::string name;
  /// The schema of its value.
  SchemaPtr schema;
  /// Whether an object without it is rejected.
  bool required = false;
};

/// Plain data; members have the meaning of JSON Schema keywords. An object in a request accepts its
/// properties only, unless it is `open`; in the document, objects in responses are open, because a
/// later version may add members.
struct Schema {
  /// `type`.
  SchemaType type = SchemaType::string;
  /// The name under `components/schemas`; a schema without a name is written inline.
  std::string name{};
  /// The `description` in the document.
  std::string description{};
  /// Whether `null` is allowed as well.
  bool nullable = false;
  /// `readOnly`: a member of a response that a request may repeat but not change. For the document
  /// only; the handler checks it.
  bool read_only = false;

  /// The `format`, or a pattern.
  TextFormat format = TextFormat::any;
  /// In code points.
  std::optional<std::size_t> min_length{};
  /// In code points.
  std::optional<std::size_t> max_length{};
  /// For texts: whether a whole number from `minimum` to `maximum` is accepted as well.
  bool or_integer = false;
  /// The only texts allowed; empty for any. For an integer in a query: words accepted in place of a
  /// number.
  std::vector<std::string> values{};

  /// For integers; inclusive.
  std::optional<std::int64_t> minimum{};
  /// For integers; inclusive.
  std::optional<std::int64_t> maximum{};

  /// The members of an object.
  std::vector<Property> properties{};
  /// For an object used as a map: the schema of its values.
  SchemaPtr map_values{};
  /// For an object in a request: whether members other than `properties` are accepted, whatever
  /// their values. For objects that another standard defines, and may extend.
  bool open = false;
  /// The schema of an array's elements.
  SchemaPtr items{};
  /// Alternatives: the value is validated against the first whose required members are all present.
  std::vector<SchemaPtr> one_of{};

  /// A JSON text, for the document only.
  std::string default_value{};
  /// An example value as JSON text, for the document only.
  std::string example{};
};

/// Returns the errors in `value`; empty when it is valid. Codes: `required`, `unknown_field`,
/// `invalid_type`, `too_short`, `too_long`, `too_small`, `too_large`, `not_allowed` (not among
/// `values`), `invalid`. Fields are named by path (`a.b`); values are never quoted, and names from
/// the request only when they are short and plain. Thread-safe.
[[nodiscard]] std::vector<FieldError> validate(const Schema& schema, const nlohmann::json& value);

/// Validates a query parameter: text that represents a string, an integer, or a boolean
/// (parse_flag()). Thread-safe.
[[nodiscard]] std::vector<FieldError> validate_text(const Schema& schema, std::string_view name,
                                                    std::string_view text);

/// Parses a boolean of a query: `true` or `1`, `false` or `0`, ignoring letter case; returns
/// nothing for anything else. Thread-safe.
[[nodiscard]] std::optional<bool> parse_flag(std::string_view text) noexcept;

}  // namespace http
}  // namespace coffeeauth
