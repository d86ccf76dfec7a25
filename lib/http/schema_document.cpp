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

void write_object(const Schema& schema, Document& components, Document& out) {
  Document required = Document::array();
  Document properties = Document::object();
  for (const auto& property : schema.properties) {
    properties[property.name] = schema_document(*property.schema, components);
    if (property.required) required.push_back(property.name);
  }
  if (!required.empty()) out["required"] = required;
  if (!properties.empty()) out["properties"] = properties;
  out["additionalProperties"] =
      schema.map_values ? schema_document(*schema.map_values, components) : Document(false);
}

Document write_schema(const Schema& schema, Document& components) {
  Document out = Document::object();
  if (!schema.description.empty()) out["description"] = schema.description;
  if (!schema.one_of.empty()) {
    for (const auto& choice : schema.one_of) {
      out["oneOf"].push_back(schema_document(*choice, components));
    }
    return out;
  }
  const auto type = std::string{type_name(schema.type)};
  out["type"] = schema.nullable ? Document::array({type, "null"}) : Document(type);
  if (schema.type == SchemaType::string) write_text(schema, out);
  if (schema.type == SchemaType::object) write_object(schema, components, out);
  if (schema.type == SchemaType::array) out["items"] = schema_document(*schema.items, components);
  if (schema.minimum) out["minimum"] = *schema.minimum;
  if (schema.maximum) out["maximum"] = *schema.maximum;
  if (!schema.default_value.empty()) out["default"] = Document::parse(schema.default_value);
  if (!schema.example.empty()) out["examples"] = Document::array({Document::parse(schema.example)});
  return out;
}

}  // namespace

Document schema_document(const Schema& schema, Document& components) {
  if (schema.name.empty()) return write_schema(schema, components);
  if (!components.contains(schema.name)) {
    auto written = write_schema(schema, components);
    components[schema.name] = std::move(written);
  }
  return Document{{"$ref", "#/components/schemas/" + schema.name}};
}

}  // namespace coffeeauth::http
