#include "document.hpp"

#include <algorithm>
#include <stdexcept>

#include "coffeeauth/ids.hpp"
#include "coffeeauth/time.hpp"

namespace coffeeauth::http {
namespace {

bool has_type(const std::string& type, const Json& value) {
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "integer") return value.is_number_integer();
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "null") return value.is_null();
  throw std::logic_error("a type that JSON Schema does not have: " + type);
}

std::vector<std::string> types_of(const Json& schema) {
  const auto& type = schema.at("type");
  if (type.is_string()) return {type.get<std::string>()};
  return type.get<std::vector<std::string>>();
}

/// The one pattern that the document uses.
bool has_pattern(const std::string& pattern, const std::string& text) {
  if (pattern != "^[0-9]{6}$") throw std::logic_error("a pattern that is not known: " + pattern);
  return text.size() == 6 && text.find_first_not_of("0123456789") == std::string::npos;
}

std::string text_violation(const Json& schema, const std::string& text) {
  const auto length = static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
  if (schema.contains("minLength") && length < schema["minLength"]) return "is too short";
  if (schema.contains("maxLength") && length > schema["maxLength"]) return "is too long";
  if (schema.contains("pattern") && !has_pattern(schema["pattern"].get<std::string>(), text)) {
    return "does not match its pattern";
  }
  const auto format = schema.value("format", "");
  if (format == "uuid" && !parse_uuid(text)) return "is no UUID";
  if (format == "date-time" && !parse_rfc3339(text)) return "is no date and time";
  return {};
}

}  // namespace

const Json* Operation::request_schema() const {
  if (!description.contains("requestBody")) return nullptr;
  return &description.at("requestBody").at("content").at("application/json").at("schema");
}

bool Operation::lists_error(int status, std::string_view code) const {
  const auto& responses = description.at("responses");
  const auto found = responses.find(std::to_string(status));
  if (found == responses.end() || !found->contains("content")) return false;
  const auto& content = found->at("content");
  return content.contains("application/problem+json") &&
         content.at("application/problem+json").at("examples").contains(std::string{code});
}

Document::Document(const std::string& text) : root_(Json::parse(text)) {
  for (const auto& [path, methods] : root_.at("paths").items()) {
    for (const auto& [method, description] : methods.items()) {
      auto upper = method;
      std::transform(upper.begin(), upper.end(), upper.begin(),
                     [](char c) { return static_cast<char>(c - 'a' + 'A'); });
      operations_.push_back({upper, path, description});
    }
  }
}

const Operation& Document::operation(std::string_view method, std::string_view path) const {
  for (const auto& one : operations_) {
    if (one.method == method && one.path == path) return one;
  }
  throw std::out_of_range("the document has no " + std::string{method} + " " + std::string{path});
}

const Json& Document::resolved(const Json& schema) const {
  if (!schema.contains("$ref")) return schema;
  const auto pointer = schema.at("$ref").get<std::string>();
  if (!pointer.starts_with("#")) throw std::logic_error("a reference to elsewhere");
  return resolved(root_.at(Json::json_pointer{pointer.substr(1)}));
}

std::string Document::violation(const Json& reference, const Json& value,
                                const std::string& where) const {
  const auto& schema = resolved(reference);
  if (schema.contains("oneOf")) {
    const auto& choices = schema["oneOf"];
    const auto fitting = std::count_if(choices.begin(), choices.end(), [&](const Json& choice) {
      return violation(choice, value, where).empty();
    });
    return fitting == 1 ? "" : where + " fits " + std::to_string(fitting) + " of its choices";
  }
  const auto types = types_of(schema);
  if (std::none_of(types.begin(), types.end(),
                   [&](const auto& type) { return has_type(type, value); })) {
    return where + " has another type";
  }
  if (schema.contains("enum") &&
      std::find(schema["enum"].begin(), schema["enum"].end(), value) == schema["enum"].end()) {
    return where + " is none of its words";
  }
  if (schema.contains("minimum") && value.is_number() && value < schema["minimum"])
    return where + " is too small";
  if (schema.contains("maximum") && value.is_number() && value > schema["maximum"])
    return where + " is too large";
  if (value.is_string()) {
    const auto problem = text_violation(schema, value.get<std::string>());
    if (!problem.empty()) return where + " " + problem;
  }
  if (value.is_array()) {
    for (const auto& item : value) {
      auto problem = violation(schema.at("items"), item, where + "[]");
      if (!problem.empty()) return problem;
    }
  }
  if (value.is_object()) {
    for (const auto& name : schema.value("required", Json::array())) {
      if (!value.contains(name.get<std::string>()))
        return where + " lacks " + name.get<std::string>();
    }
    for (const auto& [name, member] : value.items()) {
      const auto& known = schema.value("properties", Json::object());
      // The objects of answers are open for what comes one day; what is there today is listed.
      const auto other = schema.value("additionalProperties", Json(false));
      if (!known.contains(name) && !other.is_object()) return where + " has another member " + name;
      auto problem =
          violation(known.contains(name) ? known.at(name) : other, member, where + "." + name);
      if (!problem.empty()) return problem;
    }
  }
  return {};
}

Json Document::example_of(const Json& reference, bool complete) const {
  const auto& schema = resolved(reference);
  if (schema.contains("oneOf")) return example_of(schema["oneOf"][complete ? 1 : 0], complete);
  if (schema.contains("examples")) return schema["examples"][0];
  if (schema.contains("enum")) return schema["enum"][0];
  const auto type = types_of(schema).front();
  if (type == "boolean") return true;
  if (type == "integer") return schema.value("minimum", 1);
  if (type == "array") return Json::array({example_of(schema.at("items"), complete)});
  if (type == "string") return "text";
  auto object = Json::object();
  const auto required = schema.value("required", Json::array());
  const auto properties = schema.value("properties", Json::object());
  for (const auto& [name, member] : properties.items()) {
    if (complete || std::find(required.begin(), required.end(), name) != required.end()) {
      object[name] = example_of(member, complete);
    }
  }
  return object;
}

std::string concrete(std::string path) {
  for (auto begin = path.find('{'); begin != std::string::npos; begin = path.find('{')) {
    path.replace(begin, path.find('}') - begin + 1, "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  }
  return path;
}

}  // namespace coffeeauth::http
