#include "coffeeauth/http/schemas.hpp"

#include <utility>

namespace coffeeauth::http::schemas {
namespace {

SchemaPtr make(Schema schema) { return std::make_shared<const Schema>(std::move(schema)); }

}  // namespace

SchemaPtr email() {
  return make({.description = "An email address; unique, ignoring letter case.",
               .format = TextFormat::email,
               .max_length = 254,
               .example = R"("ada@example.com")"});
}
SchemaPtr password() {
  return make(
      {.description = "A new one must have 8 to 128 characters after NFKC and not be common.",
       .format = TextFormat::password,
       .example = R"("correct horse battery staple")"});
}
SchemaPtr verification_code() {
  return make({.description =
                   "The six digits from the mail; blanks and hyphens are ignored. Leading zeros "
                   "of a number are restored.",
               .format = TextFormat::verification_code,
               .or_integer = true,
               .minimum = 0,
               .maximum = 999'999,
               .example = R"("042137")"});
}
SchemaPtr token(std::string description, std::string example) {
  return make({.description = std::move(description),
               .min_length = 1,
               .max_length = 4096,
               .example = std::move(example)});
}
SchemaPtr id(std::string description, std::string example) {
  constexpr auto some = R"("019bc0f5-2b7d-7c3a-9f52-0b6a4f1d2e90")";
  return make({.description = std::move(description),
               .format = TextFormat::uuid,
               .example = example.empty() ? some : std::move(example)});
}
SchemaPtr moment(std::string description) {
  return make({.description = std::move(description),
               .format = TextFormat::date_time,
               .example = R"("2026-01-15T09:30:00.125Z")"});
}
SchemaPtr text(std::string description, std::size_t max_length, std::string example) {
  return make({.description = std::move(description),
               .max_length = max_length,
               .example = std::move(example)});
}
SchemaPtr choice(std::string description, std::vector<std::string> values) {
  return make({.description = std::move(description), .values = std::move(values)});
}
SchemaPtr boolean(std::string description) {
  return make(
      {.type = SchemaType::boolean, .description = std::move(description), .example = "true"});
}
SchemaPtr integer(std::string description, std::int64_t minimum, std::string example) {
  return make({.type = SchemaType::integer,
               .description = std::move(description),
               .minimum = minimum,
               .example = std::move(example)});
}

SchemaPtr integer_or(std::string description, std::int64_t minimum, std::string word) {
  return make({.type = SchemaType::integer,
               .description = std::move(description),
               .values = {std::move(word)},
               .minimum = minimum,
               .example = "1"});
}
SchemaPtr object(std::string component, std::string description, std::vector<Property> properties) {
  return make({.type = SchemaType::object,
               .name = std::move(component),
               .description = std::move(description),
               .properties = std::move(properties)});
}
SchemaPtr array_of(SchemaPtr items) {
  return make({.type = SchemaType::array, .items = std::move(items)});
}
SchemaPtr nullable(const SchemaPtr& schema) {
  auto marked = *schema;
  marked.nullable = true;
  return make(std::move(marked));
}
SchemaPtr read_only(const SchemaPtr& schema) {
  auto marked = *schema;
  marked.read_only = true;
  return make(std::move(marked));
}

}  // namespace coffeeauth::http::schemas
