#pragma once
/// Settings as text: a table for the documentation, and columns for a terminal. Pure.

#include <string>
#include <vector>

#include "settings.hpp"

namespace coffeeauth::server {

/// A table in Markdown: name, value, what it is.
[[nodiscard]] std::string as_markdown(const std::vector<SettingRow>& rows);

/// Columns: name, value, where it came from.
[[nodiscard]] std::string as_columns(const std::vector<SettingRow>& rows);

}  // namespace coffeeauth::server
