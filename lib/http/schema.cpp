#include "coffeeauth/http/schema.hpp"

#include <algorithm>
#include <charconv>

#include <nlohmann/json.hpp>

#include "coffeeauth/ids.hpp"
#include "coffeeauth/time.hpp"
#include "lib/http/syntax.hpp"

namespace coffeeauth::http {
namespace {

using Json = nlohmann::json;

bool has_format(TextFormat format, std::string_view text) {
  switch (format) {
    case TextFormat::any:
    case TextFormat::email:
    case TextFormat::password:
    case TextFormat::verification_code:
      return true;
    case TextFormat::uuid:
      return parse_uuid(text).has_value();
    case TextFormat::date_time:
      return parse_rfc3339(text).has_value();
    case TextFormat::six_digits:
      return text.size() == 6 && text.find_first_not_of("0123456789") == std::string_view::npos;
  }
  return false;
}

/// Its value type drops what surrounds the text, so what is left is for that type to judge.
bool is_trimmed_later(TextFormat format) noexcept {
  return format == TextFormat::email || format == TextFormat::verification_code;
}

class Validator {
 public:
  [[nodiscard]] std::vector<FieldError> take() { return std::move(errors_); }

  void check(const Schema& schema, const Json& value, const std::string& path) {
    if (!schema.one_of.empty()) return check(pick(schema, value), value, path);
    if (value.is_null() && schema.nullable) return;
    switch (schema.type) {
      case SchemaType::string:
        if (schema.or_integer && value.is_number_integer()) {
          return check_integer(schema, value, path);
        }
        if (!value.is_string()) {
          return type_error(path, schema.or_integer ? "a string or a whole number" : "a string");
        }
        return check_text(schema, value.get_ref<const std::string&>(), path);
      case SchemaType::boolean:
        if (!value.is_boolean()) type_error(path, "true or false");
        return;
      case SchemaType::integer:
        if (!value.is_number_integer()) return type_error(path, "a whole number");
        return check_integer(schema, value, path);
      case SchemaType::object:
        if (!value.is_object()) return type_error(path, "an object");
        return check_object(schema, value, path);
      case SchemaType::array:
        if (!value.is_array()) return type_error(path, "an array");
        for (const auto& item : value) check(*schema.items, item, path + "[]");
        return;
    }
  }

  void check_text(const Schema& schema, std::string_view text, const std::string& path) {
    const auto length = count_code_points(text);
    if (length && is_trimmed_later(schema.format)) return;
    if (!length || has_ascii_controls(text)) {
      add(path, "invalid", "Must be text in UTF-8 without control characters.");
    } else if (schema.min_length && *length < *schema.min_length) {
      add(path, "too_short",
          "Must have at least " + std::to_string(*schema.min_length) + " characters.");
    } else if (schema.max_length && *length > *schema.max_length) {
      add(path, "too_long",
          "Must have at most " + std::to_string(*schema.max_length) + " characters.");
    } else if (!schema.values.empty() &&
               std::find(schema.values.begin(), schema.values.end(), text) == schema.values.end()) {
      add(path, "not_allowed", "Must be one of: " + list_of(schema.values) + ".");
    } else if (!has_format(schema.format, text)) {
      add(path, "invalid", std::string{format_message(schema.format)});
    }
  }

  void check_integer(const Schema& schema, std::int64_t number, const std::string& path) {
    if (schema.minimum && number < *schema.minimum) {
      add(path, "too_small", "Must be at least " + std::to_string(*schema.minimum) + ".");
    } else if (schema.maximum && number > *schema.maximum) {
      add(path, "too_large", "Must be at most " + std::to_string(*schema.maximum) + ".");
    }
  }

  void type_error(const std::string& path, std::string_view wanted) {
    add(path, "invalid_type", "Must be " + std::string{wanted} + ".");
  }

 private:
  static std::string list_of(const std::vector<std::string>& values) {
    std::string list;
    for (const auto& value : values) list.append(list.empty() ? "" : ", ").append(value);
    return list;
  }

