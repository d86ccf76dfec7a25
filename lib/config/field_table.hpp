#pragma once
/// The one table of every policy number: what it is called, what it may be, and where it is in
/// Config. config_fields() and validate() both read it. Private to the library.

#include <functional>
#include <optional>
#include <vector>

#include "coffeeauth/config_fields.hpp"

namespace coffeeauth {

struct FieldRow {
  ConfigField field;
  /// What is wrong with the present value by itself, if anything.
  std::function<std::optional<FieldError>(const Config&)> check;
};

/// In the order of Config.
[[nodiscard]] const std::vector<FieldRow>& field_table();

}  // namespace coffeeauth
