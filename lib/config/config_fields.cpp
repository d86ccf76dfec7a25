#include "coffeeauth/config_fields.hpp"

#include <algorithm>

#include "lib/config/field_table.hpp"

namespace coffeeauth {

const std::vector<ConfigField>& config_fields() {
  static const auto fields = [] {
    std::vector<ConfigField> made;
    for (const auto& row : field_table()) made.push_back(row.field);
    return made;
  }();
  return fields;
}

Result<void> set_config_field(Config& config, std::string_view name, std::string_view text) {
  const auto& fields = config_fields();
  const auto field = std::find_if(fields.begin(), fields.end(),
                                  [&](const ConfigField& one) { return one.name == name; });
  if (field == fields.end()) return field_error(name, "unknown_field", "is not a known setting");
  if (!field->set(config, text)) {
    return field_error(name, "invalid", "must be " + std::string{field->expects});
  }
  return {};
}

}  // namespace coffeeauth