  static std::string_view format_message(TextFormat format) noexcept {
    switch (format) {
      case TextFormat::uuid:
        return "Must be a UUID.";
      case TextFormat::date_time:
        return "Must be a date and time in UTC (RFC 3339).";
      case TextFormat::six_digits:
        return "Must be six digits.";
      default:
        return "Is not valid.";
    }
  }

  static bool has_required(const Schema& schema, const Json& value) {
    return std::all_of(schema.properties.begin(), schema.properties.end(), [&](const Property& p) {
      return !p.required || (value.is_object() && value.contains(p.name));
    });
  }

  static const Schema& pick(const Schema& schema, const Json& value) {
    for (const auto& choice : schema.one_of) {
      if (has_required(*choice, value)) return *choice;
    }
    return *schema.one_of.front();
  }

  void check_integer(const Schema& schema, const Json& value, const std::string& path) {
    // Beyond 63 bits an unsigned number would turn negative on its way.
    if (value.is_number_unsigned() &&
        value.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX)) {
      return add(path, "too_large", "Is too large.");
    }
    check_integer(schema, value.get<std::int64_t>(), path);
  }

  void check_object(const Schema& schema, const Json& value, const std::string& path) {
    const auto path_of = [&](const std::string& name) {
      return path.empty() ? name : path + "." + name;
    };
    for (const auto& property : schema.properties) {
      const auto found = value.find(property.name);
      if (found != value.end()) {
        check(*property.schema, *found, path_of(property.name));
      } else if (property.required) {
        add(path_of(property.name), "required", "This field is required.");
      }
    }
    for (const auto& [name, member] : value.items()) {
      if (schema.open || is_known(schema, name)) continue;
      if (schema.map_values) {
        check(*schema.map_values, member, path_of(shown_name(name)));
      } else {
        add(path_of(shown_name(name)), "unknown_field", "This field is unknown.");
      }
    }
  }

  static bool is_known(const Schema& schema, const std::string& name) {
    return std::any_of(schema.properties.begin(), schema.properties.end(),
                       [&](const Property& p) { return p.name == name; });
  }

  void add(std::string path, std::string code, std::string message) {
    // A body of 64 KiB can hold thousands of unknown fields; nobody reads the answer that far.
    if (errors_.size() == most_errors) return;
    errors_.push_back({std::move(path), std::move(code), std::move(message)});
  }

  static constexpr std::size_t most_errors = 32;
  std::vector<FieldError> errors_;
};

}  // namespace

std::vector<FieldError> validate(const Schema& schema, const Json& value) {
  Validator validator;
  validator.check(schema, value, {});
  return validator.take();
}

std::optional<bool> parse_flag(std::string_view text) noexcept {
  // Fewer words than a setting has, and no blanks: this is a contract with clients.
  if (equal_ignoring_case(text, "true") || text == "1") return true;
  if (equal_ignoring_case(text, "false") || text == "0") return false;
  return std::nullopt;
}

std::vector<FieldError> validate_text(const Schema& schema, std::string_view name,
                                      std::string_view text) {
  Validator validator;
  const std::string path{name};
  if (schema.type == SchemaType::boolean) {
    if (!parse_flag(text)) validator.type_error(path, "true or false");
  } else if (schema.type == SchemaType::integer &&
             std::find(schema.values.begin(), schema.values.end(), text) != schema.values.end()) {
    return {};
  } else if (schema.type == SchemaType::integer) {
    std::int64_t number = 0;
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    if (read.ec == std::errc::result_out_of_range && read.ptr == end) {
      // A whole number all the same: what it is too large or too small for decides.
      number = text.starts_with('-') ? INT64_MIN : INT64_MAX;
      validator.check_integer(schema, number, path);
    } else if (read.ec != std::errc{} || read.ptr != end) {
      validator.type_error(path, "a whole number");
    } else {
      validator.check_integer(schema, number, path);
    }
  } else {
    validator.check_text(schema, text, path);
  }
  return validator.take();
}

}  // namespace coffeeauth::http
