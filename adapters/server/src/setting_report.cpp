#include "setting_report.hpp"

#include <algorithm>

namespace coffeeauth::server {

std::string as_markdown(const std::vector<SettingRow>& rows) {
  std::string out = "| variable | default | meaning |\n| --- | --- | --- |\n";
  for (const auto& row : rows) {
    const auto value = row.value.empty() ? std::string{} : "`" + row.value + "`";
    out.append("| `").append(row.name).append("` | ").append(value);
    out.append(" | ").append(row.description).append(" |\n");
  }
  return out;
}

std::string as_columns(const std::vector<SettingRow>& rows) {
  std::size_t name_width = 0;
  std::size_t value_width = 0;
  for (const auto& row : rows) {
    name_width = std::max(name_width, row.name.size());
    value_width = std::max(value_width, row.value.size());
  }
  const auto padded = [](const std::string& text, std::size_t width) {
    return text + std::string(width + 2 - text.size(), ' ');
  };
  std::string out;
  for (const auto& row : rows) {
    out += padded(row.name, name_width) + padded(row.value, value_width) + row.origin + "\n";
  }
  return out;
}

}  // namespace coffeeauth::server
