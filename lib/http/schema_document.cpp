#include "lib/http/schema_document.hpp"

#include <string_view>

namespace coffeeauth::http {
namespace {

std::string_view type_name(SchemaType type) noexcept {
  switch (type) {
    case SchemaType::string:
      return "string";
    case SchemaType::boolean:
      return "boolean";
    case SchemaType::integer:
      return "integer";
    case SchemaType::object:
      return "object";
    case SchemaType::array:
      return "array";
  }
  return "string";
}

void write_format(TextFormat format, Document& out) {
  switch (format) {
    case TextFormat::any:
    case TextFormat::verification_code:
      return;
    case TextFormat::email:
      out["format"] = "email";
      return;
    case TextFormat::password:
      out["format"] = "password";
      return;
    case TextFormat::uuid:
      out["format"] = "uuid";
      return;
    case TextFormat::date_time:
      out["format"] = "date-time";
      return;
    case TextFormat::six_digits:
      out["pattern"] = "^[0-9]{6}$";
      return;
  }
}

void write_text(const Schema& schema, Document& out) {
  write_format(schema.format, out);
  if (schema.min_length) out["minLength"] = *schema.min_length;
  if (schema.max_length) out["maxLength"] = *schema.max_length;
  if (!schema.values.empty()) out["enum"] = schema.values;
}

void write_object(const Schema& schema, Use use, Document& components, Document& out) {
  Document required = Document::array();
  Document properties = Document::object();
  for (const auto& property : schema.properties) {
    properties[property.name] = schema_document(*property.schema, use, components);
    if (property.required) required.push_back(property.name);
  }
  if (!required.empty()) out["required"] = required;
  if (!properties.empty()) out["properties"] = properties;
  if (schema.map_values) {
    out["additionalProperties"] = schema_document(*schema.map_values, use, components);
  } else if (use == Use::request && !schema.open) {
    out["additionalProperties"] = false;
  }
}

Document write_schema(const Schema& schema, Use use, Document& components) {
  Document out = Document::object();
  if (!schema.description.empty()) out["description"] = schema.description;
  if (schema.read_only) out["readOnly"] = true;
  if (!schema.one_of.empty()) {
    for (const auto& choice : schema.one_of) {
      out["oneOf"].push_back(schema_document(*choice, use, components));
    }
    return out;
  }
  const auto type = std::string{type_name(schema.type)};
  out["type"] = Document(type);
  if (schema.or_integer) out["type"] = Document::array({type, "integer"});
  if (schema.nullable) out["type"] = Document::array({type, "null"});
  if (schema.type == SchemaType::integer && !schema.values.empty()) {
    out["type"] = Document::array({type, "string"});
    std::string pattern;
    for (const auto& word : schema.values) pattern += (pattern.empty() ? "^(" : "|") + word;
    out["pattern"] = pattern + ")$";
  }
  if (schema.type == SchemaType::string) write_text(schema, out);
  if (schema.type == SchemaType::object) write_object(schema, use, components, out);
  if (schema.type == SchemaType::array) {
    out["items"] = schema_document(*schema.items, use, components);
  }
  if (schema.minimum) out["minimum"] = *schema.minimum;
  if (schema.maximum) out["maximum"] = *schema.maximum;
  if (!schema.default_value.empty()) out["default"] = Document::parse(schema.default_value);
  if (!schema.example.empty()) out["examples"] = Document::array({Document::parse(schema.example)});
  return out;
}

}  // namespace

Document schema_document(const Schema& schema, Use use, Document& components) {
  if (schema.name.empty()) return write_schema(schema, use, components);
  // An answer writes what a request wrote before it anew, to open it.
  if (use == Use::answer || !components.contains(schema.name)) {
    auto written = write_schema(schema, use, components);
    components[schema.name] = std::move(written);
  }
  return Document{{"$ref", "#/components/schemas/" + schema.name}};
}

Document example_document(const Schema& schema, Use use) {
  if (!schema.example.empty()) return Document::parse(schema.example);
  if (!schema.one_of.empty()) return example_document(*schema.one_of.front(), use);
  if (!schema.values.empty()) return schema.values.front();
  switch (schema.type) {
    case SchemaType::boolean:
      return true;
    case SchemaType::integer:
      return schema.minimum.value_or(1);
    case SchemaType::string:
      return "text";
    case SchemaType::array:
      return Document::array({example_document(*schema.items, use)});
    case SchemaType::object:
      break;
  }
  Document object = Document::object();
  for (const auto& property : schema.properties) {
    if (use == Use::request && property.schema->read_only) continue;
    object[property.name] = example_document(*property.schema, use);
  }
  return object;
}

}  // namespace coffeeauth::http
